terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

moved {
  from = restapi_object.bounces
  to   = cakemail_webhook.bounces
}

resource "cakemail_webhook" "bounces" {
  url        = "https://example.com/bounces"
  events     = ["Email.Bounced"]
  rate_limit = 10
  account_id = 42
}

output "secret" {
  value     = cakemail_webhook.bounces.secret
  sensitive = true
}

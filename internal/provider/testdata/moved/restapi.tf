terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "several_events" {
  type    = set(string)
  default = ["User.Created"]
}

moved {
  from = restapi_object.plain
  to   = cakemail_webhook.plain
}

moved {
  from = restapi_object.limited
  to   = cakemail_webhook.limited
}

moved {
  from = restapi_object.account
  to   = cakemail_webhook.account
}

moved {
  from = restapi_object.archived
  to   = cakemail_webhook.archived
}

moved {
  from = restapi_object.several
  to   = cakemail_webhook.several
}

resource "cakemail_webhook" "plain" {
  url    = "https://example.com/plain"
  events = ["Contact.Added"]
}

resource "cakemail_webhook" "limited" {
  url               = "https://example.com/limited"
  events            = ["Email.Bounced"]
  rate_limit        = 10
  rate_limit_period = "minute"
}

resource "cakemail_webhook" "account" {
  url        = "https://example.com/account"
  events     = ["Contact.Added"]
  account_id = 42
}

resource "cakemail_webhook" "archived" {
  url      = "https://example.com/archived"
  events   = ["List.Created"]
  archived = true
}

resource "cakemail_webhook" "several" {
  for_each = toset(["a", "b"])

  url        = "https://example.com/several/${each.key}"
  events     = var.several_events
  account_id = 43
}

output "secret" {
  value     = cakemail_webhook.plain.secret
  sensitive = true
}

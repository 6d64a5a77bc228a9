# A complete configuration.
terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

# The active webhooks that post bounces.
data "cakemail_webhooks" "bounces" {
  event = "Email.Bounced"
}

output "urls" {
  value = data.cakemail_webhooks.bounces.webhooks[*].url
}

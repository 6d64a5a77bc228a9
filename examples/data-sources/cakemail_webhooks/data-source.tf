# A complete configuration.
terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

# The active webhooks of the account.
data "cakemail_webhooks" "active" {}

output "urls" {
  value = { for webhook in data.cakemail_webhooks.active.webhooks : webhook.id => webhook.url }
}

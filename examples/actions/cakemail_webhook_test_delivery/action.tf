# A complete configuration.
terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# To run it: terraform apply -invoke=action.cakemail_webhook_test_delivery.contacts
action "cakemail_webhook_test_delivery" "contacts" {
  config {
    webhook_id = cakemail_webhook.contacts.id
    account_id = cakemail_webhook.contacts.account_id
  }
}

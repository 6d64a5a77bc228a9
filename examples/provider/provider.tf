terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

# The credentials come from the environment: CAKEMAIL_ACCESS_TOKEN, or
# CAKEMAIL_EMAIL and CAKEMAIL_PASSWORD.
provider "cakemail" {}

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# The secret that signs deliveries. Hand it to whatever verifies them.
output "secret" {
  value     = cakemail_webhook.contacts.secret
  sensitive = true
}

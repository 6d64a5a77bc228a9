# A complete configuration.
terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

provider "cakemail" {} # The credentials are in the environment.

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# Your receiver uses the secret to verify each delivery.
output "secret" {
  value     = cakemail_webhook.contacts.secret
  sensitive = true
}

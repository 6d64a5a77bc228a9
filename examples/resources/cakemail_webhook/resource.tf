# A complete configuration.
terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

resource "cakemail_webhook" "example" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

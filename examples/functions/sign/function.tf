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

# What Cakemail would send in the header X-Cakemail-Signature with this body.
output "signature" {
  value     = provider::cakemail::sign("{\"event\":\"Contact.Added\"}", cakemail_webhook.example.secret)
  sensitive = true
}

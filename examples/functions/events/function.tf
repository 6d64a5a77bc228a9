terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

provider "cakemail" {}

# One webhook for each event of contacts.
resource "cakemail_webhook" "contacts" {
  for_each = provider::cakemail::events("Contact.*")

  url    = "https://example.com/cakemail"
  events = [each.value]
}

output "events" {
  value = keys(cakemail_webhook.contacts)
}

terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

# One webhook for each event of contacts.
resource "cakemail_webhook" "contacts" {
  for_each = provider::cakemail::events("Contact.*")

  url    = "https://example.com/cakemail"
  events = [each.value]
}

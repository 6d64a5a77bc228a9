terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

import {
  to = cakemail_webhook.contacts
  id = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
}

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

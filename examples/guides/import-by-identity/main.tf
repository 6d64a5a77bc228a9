terraform {
  required_version = ">= 1.12"

  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

import {
  to = cakemail_webhook.contacts
  identity = {
    id         = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
    account_id = 42
  }
}

resource "cakemail_webhook" "contacts" {
  url        = "https://example.com/cakemail"
  events     = ["Contact.Added"]
  account_id = 42
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

import {
  to = cakemail_webhook.test
  identity = {
    id         = "existing"
    account_id = 42
  }
}

resource "cakemail_webhook" "test" {
  url        = "https://example.com/cakemail"
  events     = ["Contact.Added"]
  account_id = 42
}

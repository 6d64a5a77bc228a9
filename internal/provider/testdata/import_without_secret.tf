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
  id = "existing?store_secret=false"
}

resource "cakemail_webhook" "test" {
  url          = "https://example.com/cakemail"
  events       = ["Contact.Added"]
  store_secret = false
}

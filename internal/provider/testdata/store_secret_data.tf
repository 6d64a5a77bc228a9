terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

resource "cakemail_webhook" "test" {
  url          = "https://example.com/cakemail"
  events       = ["Contact.Added"]
  store_secret = false
}

data "cakemail_webhook" "test" {
  id = cakemail_webhook.test.id
}

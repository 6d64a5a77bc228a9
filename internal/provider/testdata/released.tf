terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

resource "cakemail_webhook" "defaults" {
  url    = "https://example.com/defaults"
  events = ["Contact.Added"]
}

resource "cakemail_webhook" "everything" {
  url               = "https://example.com/everything"
  events            = ["Email.Bounced"]
  rate_limit        = 10
  rate_limit_period = "minute"
  archived          = true
  account_id        = 42
  store_secret      = false
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "account_id" {
  type    = number
  default = null
}

resource "cakemail_webhook" "test" {
  url        = "https://example.com/cakemail"
  events     = ["Contact.Added"]
  account_id = var.account_id
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "account" {
  type    = number
  default = 42
}

resource "terraform_data" "account" {
  input = var.account
}

provider "cakemail" {
  account_id = terraform_data.account.output
}

resource "cakemail_webhook" "test" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

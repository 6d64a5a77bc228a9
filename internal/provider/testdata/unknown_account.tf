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

variable "url" {
  type    = string
  default = "https://example.com/cakemail"
}

resource "terraform_data" "account" {
  input = var.account
}

provider "cakemail" {
  account_id = terraform_data.account.output
}

resource "cakemail_webhook" "test" {
  url    = var.url
  events = ["Contact.Added"]
}

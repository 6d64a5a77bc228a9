terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "revision" {
  default = 1
}

variable "account" {
  default = 42
}

variable "event" {
  default = "Contact.Added"
}

resource "terraform_data" "account" {
  input            = var.account
  triggers_replace = var.revision
}

resource "cakemail_webhook" "test" {
  url        = "https://example.com/cakemail"
  events     = [var.event]
  account_id = terraform_data.account.output
}

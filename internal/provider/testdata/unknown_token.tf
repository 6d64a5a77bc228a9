terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "token" {
  type = string
}

variable "revision" {
  default = 1
}

variable "provider_account" {
  type    = number
  default = null
}

variable "account" {
  type    = number
  default = null
}

resource "terraform_data" "token" {
  input            = var.token
  triggers_replace = var.revision
}

provider "cakemail" {
  access_token = terraform_data.token.output
  account_id   = var.provider_account
}

resource "cakemail_webhook" "test" {
  url        = "https://example.com/cakemail"
  events     = ["Contact.Added"]
  account_id = var.account
}

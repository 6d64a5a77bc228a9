terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {
  max_retries = 1
}

variable "number" {
  type    = number
  default = 1
}

variable "accounts" {
  type    = list(number)
  default = [null]
}

variable "url" {
  type    = string
  default = "https://example.com/cakemail"
}

resource "cakemail_webhook" "test" {
  count      = var.number
  url        = var.url
  events     = ["Contact.Added"]
  account_id = var.accounts[count.index % length(var.accounts)]

  lifecycle {
    create_before_destroy = true
  }
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "url" {
  type    = string
  default = "https://example.com/cakemail"
}

variable "events" {
  type    = set(string)
  default = ["Contact.Added"]
}

variable "rate_limit" {
  type    = number
  default = null
}

variable "rate_limit_period" {
  type    = string
  default = null
}

variable "archived" {
  type    = bool
  default = null
}

variable "account_id" {
  type    = number
  default = null
}

variable "store_secret" {
  type    = bool
  default = null
}

resource "cakemail_webhook" "test" {
  url               = var.url
  events            = var.events
  rate_limit        = var.rate_limit
  rate_limit_period = var.rate_limit_period
  archived          = var.archived
  account_id        = var.account_id
  store_secret      = var.store_secret
}

output "secret" {
  value     = cakemail_webhook.test.secret
  sensitive = true
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "provider_arguments" {
  type    = map(string)
  default = {}
}

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

variable "account_id" {
  type    = number
  default = null
}

provider "cakemail" {
  base_url        = lookup(var.provider_arguments, "base_url", null)
  access_token    = lookup(var.provider_arguments, "access_token", null)
  email           = lookup(var.provider_arguments, "email", null)
  password        = lookup(var.provider_arguments, "password", null)
  account_id      = lookup(var.provider_arguments, "account_id", null)
  max_retries     = lookup(var.provider_arguments, "max_retries", 1)
  request_timeout = lookup(var.provider_arguments, "request_timeout", null)
}

resource "cakemail_webhook" "test" {
  url               = var.url
  events            = var.events
  rate_limit        = var.rate_limit
  rate_limit_period = var.rate_limit_period
  account_id        = var.account_id
}

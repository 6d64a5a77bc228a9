terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {
  request_timeout = var.request_timeout
  max_retries     = var.max_retries
}

variable "request_timeout" {
  type    = number
  default = null
}

variable "max_retries" {
  type    = number
  default = null
}

variable "number" {
  type    = number
  default = 5
}

variable "path" {
  type    = string
  default = "hook"
}

resource "cakemail_webhook" "test" {
  count  = var.number
  url    = "https://example.com/${var.path}/${count.index}"
  events = ["Contact.Added"]
}

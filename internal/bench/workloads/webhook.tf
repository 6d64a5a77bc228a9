terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "size" {
  type = number
}

variable "revision" {
  type    = number
  default = 1
}

resource "cakemail_webhook" "bench" {
  count = var.size

  url    = "https://example.com/hooks/${count.index}/${var.revision}"
  events = ["Contact.Added"]
}

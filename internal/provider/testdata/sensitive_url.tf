terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "url" {
  type      = string
  sensitive = true
}

resource "cakemail_webhook" "test" {
  url    = var.url
  events = ["Contact.Added"]
}

terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

variable "url" {}

variable "event" {
  default = "Contact.Added"
}

resource "cakemail_webhook" "demo" {
  url    = var.url
  events = [var.event]
}

output "secret" {
  value     = cakemail_webhook.demo.secret
  sensitive = true
}

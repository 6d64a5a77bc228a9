terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

# Where the API is, and with which token, is in the environment.
provider "cakemail" {}

variable "url" {
  type        = string
  description = "Where Cakemail posts the events."
}

variable "event" {
  type        = string
  description = "The event to post."
  default     = "Contact.Added"
}

resource "cakemail_webhook" "demo" {
  url    = var.url
  events = [var.event]
}

output "id" {
  value = cakemail_webhook.demo.id
}

output "secret" {
  value     = cakemail_webhook.demo.secret
  sensitive = true
}

output "hash_function" {
  value = cakemail_webhook.demo.hash_function
}

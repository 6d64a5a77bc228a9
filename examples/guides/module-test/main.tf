terraform {
  required_version = ">= 1.7"

  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

variable "url" {
  type = string
}

variable "events" {
  type = set(string)
}

resource "cakemail_webhook" "events" {
  for_each = var.events

  url    = var.url
  events = [each.value]
}

output "secrets" {
  value     = { for event, webhook in cakemail_webhook.events : event => webhook.secret }
  sensitive = true
}

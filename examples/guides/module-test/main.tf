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
  type        = string
  description = "Where Cakemail posts the events."
}

variable "events" {
  type        = set(string)
  description = "The events to post, each by a webhook of its own."
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

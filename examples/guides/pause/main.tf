terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "paused" {
  type        = bool
  description = "Whether deliveries are paused, for example while the receiver is down."
  default     = false
}

resource "cakemail_webhook" "contacts" {
  url      = "https://example.com/cakemail"
  events   = ["Contact.Added"]
  archived = var.paused
}

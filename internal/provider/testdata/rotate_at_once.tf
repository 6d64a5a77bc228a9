terraform {
  required_version = ">= 1.4"

  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "rotation" {
  type        = string
  description = "Another value makes a new webhook with a new secret, and archives the old one."
  default     = "2026-11"
}

resource "terraform_data" "rotation" {
  input = var.rotation
}

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]

  lifecycle {
    # The new webhook delivers before the old one stops.
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.rotation]
  }
}

output "secret" {
  value     = cakemail_webhook.contacts.secret
  sensitive = true
}

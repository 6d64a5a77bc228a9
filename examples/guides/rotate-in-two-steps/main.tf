terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

provider "cakemail" {}

variable "secrets" {
  type        = set(string)
  description = "A name for each secret that is in use, for example the month that it is from. Two of them while you rotate."
  default     = ["2026-05"]
}

# One webhook for each secret. They post the same events to the same URL.
resource "cakemail_webhook" "contacts" {
  for_each = var.secrets

  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# For CAKEMAIL_WEBHOOK_SECRET of the receiver: every secret, separated by spaces.
output "secret" {
  value     = join(" ", [for webhook in cakemail_webhook.contacts : webhook.secret])
  sensitive = true
}

terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

# A name for each secret in use: two while you rotate.
variable "secrets" {
  type    = set(string)
  default = ["2026-05"]
}

# One webhook for each secret.
resource "cakemail_webhook" "contacts" {
  for_each = var.secrets

  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# For CAKEMAIL_WEBHOOK_SECRET of the receiver.
output "secret" {
  value     = join(" ", [for webhook in cakemail_webhook.contacts : webhook.secret])
  sensitive = true
}

terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

variable "events" {
  type    = set(string)
  default = ["Contact.Added", "Contact.Removed", "Email.Bounced"]
}

resource "cakemail_webhook" "events" {
  for_each = var.events

  url    = "https://example.com/cakemail"
  events = [each.value]
}

# The secrets of all, separated by spaces, for CAKEMAIL_WEBHOOK_SECRET of one receiver.
output "secret" {
  value     = join(" ", [for webhook in cakemail_webhook.events : webhook.secret])
  sensitive = true
}

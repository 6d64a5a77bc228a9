terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

provider "cakemail" {}

variable "events" {
  type        = set(string)
  description = "The events to post."
  default     = ["Contact.Added", "Contact.Removed", "Email.Bounced"]
}

resource "cakemail_webhook" "events" {
  for_each = var.events

  url    = "https://example.com/cakemail"
  events = [each.value]
}

# Each webhook has a secret of its own, by the name of its event.
output "secrets" {
  value     = { for event, webhook in cakemail_webhook.events : event => webhook.secret }
  sensitive = true
}

# For CAKEMAIL_WEBHOOK_SECRET of one receiver of all: the secrets, separated by spaces.
output "secret" {
  value     = join(" ", [for webhook in cakemail_webhook.events : webhook.secret])
  sensitive = true
}

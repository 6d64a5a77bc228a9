terraform {
  required_version = ">= 1.7"

  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

# Terraform forgets the webhook, which keeps delivering.
removed {
  from = cakemail_webhook.contacts

  lifecycle {
    destroy = false
  }
}

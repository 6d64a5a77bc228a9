terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

locals {
  receivers = {
    crm     = "https://example.com/crm"
    reports = "https://example.com/reports"
  }
}

moved {
  from = restful_resource.contacts
  to   = cakemail_webhook.contacts
}

resource "cakemail_webhook" "contacts" {
  for_each = local.receivers

  url    = each.value
  events = ["Contact.Added"]
}

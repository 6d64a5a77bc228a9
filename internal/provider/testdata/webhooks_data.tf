terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

data "cakemail_webhooks" "all" {}

data "cakemail_webhooks" "url_and_event" {
  url           = "https://example.com/shop"
  event         = "Contact.Added"
  with_archived = true
}

data "cakemail_webhooks" "account" {
  account_id = 42
}

data "cakemail_webhooks" "none" {
  url = "https://example.com/nobody"
}

output "ids" {
  value = {
    all           = data.cakemail_webhooks.all.webhooks[*].id
    url_and_event = data.cakemail_webhooks.url_and_event.webhooks[*].id
    account       = data.cakemail_webhooks.account.webhooks[*].id
    none          = data.cakemail_webhooks.none.webhooks[*].id
  }
}

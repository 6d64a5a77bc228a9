terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
    keeper = {
      source = "cakemail/keeper"
    }
  }
}

provider "cakemail" {}

variable "url" {
  type    = string
  default = "https://example.com/cakemail"
}

variable "secret_version" {
  type    = number
  default = 1
}

variable "account_id" {
  type    = number
  default = null
}

resource "cakemail_webhook" "test" {
  account_id   = var.account_id
  url          = var.url
  events       = ["Contact.Added"]
  store_secret = false
}

ephemeral "cakemail_webhook_secret" "test" {
  id         = cakemail_webhook.test.id
  account_id = cakemail_webhook.test.account_id
}

# A secret manager with a write-only argument, as the real ones have it.
resource "keeper_secret" "test" {
  secret_wo         = ephemeral.cakemail_webhook_secret.test.secret
  secret_wo_version = var.secret_version
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
    echo = {
      source = "cakemail/echo"
    }
  }
}

provider "cakemail" {}

variable "account_id" {
  type    = number
  default = null
}

resource "cakemail_webhook" "test" {
  url          = "https://example.com/cakemail"
  events       = ["Contact.Added"]
  account_id   = var.account_id
  store_secret = false
}

ephemeral "cakemail_webhook_secret" "test" {
  id         = cakemail_webhook.test.id
  account_id = cakemail_webhook.test.account_id
}

# This provider shows what it is configured with, so that the test can see it.
provider "echo" {
  data = {
    secret        = ephemeral.cakemail_webhook_secret.test.secret
    hash_function = ephemeral.cakemail_webhook_secret.test.hash_function
    account_id    = ephemeral.cakemail_webhook_secret.test.account_id
    signature     = provider::cakemail::sign("payload", ephemeral.cakemail_webhook_secret.test.secret)
  }
}

resource "echo" "test" {}

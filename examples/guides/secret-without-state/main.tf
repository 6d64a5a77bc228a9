terraform {
  required_version = ">= 1.11"

  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.88"
    }
  }
}

provider "cakemail" {}

provider "aws" {
  region = "ca-central-1"
}

resource "cakemail_webhook" "contacts" {
  url          = "https://example.com/cakemail"
  events       = ["Contact.Added"]
  store_secret = false
}

ephemeral "cakemail_webhook_secret" "contacts" {
  id         = cakemail_webhook.contacts.id
  account_id = cakemail_webhook.contacts.account_id
}

resource "aws_secretsmanager_secret" "cakemail" {
  name = "cakemail-webhook"
}

# The version has to change whenever the secret does, because Terraform cannot
# compare what it does not keep. A number made of the webhook's id changes with
# the webhook.
resource "aws_secretsmanager_secret_version" "cakemail" {
  secret_id                = aws_secretsmanager_secret.cakemail.id
  secret_string_wo         = ephemeral.cakemail_webhook_secret.contacts.secret
  secret_string_wo_version = parseint(substr(sha256(cakemail_webhook.contacts.id), 0, 7), 16)
}

# A complete configuration: the secret goes to AWS Secrets Manager, and nowhere else.
terraform {
  required_version = ">= 1.11"

  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.88"
    }
  }
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

resource "aws_secretsmanager_secret_version" "cakemail" {
  secret_id        = aws_secretsmanager_secret.cakemail.id
  secret_string_wo = ephemeral.cakemail_webhook_secret.contacts.secret

  # Terraform can't compare a secret that it doesn't keep. This number changes with
  # the webhook.
  secret_string_wo_version = parseint(substr(sha256(cakemail_webhook.contacts.id), 0, 7), 16)
}

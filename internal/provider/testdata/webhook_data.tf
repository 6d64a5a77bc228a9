terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "id" {
  type = string
}

variable "account_id" {
  type    = number
  default = null
}

data "cakemail_webhook" "test" {
  id         = var.id
  account_id = var.account_id
}

output "secret" {
  value     = data.cakemail_webhook.test.secret
  sensitive = true
}

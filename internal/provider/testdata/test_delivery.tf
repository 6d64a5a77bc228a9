terraform {
  required_version = ">= 1.14"

  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

provider "cakemail" {}

variable "url" {
  type = string
}

variable "rate_limit" {
  type    = number
  default = null
}

variable "timeout" {
  type    = number
  default = null
}

resource "cakemail_webhook" "test" {
  url        = var.url
  events     = ["Contact.Added"]
  rate_limit = var.rate_limit

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.cakemail_webhook_test_delivery.test]
    }
  }
}

action "cakemail_webhook_test_delivery" "test" {
  config {
    webhook_id = cakemail_webhook.test.id
    timeout    = var.timeout
  }
}

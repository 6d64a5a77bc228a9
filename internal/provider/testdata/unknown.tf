terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "access_token" {
  type = string
}

variable "read" {
  type    = bool
  default = false
}

resource "terraform_data" "token" {
  input = var.access_token
}

provider "cakemail" {
  access_token = terraform_data.token.output
}

resource "cakemail_webhook" "test" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

data "cakemail_webhooks" "all" {
  count = var.read ? 1 : 0
}

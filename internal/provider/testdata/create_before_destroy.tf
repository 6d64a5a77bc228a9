terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "events" {
  type    = set(string)
  default = ["Contact.Added"]
}

resource "cakemail_webhook" "test" {
  url    = "https://example.com/cakemail"
  events = var.events

  lifecycle {
    create_before_destroy = true
  }
}

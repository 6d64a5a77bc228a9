terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "names" {
  type    = set(string)
  default = ["a"]
}

resource "cakemail_webhook" "test" {
  for_each = var.names
  url      = "https://example.com/cakemail"
  events   = ["Contact.Added"]
}

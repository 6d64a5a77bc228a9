terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "url" {
  type    = string
  default = "https://example.com/cakemail"
}

variable "events" {
  type    = set(string)
  default = ["Contact.Added"]
}

resource "terraform_data" "url" {
  input = var.url
}

resource "cakemail_webhook" "test" {
  url    = terraform_data.url.output
  events = var.events
}

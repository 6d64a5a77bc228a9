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

resource "terraform_data" "events" {
  input = join(",", var.events)
}

resource "cakemail_webhook" "test" {
  url    = "https://example.com/cakemail"
  events = split(",", terraform_data.events.output)
}

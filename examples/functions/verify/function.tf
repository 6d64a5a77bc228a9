terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

variable "body" {}

variable "signature" {}

variable "secret" {
  sensitive = true
}

output "genuine" {
  value = nonsensitive(provider::cakemail::verify(var.body, var.signature, var.secret))
}

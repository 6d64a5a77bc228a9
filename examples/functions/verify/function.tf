terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

variable "body" {
  type        = string
  description = "The raw body of a delivery."
}

variable "signature" {
  type        = string
  description = "The header X-Cakemail-Signature of the delivery."
}

variable "secret" {
  type        = string
  description = "The webhook's secret, or several separated by spaces."
  sensitive   = true
}

output "genuine" {
  value = nonsensitive(provider::cakemail::verify(var.body, var.signature, var.secret))
}

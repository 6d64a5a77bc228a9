# A complete configuration.
terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

data "cakemail_webhook" "example" {
  id = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
}

output "secret" {
  value     = data.cakemail_webhook.example.secret
  sensitive = true
}

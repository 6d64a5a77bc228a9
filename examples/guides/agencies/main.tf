terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
  }
}

# The number of each client's account.
variable "clients" {
  type = map(number)
  default = {
    florist = 42
    bakery  = 43
  }
}

resource "cakemail_webhook" "contacts" {
  for_each = var.clients

  url        = "https://example.com/cakemail/${each.key}"
  events     = ["Contact.Added"]
  account_id = each.value
}

output "secrets" {
  value     = { for client, webhook in cakemail_webhook.contacts : client => webhook.secret }
  sensitive = true
}

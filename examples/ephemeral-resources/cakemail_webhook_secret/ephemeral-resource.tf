resource "cakemail_webhook" "example" {
  url          = "https://example.com/cakemail"
  events       = ["Contact.Added"]
  store_secret = false
}

ephemeral "cakemail_webhook_secret" "example" {
  id         = cakemail_webhook.example.id
  account_id = cakemail_webhook.example.account_id
}

# The secret is in no plan and no state. Only ephemeral places can take it, such
# as write-only arguments and other ephemeral values.
locals {
  signature = provider::cakemail::sign("a test", ephemeral.cakemail_webhook_secret.example.secret)
}

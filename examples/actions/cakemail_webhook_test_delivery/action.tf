resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# Whenever you want: terraform apply -invoke=action.cakemail_webhook_test_delivery.contacts
action "cakemail_webhook_test_delivery" "contacts" {
  config {
    webhook_id = cakemail_webhook.contacts.id
    account_id = cakemail_webhook.contacts.account_id
  }
}

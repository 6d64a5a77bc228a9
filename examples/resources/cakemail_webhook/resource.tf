resource "cakemail_webhook" "example" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

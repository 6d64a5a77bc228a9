# Every active webhook that posts bounces.
data "cakemail_webhooks" "bounces" {
  event = "Email.Bounced"
}

output "urls" {
  value = data.cakemail_webhooks.bounces.webhooks[*].url
}

resource "cakemail_webhook" "bounces" {
  url    = "https://example.com/cakemail"
  events = ["Email.Bounced"]

  # After each apply that creates or changes the webhook.
  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.cakemail_webhook_test_delivery.bounces]
    }
  }
}

action "cakemail_webhook_test_delivery" "bounces" {
  config {
    webhook_id = cakemail_webhook.bounces.id
    account_id = cakemail_webhook.bounces.account_id
    timeout    = 30 # seconds

    payload = jsonencode({
      event     = "Email.Bounced"
      timestamp = "2026-01-01T00:00:00Z"
      data      = { email = "test@example.com" }
    })
  }
}

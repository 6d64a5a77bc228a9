# To add to a configuration: a test after each create or change. If it fails, so does
# the apply, but the webhook stays.
resource "cakemail_webhook" "bounces" {
  url    = "https://example.com/cakemail"
  events = ["Email.Bounced"]

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
    payload    = jsonencode({ event = "Email.Bounced", data = {} })
    timeout    = 30 # seconds
  }
}

# Needs Terraform 1.14, so it is added where that is there.
action "cakemail_webhook_test_delivery" "demo" {
  config {
    webhook_id = cakemail_webhook.demo.id
  }
}

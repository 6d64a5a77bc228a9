# Terraform forgets the webhook, which keeps delivering.
removed {
  from = cakemail_webhook.contacts

  lifecycle {
    destroy = false
  }
}

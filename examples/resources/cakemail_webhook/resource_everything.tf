# A fragment with every argument.
resource "cakemail_webhook" "everything" {
  url    = "https://example.com/cakemail/bounces"
  events = ["Email.Bounced"]

  # At most 10 deliveries a minute.
  rate_limit        = 10
  rate_limit_period = "minute"

  account_id   = 42    # a client account
  archived     = false # true pauses deliveries
  store_secret = true  # false keeps the secret out of the state

  lifecycle {
    prevent_destroy = false # true blocks archiving and replacement
  }
}

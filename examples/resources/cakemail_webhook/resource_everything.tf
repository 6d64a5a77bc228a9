resource "cakemail_webhook" "everything" {
  url    = "https://example.com/cakemail/bounces"
  events = ["Email.Bounced"]

  # At most 10 deliveries a minute.
  rate_limit        = 10
  rate_limit_period = "minute"

  # A sub-account that the credentials may act for.
  account_id = 42

  # true pauses deliveries and keeps the id and the secret.
  archived = false

  # false keeps the secret out of the state.
  store_secret = true
}

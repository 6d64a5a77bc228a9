# Every webhook of the provider's account, archived ones too, with all that is
# known of it but the secret.
list "cakemail_webhook" "all" {
  provider         = cakemail
  include_resource = true
  limit            = 1000

  config {
    with_archived = true
  }
}

# The active webhooks of a sub-account that post one event.
list "cakemail_webhook" "bounces" {
  provider = cakemail

  config {
    account_id = 42
    event      = "Email.Bounced"
  }
}

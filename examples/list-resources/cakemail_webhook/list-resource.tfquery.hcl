# To add to a configuration that names the provider: every webhook of its account.
list "cakemail_webhook" "all" {
  provider         = cakemail
  include_resource = true # every attribute except the secret
  limit            = 1000 # the default is 100

  config {
    with_archived = true
  }
}

# The active webhooks of a client account that are subscribed to one event.
list "cakemail_webhook" "bounces" {
  provider = cakemail

  config {
    account_id = 42
    event      = "Email.Bounced"
  }
}

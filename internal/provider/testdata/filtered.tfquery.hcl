list "cakemail_webhook" "everything" {
  provider = cakemail
}

list "cakemail_webhook" "with_archived" {
  provider = cakemail
  limit    = 1000

  config {
    with_archived = true
  }
}

list "cakemail_webhook" "url" {
  provider         = cakemail
  include_resource = true

  config {
    url = "https://example.com/shop"
  }
}

list "cakemail_webhook" "limited" {
  provider = cakemail
  limit    = 50
}

list "cakemail_webhook" "account" {
  provider = cakemail

  config {
    account_id = 42
  }
}

list "cakemail_webhook" "none" {
  provider = cakemail

  config {
    url = "https://example.com/nobody"
  }
}

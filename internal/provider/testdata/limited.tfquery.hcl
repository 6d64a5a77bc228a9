list "cakemail_webhook" "limited" {
  provider = cakemail
  limit    = 50
}

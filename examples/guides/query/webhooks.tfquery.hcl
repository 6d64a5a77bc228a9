list "cakemail_webhook" "all" {
  provider         = cakemail
  include_resource = true
  limit            = 1000
}

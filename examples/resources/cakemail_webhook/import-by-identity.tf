import {
  to = cakemail_webhook.example
  identity = {
    id = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
    # Leave this out for the provider's account. For another one, set account_id
    # in the resource too: otherwise a provider that has an account_id replaces
    # the webhook.
    account_id = 42
  }
}

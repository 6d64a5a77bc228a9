# A webhook of the provider's account, by its id.
terraform import cakemail_webhook.example 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9

# A webhook of another account: ACCOUNT_ID/ID. Set account_id in the resource too.
terraform import cakemail_webhook.example 42/0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9

# Without its secret, for a resource with store_secret = false.
terraform import cakemail_webhook.example '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9?store_secret=false'

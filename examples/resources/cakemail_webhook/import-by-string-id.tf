import {
  to = cakemail_webhook.example
  id = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
}

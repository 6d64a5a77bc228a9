variable "webhook_id" {
  type        = string
  description = "The id of a webhook that is managed elsewhere."
}

data "cakemail_webhook" "example" {
  id = var.webhook_id
}

output "secret" {
  value     = data.cakemail_webhook.example.secret
  sensitive = true
}

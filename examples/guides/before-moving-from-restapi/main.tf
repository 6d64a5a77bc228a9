terraform {
  required_providers {
    restapi = {
      source = "Mastercard/restapi"
    }
  }
}

variable "access_token" {
  type      = string
  sensitive = true
}

provider "restapi" {
  uri                   = "https://api.cakemail.dev"
  create_returns_object = true
  headers = {
    Authorization = "Bearer ${var.access_token}"
    Content-Type  = "application/json"
  }
}

resource "restapi_object" "bounces" {
  path         = "/webhooks"
  query_string = "account_id=42"
  data = jsonencode({
    url        = "https://example.com/bounces"
    event      = "Email.Bounced"
    rate_limit = 10
  })
  destroy_method            = "POST"
  destroy_path              = "/webhooks/{id}/archive"
  ignore_all_server_changes = true
}

output "secret" {
  value     = try(jsondecode(restapi_object.bounces.api_response).signature.key, null)
  sensitive = true
}

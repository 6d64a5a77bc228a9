terraform {
  required_version = ">= 1.8"

  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
    http = {
      source  = "hashicorp/http"
      version = ">= 3.2"
    }
  }
}

provider "cakemail" {}

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

locals {
  sample = jsonencode({
    event     = "Contact.Added"
    timestamp = "2026-01-01T00:00:00Z"
    data      = { email = "test@example.com" }
  })
}

# In each plan and after each apply: does the receiver accept what is signed? It
# takes each of these samples for genuine.
check "receiver" {
  data "http" "signed" {
    url          = cakemail_webhook.contacts.url
    method       = "POST"
    request_body = local.sample
    request_headers = {
      Content-Type         = "application/json"
      X-Cakemail-Signature = provider::cakemail::sign(local.sample, cakemail_webhook.contacts.secret)
    }
  }

  assert {
    condition     = data.http.signed.status_code >= 200 && data.http.signed.status_code < 300
    error_message = "The receiver answered ${data.http.signed.status_code} to a signed event. Does it have the webhook's secret?"
  }
}

terraform {
  required_providers {
    restful = {
      source = "magodo/restful"
    }
  }
}

variable "access_token" {
  type      = string
  sensitive = true
}

provider "restful" {
  base_url = "https://api.cakemail.dev"
  security = {
    http = {
      token = {
        token = var.access_token
      }
    }
  }
}

locals {
  receivers = {
    crm     = "https://example.com/crm"
    reports = "https://example.com/reports"
  }
}

resource "restful_resource" "contacts" {
  for_each = local.receivers

  path          = "/webhooks"
  read_path     = "$(path)/$(body.id)"
  read_selector = "data"
  update_method = "PATCH"
  delete_path   = "$(path)/$(body.id)/archive"
  delete_method = "POST"
  body = {
    url   = each.value
    event = "Contact.Added"
  }
}

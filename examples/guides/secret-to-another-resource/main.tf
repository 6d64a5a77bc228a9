terraform {
  required_providers {
    cakemail = {
      source  = "cakemail/cakemail"
      version = "~> 0.1"
    }
    kubernetes = {
      source = "hashicorp/kubernetes"
    }
  }
}

provider "kubernetes" {
  config_path = "~/.kube/config"
}

resource "cakemail_webhook" "contacts" {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added"]
}

# When the webhook is replaced, this follows in the same apply.
resource "kubernetes_secret_v1" "cakemail" {
  metadata {
    name = "cakemail-webhook"
  }

  data = {
    CAKEMAIL_WEBHOOK_SECRET = cakemail_webhook.contacts.secret
  }
}

terraform {
  required_providers {
    cakemail = {
      source = "cakemail/cakemail"
    }
  }
}

variable "payload" {
  type    = string
  default = "{\"event\":\"Contact.Added\",\"name\":\"Zoé Ångström 日本 🎂\"}"
}

variable "secret" {
  type      = string
  default   = "geheim-é-秘密"
  sensitive = true
}

variable "null_secret" {
  type    = bool
  default = false
}

variable "pattern" {
  type    = string
  default = "Email.*"
}

locals {
  secret    = var.null_secret ? null : var.secret
  signature = provider::cakemail::sign(var.payload, local.secret)
}

output "signature" {
  value = nonsensitive(local.signature)
}

output "verified" {
  value = nonsensitive(provider::cakemail::verify(var.payload, local.signature, local.secret))
}

output "verified_another_payload" {
  value = nonsensitive(provider::cakemail::verify("another", local.signature, local.secret))
}

# Terraform normalises strings before the provider gets them.
output "normalised" {
  value = provider::cakemail::sign("e\u0301", "public") == provider::cakemail::sign("\u00e9", "public")
}

# What is made of a sensitive secret is sensitive; of a public one it is not.
output "sensitive" {
  value = [
    issensitive(local.signature),
    issensitive(provider::cakemail::verify(var.payload, local.signature, local.secret)),
    issensitive(provider::cakemail::sign(var.payload, "public")),
  ]
}

output "events" {
  value = provider::cakemail::events(var.pattern)
}

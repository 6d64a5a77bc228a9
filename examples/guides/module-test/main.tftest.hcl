# Nothing calls the API: Terraform makes up the answers.
mock_provider "cakemail" {
  mock_resource "cakemail_webhook" {
    defaults = {
      secret        = "a made-up secret"
      hash_function = "sha256"
    }
  }
}

variables {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added", "Email.Bounced"]
}

run "makes_a_webhook_per_event" {
  command = plan

  assert {
    condition     = toset(keys(cakemail_webhook.events)) == toset(var.events)
    error_message = "There has to be one webhook for each event."
  }

  assert {
    condition     = alltrue([for event, webhook in cakemail_webhook.events : webhook.events == toset([event])])
    error_message = "Each webhook has to have its own event alone."
  }

  assert {
    condition     = alltrue([for webhook in cakemail_webhook.events : webhook.url == var.url])
    error_message = "Each webhook has to post to the URL of the module."
  }
}

run "hands_out_the_secrets" {
  assert {
    condition     = output.secrets == { for event in var.events : event => "a made-up secret" }
    error_message = "The output has to have the secret of each webhook by its event."
  }
}

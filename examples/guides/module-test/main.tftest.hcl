# Nothing calls the API: Terraform mocks the answers.
mock_provider "cakemail" {
  mock_resource "cakemail_webhook" {
    defaults = {
      secret        = "a mocked secret"
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
    error_message = "There must be one webhook for each event."
  }

  assert {
    condition     = alltrue([for event, webhook in cakemail_webhook.events : webhook.events == toset([event])])
    error_message = "Each webhook must have only its own event."
  }

  assert {
    condition     = alltrue([for webhook in cakemail_webhook.events : webhook.url == var.url])
    error_message = "Each webhook must post to the module's URL."
  }
}

run "hands_out_the_secrets" {
  assert {
    condition     = output.secrets == { for event in var.events : event => "a mocked secret" }
    error_message = "The output must map each event to its secret."
  }
}

# Needs the API that make api serves. Nothing calls a real account.
provider "cakemail" {
  base_url     = "http://127.0.0.1:2253"
  access_token = "cm-access-token-0123456789abcdef"
}

variables {
  url    = "https://example.com/cakemail"
  events = ["Contact.Added", "Email.Bounced"]
}

run "makes_a_webhook_per_event" {
  assert {
    condition     = length(toset(values(output.secrets))) == length(var.events)
    error_message = "Each webhook must have its own secret."
  }
}

run "keeps_the_secrets_when_an_event_is_added" {
  command = plan

  variables {
    events = ["Contact.Added", "Email.Bounced", "Contact.Removed"]
  }

  assert {
    condition     = alltrue([for event in ["Contact.Added", "Email.Bounced"] : output.secrets[event] != null])
    error_message = "Existing webhooks must keep their secrets."
  }
}

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Where messages send their reader.
const (
	guides         = "https://registry.terraform.io/providers/cakemail/cakemail/latest/docs/guides/"
	eventsGuide    = guides + "events-and-deliveries"
	perEventGuide  = guides + "one-webhook-per-event"
	eventIsShaped  = "An event is named Resource.Action, both in PascalCase, for example Contact.Added."
	eventsAreNamed = "The events that Cakemail has published are in " + eventsGuide + "."
)

// reportInvalidEvent is for what cannot be the name of an event. The suggestion
// is the known event that was probably meant, or "".
func reportInvalidEvent(diags *diag.Diagnostics, at path.Path, name, suggestion string) {
	diags.AddAttributeError(at, "Invalid event name",
		fmt.Sprintf("%s is not the name of an event.%s %s %s", quoteShort(name), didYouMean(suggestion), eventIsShaped, eventsAreNamed))
}

// warnUnknownEvent is for a name that Cakemail had not published when this version was made.
func warnUnknownEvent(diags *diag.Diagnostics, at path.Path, name, suggestion string) {
	diags.AddAttributeWarning(at, "Unknown event name",
		fmt.Sprintf("This version of the provider does not know the event %s.%s The API decides whether it exists. %s", quoteShort(name), didYouMean(suggestion), eventsAreNamed))
}

func didYouMean(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", suggestion)
}

// reportNoEvents is for an empty set.
func reportNoEvents(diags *diag.Diagnostics, at path.Path) {
	diags.AddAttributeError(at, "No event",
		"events is empty, but a webhook needs at least one event, for example events = [\"Contact.Added\"]. "+
			"To stop the deliveries of a webhook, set archived = true instead. "+eventsAreNamed)
}

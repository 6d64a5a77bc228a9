package message

import (
	"fmt"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// NotFound is for a webhook that a configuration names by its id.
func NotFound(about Subject) Message {
	return problem("There is no webhook "+short(about.ID), lookedFor(about),
		"The data source cakemail_webhooks lists the webhooks that there are.").On("id")
}

// NoSecret is for an answer that lacks what it was asked for.
func NoSecret(id string) Message {
	return problem("The webhook "+short(id)+" has no secret", "The API showed it without one. Ask Cakemail's support why, or replace it.")
}

// MissingSecret is for the argument of a function that should be a webhook's secret.
// Terraform puts a period behind it.
const MissingSecret = "The secret is missing, so there is nothing to sign with. " +
	"If the webhook has store_secret = false, take it from the ephemeral resource cakemail_webhook_secret"

// NotSaved is for a value that the API changed on its own. A webhook that was just created is
// tainted by that.
func NotSaved(about Subject, attribute, asked, saved string, isNew bool) Message {
	keep := ""
	if isNew {
		keep = text("The webhook is tainted. To keep it, run this before you apply:", block("terraform untaint ADDRESS"))
	}
	return problem("The API did not save "+attribute+" as asked",
		"It saved "+about.String()+" otherwise, and so it is in the state.",
		difference("The configuration has %s, the API %s.", asked, saved),
		"Change the configuration to what the API can do, and apply again.", keep).On(attribute)
}

// ChangedSince is for a value that somebody changed between plan and apply.
func ChangedSince(about Subject, attribute, planned, held string) Message {
	return problem("The webhook's "+attribute+" changed after the plan",
		"Somebody changed "+about.String()+".",
		difference("The plan has %s, the API %s. The state has what the API has.", planned, held),
		"Plan again to see what is to be changed, and apply.").On(attribute)
}

// difference leaves out of both values what messages do not show.
func difference(sentence, one, other string) string {
	one, other = shown(one), shown(other)
	if one == other {
		return "The two values differ in a part that messages do not show."
	}
	return fmt.Sprintf(sentence, one, other)
}

func shown(value string) string {
	if strings.Contains(value, "://") {
		return mask.Origin(value)
	}
	return shortened(value, 80)
}

package message

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// OneEvent is for several events where the API takes one. The request id is of the call that
// the API refused.
func OneEvent(about Subject, request string) Message {
	var names []string
	for _, name := range about.Events {
		names = append(names, fmt.Sprintf("%q", name))
	}
	return problem("This API takes one event per webhook",
		fmt.Sprintf("The resource has %d events. Make one webhook per event, with these arguments:", len(names)),
		block("for_each = toset(["+strings.Join(names, ", ")+"])", "events   = [each.value]"),
		"A moved block keeps a webhook that has one of these events. The API changed nothing.",
		guide("one-webhook-per-event"), requestID(request)).on("events")
}

// Tainted is for a webhook that could not be read after its create.
func Tainted(about Subject) Message {
	return warning("The webhook "+short(about.ID)+" was created but not read",
		"It is in the state, marked as tainted, so the next apply replaces it.",
		"To keep it instead, run these commands:", block("terraform untaint ADDRESS", "terraform apply -refresh-only"))
}

// created is for a create that was sent and gave no webhook.
func created(failure *cakemail.CreateError, about Subject) Message {
	switch failure.Outcome {
	case cakemail.NotNew:
		return NotNew(about, failure.Candidates)
	case cakemail.Ambiguous:
		return Ambiguous(about, failure.Candidates)
	default:
		return OutcomeUnknown(about, failure.Attempts, failure.Elapsed, failure.Cause)
	}
}

// OutcomeUnknown is for a create that may have happened, after so many attempts.
func OutcomeUnknown(about Subject, attempts int, elapsed time.Duration, cause error) Message {
	request := ""
	if failure, ok := errors.AsType[*cakemail.Error](cause); ok {
		request = requestID(failure.RequestID)
	}
	return problem("It is unknown whether the webhook was created",
		"No answer says so"+reason(cause)+", and the provider did not find it.",
		"The state has the resource without an id, tainted. The next plan looks for "+about.String()+", and the apply creates or replaces it.",
		tried(attempts, elapsed)+"Apply again when the API answers.", request)
}

// NotNew is for a create that was answered with a webhook that was there before.
func NotNew(about Subject, candidates []cakemail.Webhook) Message {
	return problem("The API made no new webhook",
		"It answered the create with the webhook "+idsOf(candidates)+", which was there before.",
		"If another resource manages that one, remove this resource. Otherwise import it:",
		block(importing(about.Account, candidates...)...))
}

// Ambiguous is for a create that happened, but several webhooks could be its own. There is
// one candidate where nothing says whether it was there before.
func Ambiguous(about Subject, candidates []cakemail.Webhook) Message {
	lines := importing(about.Account, candidates...)
	untaken := "If you apply again without that, one more is created."
	if about.IsPending || len(candidates) == 1 {
		lines = append([]string{"terraform state rm ADDRESS"}, lines...)
		untaken = "Every plan ends here until you take the resource out of the state."
	}
	if len(candidates) == 1 {
		return problem("It is unknown whose the webhook "+idsOf(candidates)+" is",
			"The answer to the create was lost. After an apply with -refresh=false, the provider does not know which webhooks there were before.",
			untaken,
			"If the webhook is this resource's, run this. If not, run the first line and apply:",
			block(lines...))
	}
	return problem("There is more than one new webhook",
		"The answer to the create was lost, and any of these could be this resource's.",
		"Ask their owner. Import the one that is, and archive the others:",
		block(lines...), untaken)
}

// SecondArchived is for webhooks of earlier attempts that turned up.
func SecondArchived(about Subject, surplus []cakemail.Webhook) Message {
	return warning("A second webhook was archived again: "+idsOf(surplus),
		"A create"+retried(about)+" Each attempt made a webhook.",
		"One is archived, so nothing is delivered twice. There is nothing to do.",
		"If somebody else made it, import it into a resource of its own, and apply:",
		block(importing(about.Account, surplus...)...))
}

// SecondLeft is for equal webhooks that nobody archived.
func SecondLeft(about Subject, duplicates []cakemail.Webhook) Message {
	return warning("A second webhook may have been created: "+idsOf(duplicates),
		"A create"+retried(about)+" Now there are equal active webhooks.",
		"If nobody else made it, import it into a resource of its own, and destroy that:",
		block(importing(about.Account, duplicates...)...))
}

// SecondUnchecked is for webhooks of earlier attempts that nobody could look for.
func SecondUnchecked(about Subject, cause error) Message {
	return warning("A second webhook was not looked for",
		"A create"+retried(about),
		"The first attempt may have made one too, but listing failed"+reason(cause)+".",
		"List them with the data source cakemail_webhooks, and archive a second one.")
}

func retried(about Subject) string {
	about.ID = ""
	return about.completing("") + " was retried, as its answer was lost."
}

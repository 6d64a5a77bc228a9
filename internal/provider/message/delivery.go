package message

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Posting is what a test delivery says before it begins.
func Posting(delivery cakemail.Delivery) string {
	content := "a sample of " + delivery.Event
	if delivery.Payload != nil {
		content = fmt.Sprintf("the payload of %d bytes", len(delivery.Payload))
	}
	return fmt.Sprintf("Posting %s, signed with the webhook's secret, to %s", content, mask.Origin(delivery.Webhook.Address()))
}

// Posted is what a test delivery says of how it ended.
func Posted(delivery cakemail.Delivery, receipt cakemail.Receipt) string {
	receiver, took := mask.Origin(delivery.Webhook.Address()), receipt.Took.Round(time.Millisecond)
	if receipt.Status == "" {
		return fmt.Sprintf("No answer from %s after %s", receiver, took)
	}
	return fmt.Sprintf("%s answered %s after %s", receiver, receipt.Status, took)
}

// Archived is for a webhook to which Cakemail delivers nothing either.
func Archived(id string) Message {
	return warning("The webhook "+short(id)+" is archived", "Cakemail delivers nothing to it, so nothing was posted.",
		"To test it, set archived = false on its resource and apply.").On("webhook_id")
}

// OtherEvent is for a sample of what Cakemail would not post.
func OtherEvent(delivery cakemail.Delivery) Message {
	return warning("The webhook does not have this event",
		fmt.Sprintf("The webhook %s is for %s.", short(delivery.Webhook.ID), shortened(strings.Join(delivery.Webhook.Events, " and "), 120)),
		fmt.Sprintf("Cakemail never posts %s to it. The test delivery does.", short(delivery.Event))).On("event")
}

// Delivery says how a test delivery failed, and what to look at.
func Delivery(err error, delivery cakemail.Delivery) Message {
	failure := &cakemail.Error{Cause: err}
	errors.As(err, &failure)
	call, receiver := failedCall{Error: failure}, mask.Origin(delivery.Webhook.Address())
	to := fmt.Sprintf("The webhook %s posts to %s.", short(delivery.Webhook.ID), receiver)
	failed := func(title string, advice ...string) Message {
		return problem(title, to, text(advice...), guide("nothing-arrives"))
	}
	switch {
	case failure.Status != "" && failure.Kind == cakemail.Redirected:
		same := "another path on the same host, which may differ by a slash at its end alone"
		return failed("The receiver answered "+failure.Status, "Only 2xx means that the receiver took the event.",
			"It points to "+call.target(same, receiver)+". Deliveries follow no redirect, so set the webhook's url to the final address.")
	case failure.Status != "":
		return failed("The receiver answered "+failure.Status, "Only 2xx means that the receiver took the event.",
			cmp.Or(refusalAdvice[failure.Kind], "See the log of the receiver, and of any proxy in front of it."))
	case failure.Kind == cakemail.Unexpected:
		return problem("Nothing to post to", to, call.said(""))
	case failure.Kind == cakemail.Timeout:
		return failed("The receiver did not answer in time", fmt.Sprintf("The whole answer did not come within %s. "+
			"Let the receiver answer at once and work afterwards, or raise timeout.", delivery.Timeout))
	case failure.Kind == cakemail.Untrusted:
		return failed("The receiver's certificate is not trusted", call.said(""),
			"It needs one of a public authority, for this host, with all intermediate ones.")
	case failure.Kind == cakemail.Stopped:
		return failed("The test delivery was stopped", "Terraform was asked to stop before the receiver answered. Invoke it again.")
	default:
		return failed("No answer from the receiver", call.said(""),
			"Is the receiver running, and can it be reached from where Terraform runs?")
	}
}

// refusalAdvice is for an answer outside 2xx.
var refusalAdvice = map[cakemail.Kind]string{
	cakemail.Unauthorized: verification,
	cakemail.Forbidden:    verification,
	cakemail.Gone:         "Nothing takes events at this path. Check the path in the webhook's url.",
	cakemail.Unsupported:  "The receiver takes no POST at this path. Check it, with a slash at its end.",
	cakemail.Invalid:      "The receiver refused the body. See its log. The argument payload sets another.",
	cakemail.RateLimited:  "Wait, and set the webhook's rate_limit to what the receiver can take.",
	cakemail.Unavailable:  failedThere,
	cakemail.Timeout:      failedThere,
}

const (
	verification = "Does the receiver have this webhook's secret? Does it verify the body as it came? " +
		"Does a login or a firewall stand in front of it?"
	failedThere = "The receiver failed, or a proxy did not reach it. See the receiver's log."
)

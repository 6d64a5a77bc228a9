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

// Posting is the progress of a test delivery before it begins.
func Posting(delivery cakemail.Delivery) string {
	content := "a sample of " + delivery.Event
	if delivery.Payload != nil {
		content = fmt.Sprintf("the payload of %d bytes", len(delivery.Payload))
	}
	return fmt.Sprintf("Posting %s, signed with the webhook's secret, to %s", content, mask.Origin(delivery.Webhook.Address()))
}

// Posted is the progress of a successful test delivery.
func Posted(delivery cakemail.Delivery, receipt cakemail.Receipt) string {
	return fmt.Sprintf("%s answered %s after %s", mask.Origin(delivery.Webhook.Address()), receipt.Status, receipt.Took.Round(time.Millisecond))
}

// Archived is for an archived webhook, to which Cakemail delivers nothing either.
func Archived(id string) Message {
	return warning("The webhook "+short(id)+" is archived", "Cakemail delivers nothing to it, so nothing was posted.",
		"To test it, set archived = false on its resource and apply.").On("webhook_id")
}

// OtherEvent is for a sample that Cakemail would not post.
func OtherEvent(delivery cakemail.Delivery) Message {
	return warning("The webhook does not have this event",
		fmt.Sprintf("The webhook %s has only %s.", short(delivery.Webhook.ID), shortened(strings.Join(delivery.Webhook.Events, " and "), 120)),
		fmt.Sprintf("The test delivery posts %s, which Cakemail never posts to it. Set event to one that it has.", short(delivery.Event))).On("event")
}

// Delivery says how a test delivery failed, and what to check.
func Delivery(err error, delivery cakemail.Delivery) Message {
	failure := &cakemail.Error{Cause: err}
	errors.As(err, &failure)
	call, receiver := failedCall{Error: failure}, mask.Origin(delivery.Webhook.Address())
	to := "The webhook posts to " + shortened(receiver, 50) + "."
	failed := func(title string, advice ...string) Message {
		return problem(title, to, text(advice...), guide("nothing-arrives"))
	}
	switch {
	case failure.Status != "" && failure.Kind == cakemail.Redirected:
		same := "another path on the same host, perhaps only a trailing slash"
		return failed("The receiver answered "+failure.Status, "It redirects to "+call.target(same, receiver)+".",
			"Deliveries follow no redirect. Set url to the final address.")
	case failure.Status != "":
		return failed("The receiver answered "+failure.Status,
			cmp.Or(refusalAdvice[failure.Kind], "Only a 2xx answer accepts the event. Check the receiver's log."))
	case failure.Kind == cakemail.Unexpected:
		return problem("Nothing to post to", to, call.said(""))
	case failure.Kind == cakemail.Timeout:
		return failed("The receiver did not answer in time", fmt.Sprintf("The answer was not complete after %s. "+
			"Answer first and process later, or raise timeout.", delivery.Timeout))
	case failure.Kind == cakemail.Untrusted:
		return failed("The receiver's certificate is not trusted", call.said(""),
			"It must be from a public authority, for this host, with its whole chain.")
	case failure.Kind == cakemail.Stopped:
		return failed("The test delivery was stopped", "Terraform was interrupted before the receiver answered. Invoke the action again.")
	default:
		return failed("No answer from the receiver", call.said(""),
			"Check that the receiver runs, and that this machine can reach it.")
	}
}

// refusalAdvice is for an answer outside 2xx.
var refusalAdvice = map[cakemail.Kind]string{
	cakemail.Unauthorized: verification,
	cakemail.Forbidden:    verification,
	cakemail.Gone:         "The receiver has nothing at this path. Check the webhook's url.",
	cakemail.Unsupported:  "The receiver accepts no POST at this path. Check url and any trailing slash.",
	cakemail.Invalid:      "The receiver refused the body. Check its log. To post another body, set payload.",
	cakemail.RateLimited:  "Wait, and set the webhook's rate_limit to what the receiver can take.",
	cakemail.Unavailable:  failedThere,
	cakemail.Timeout:      failedThere,
}

const (
	verification = "Check that the receiver has this webhook's secret, verifies the raw body, " +
		"and has no login or firewall in front of it."
	failedThere = "The receiver failed, or a proxy couldn't reach it. Check the receiver's log."
)

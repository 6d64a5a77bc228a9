package message

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// Posting is what a test delivery says before it begins.
func Posting(delivery cakemail.Delivery) string {
	return fmt.Sprintf("Posting %s, signed with the webhook's secret, to %s", contentOf(delivery), receiverOf(delivery))
}

// Posted is what a test delivery says of how it ended.
func Posted(delivery cakemail.Delivery, receipt cakemail.Receipt) string {
	if receipt.Status == "" {
		return fmt.Sprintf("No answer from %s after %s", receiverOf(delivery), shortly(receipt.Took))
	}
	return fmt.Sprintf("%s answered %s after %s", receiverOf(delivery), receipt.Status, shortly(receipt.Took))
}

func contentOf(delivery cakemail.Delivery) string {
	if delivery.Payload != nil {
		return fmt.Sprintf("the payload of %d bytes", len(delivery.Payload))
	}
	return "a sample of " + delivery.Event
}

func receiverOf(delivery cakemail.Delivery) string { return origin(delivery.Webhook.Address()) }

func shortly(took time.Duration) string {
	if took < time.Second {
		return took.Round(time.Millisecond).String()
	}
	return took.Round(time.Second / 10).String()
}

// Archived is for a webhook to which Cakemail delivers nothing either.
func Archived(id string) Message {
	return problem("The webhook "+short(id)+" is archived", "Cakemail delivers nothing to it, so nothing was posted.",
		"Set archived = false on its resource, apply, and test again.").on("webhook_id")
}

// OtherEvent is for a sample of what Cakemail would not post.
func OtherEvent(delivery cakemail.Delivery) Message {
	return warning("The webhook does not have this event",
		fmt.Sprintf("The webhook %s is for %s.", short(delivery.Webhook.ID), shortened(strings.Join(delivery.Webhook.Events, " and "), 120)),
		fmt.Sprintf("Cakemail never posts %s to it. The test delivery does.", short(delivery.Event))).on("event")
}

// Delivery says how a test delivery failed, and what to look at.
func Delivery(err error, delivery cakemail.Delivery) Message {
	failure, ok := errors.AsType[*cakemail.Error](err)
	if !ok {
		return problem("The test delivery failed", err.Error())
	}
	to := fmt.Sprintf("The webhook %s posts to %s.", short(delivery.Webhook.ID), receiverOf(delivery))
	if failure.Kind == cakemail.Unexpected && failure.Status == "" {
		return problem("Nothing to post to", to, causeOfFailure(failure))
	}
	if failure.Status != "" {
		return problem("The receiver answered "+failure.Status, to,
			"Only 2xx means that the receiver took the event.", refusalAdvice(failure, delivery), guide("nothing-arrives"))
	}
	title, advice := noAnswerAdvice(failure, delivery)
	return problem(title, to, advice, guide("nothing-arrives"))
}

// refusalAdvice is for an answer outside 2xx.
func refusalAdvice(failure *cakemail.Error, delivery cakemail.Delivery) string {
	switch failure.Kind {
	case cakemail.Unauthorized, cakemail.Forbidden:
		return "Does the receiver have this webhook's secret? Does it verify the body as it came? Does a login or a firewall stand in front of it?"
	case cakemail.Gone:
		return "Nothing takes events at this path. Check the path in the webhook's url."
	case cakemail.Unsupported:
		return "The receiver takes no POST at this path. Check it, with a slash at its end."
	case cakemail.Invalid:
		return "The receiver refused the body. See its log. The argument payload sets another."
	case cakemail.RateLimited:
		return "Wait, and set the webhook's rate_limit to what the receiver can take."
	case cakemail.Unavailable, cakemail.Timeout:
		return "The receiver failed, or a proxy did not reach it. See the receiver's log."
	case cakemail.Redirected:
		return "It points to " + redirectedTo(failure, delivery) + ". Deliveries follow no redirect, so set the webhook's url to the final address."
	default:
		return "See the log of the receiver, and of any proxy in front of it."
	}
}

func redirectedTo(failure *cakemail.Error, delivery cakemail.Delivery) string {
	switch failure.Location {
	case "":
		return "another address"
	case receiverOf(delivery):
		return "another path on the same host, which may differ by a slash at its end alone"
	default:
		return short(failure.Location)
	}
}

// noAnswerAdvice is for a delivery that was not answered.
func noAnswerAdvice(failure *cakemail.Error, delivery cakemail.Delivery) (title, advice string) {
	switch failure.Kind {
	case cakemail.Timeout:
		return "The receiver did not answer in time", fmt.Sprintf("The whole answer did not come within %s. "+
			"Let the receiver answer at once and work afterwards, or raise timeout.", delivery.Timeout)
	case cakemail.Untrusted:
		return "The receiver's certificate is not trusted", causeOfFailure(failure) +
			"\nIt needs one of a public authority, for this host, with all intermediate ones."
	case cakemail.Stopped:
		return "The test delivery was stopped", "Terraform was asked to stop before the receiver answered. Invoke it again."
	default:
		return "No answer from the receiver", causeOfFailure(failure) +
			"\nIs the receiver running, and can it be reached from where Terraform runs?"
	}
}

func causeOfFailure(failure *cakemail.Error) string { return failedCall{Error: failure}.because() }

package provider

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// posting is what a test delivery says before it begins.
func posting(delivery cakemail.Delivery) string {
	return fmt.Sprintf("Posting %s, signed with the webhook's secret, to %s", contentOf(delivery), receiverOf(delivery))
}

// posted is what a test delivery says of how it ended.
func posted(delivery cakemail.Delivery, receipt cakemail.Receipt) string {
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

// receiverOf names the receiver without what its url holds of credentials.
func receiverOf(delivery cakemail.Delivery) string {
	return cakemail.DisplayURL(delivery.Webhook.Address())
}

func shortly(took time.Duration) string {
	if took < time.Second {
		return took.Round(time.Millisecond).String()
	}
	return took.Round(time.Second / 10).String()
}

// reportArchived is for a webhook to which Cakemail delivers nothing either.
func reportArchived(diags *diag.Diagnostics, webhook cakemail.Webhook) {
	diags.AddAttributeError(path.Root("webhook_id"), "The webhook is archived",
		fmt.Sprintf("The webhook%s is archived, so Cakemail delivers nothing to it. Nothing was posted. Set archived = false on its resource, apply, and test again.",
			subject{id: webhook.ID, url: webhook.Address()}))
}

// warnOtherEvent is for a sample of what Cakemail would not post.
func warnOtherEvent(diags *diag.Diagnostics, delivery cakemail.Delivery) {
	diags.AddAttributeWarning(path.Root("event"), "The webhook does not have this event",
		fmt.Sprintf("The webhook %s is for %s, so Cakemail never posts %s to it. The test delivery does it all the same.",
			delivery.Webhook.ID, strings.Join(delivery.Webhook.Events, " and "), delivery.Event))
}

// reportDelivery says how a test delivery failed, and what to look at.
func reportDelivery(diags *diag.Diagnostics, err error, delivery cakemail.Delivery) {
	failure, ok := errors.AsType[*cakemail.Error](err)
	if !ok {
		diags.AddError("The test delivery failed", err.Error())
		return
	}
	if failure.Kind == cakemail.Unexpected && failure.Status == "" {
		diags.AddError("Nothing to post to", fmt.Sprintf("The event cannot be posted to %s (webhook %s): %s.", receiverOf(delivery), delivery.Webhook.ID, causeOf(failure)))
		return
	}
	attempt := fmt.Sprintf("The test delivery posted %s to %s (webhook %s).", contentOf(delivery), receiverOf(delivery), delivery.Webhook.ID)
	if failure.Status != "" {
		diags.AddError("The receiver answered "+failure.Status,
			sentences(attempt, fmt.Sprintf("The receiver answered %s after %s, and only 2xx means that it took the event.", failure.Status, shortly(failure.Elapsed)), refusalAdvice(failure, delivery)))
		return
	}
	summary, advice := noAnswerAdvice(failure, delivery)
	diags.AddError(summary, sentences(attempt, advice))
}

// refusalAdvice is for an answer outside 2xx.
func refusalAdvice(failure *cakemail.Error, delivery cakemail.Delivery) string {
	switch failure.Kind {
	case cakemail.Unauthorized, cakemail.Forbidden:
		return "Does the receiver have this webhook's secret? A webhook that was replaced has a new one. " +
			"Does it verify the body as it came, before decoding it? And does everything in front of it, such as a login or a firewall, let deliveries through?"
	case cakemail.Gone:
		return "Nothing takes events at this path. Check the path in the webhook's url, and the routes of the receiver."
	case cakemail.Unsupported:
		return "The receiver does not take POST at this path. Check the path in the webhook's url, including a slash at its end."
	case cakemail.Invalid:
		return "The receiver refused the body. Look into its log for the reason. The argument payload sets another body."
	case cakemail.RateLimited:
		return "The receiver takes no more events now. Wait, and set the webhook's rate_limit to what the receiver can take."
	case cakemail.Unavailable, cakemail.Timeout:
		return "The receiver failed, or a proxy in front of it did not reach it. Look into the receiver's log."
	case cakemail.Redirected:
		return fmt.Sprintf("It points to %s. Deliveries follow no redirect, so set the webhook's url to the final address.", redirectedTo(failure, delivery))
	default:
		return "Look into the log of the receiver, and of any proxy in front of it."
	}
}

func redirectedTo(failure *cakemail.Error, delivery cakemail.Delivery) string {
	switch {
	case failure.Location == "":
		return "another address"
	case strings.HasPrefix(receiverOf(delivery), failure.Location+"/"):
		return "another path on the same host, which may differ by a slash at its end alone"
	default:
		return "an address at " + failure.Location
	}
}

// noAnswerAdvice is for a delivery that was not answered.
func noAnswerAdvice(failure *cakemail.Error, delivery cakemail.Delivery) (summary, advice string) {
	switch failure.Kind {
	case cakemail.Timeout:
		return "The receiver did not answer in time", fmt.Sprintf("The whole answer did not come within %s. "+
			"Let the receiver answer at once and work on the event afterwards, or allow more time with the argument timeout.", delivery.Timeout)
	case cakemail.Untrusted:
		return "The receiver's certificate is not trusted", fmt.Sprintf("The connection to %s was given up%s. "+
			"Give the receiver a certificate of a public authority, for this host name, with all intermediate certificates.", failure.Host, because(failure))
	case cakemail.Stopped:
		return "The test delivery was stopped", "Terraform was asked to stop before the receiver answered. Invoke the action again."
	default:
		return "No answer from the receiver", fmt.Sprintf("%s gave no answer%s. Is the receiver running, and can it be reached from where Terraform runs? "+
			"Check the host and the port in the webhook's url, and firewalls and proxies on the way.", failure.Host, because(failure))
	}
}

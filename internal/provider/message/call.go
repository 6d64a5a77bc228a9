package message

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// Call says what failed, what the API said and what to do, in one message or in one for each argument that the
// API refused.
func Call(err error, about Subject, provider Provider) []Message {
	if failure, ok := errors.AsType[*cakemail.CreateError](err); ok {
		return []Message{created(failure, about)}
	}
	failure := &cakemail.Error{Action: "call Cakemail for the webhook", Cause: err}
	errors.As(err, &failure)
	named := about
	if named.ID != "" {
		named.Account = 0
	}
	attempt := named.completing(failure.Action)
	if failure.LoginFailed {
		attempt = "log in to " + attempt
	}
	call := failedCall{failure, about, provider, "Cannot " + attempt + "."}
	if failure.Kind == cakemail.Invalid && !failure.LoginFailed {
		return call.refusals()
	}
	return []Message{call.message()}
}

// NotListed are the warnings of a plan that cannot list the account's webhooks.
func NotListed(err error, about Subject, provider Provider) []Message {
	messages := Call(err, about, provider)
	for index := range messages {
		_, advice, _ := strings.Cut(messages[index].Text, "\n")
		messages[index].Text = text("The plan cannot check for existing webhooks.", advice)
		messages[index].IsWarning = true
	}
	return messages
}

// failedCall is a failed call of the API.
type failedCall struct {
	*cakemail.Error
	about    Subject
	provider Provider
	// attempt is the sentence about what was attempted.
	attempt string
}

func (c failedCall) message() Message {
	switch c.Kind {
	case cakemail.Unauthorized, cakemail.Invalid:
		return c.problem("The credentials were refused", "Check or renew "+c.provider.Credentials+".", c.provider.ownAddress())
	case cakemail.ChallengeRequired:
		return problem("The login needs multi-factor authentication", c.attempt, "The login uses "+c.provider.Credentials+".",
			"Use an access token instead: set access_token or CAKEMAIL_ACCESS_TOKEN.")
	case cakemail.Forbidden:
		return c.problem("The credentials do not permit this call",
			"They come from "+c.provider.Credentials+".", "Check account_id, and the user's rights in "+accountName(c.about.Account)+".")
	case cakemail.Gone, cakemail.Unconfirmed, cakemail.Unsupported:
		return c.notFound()
	case cakemail.Unreadable:
		return problem(c.Host+" does not answer like Cakemail", c.attempt, c.said(""), "A proxy may have answered instead.", c.provider.address())
	case cakemail.Redirected:
		return problem(c.Host+" redirects to "+c.target("itself, perhaps with https://", c.Host), c.attempt,
			"The provider follows no redirects. Use the API's own address.",
			c.provider.address(), requestID(c.Error))
	case cakemail.Network, cakemail.Timeout, cakemail.Untrusted:
		return c.notAnswered()
	case cakemail.RateLimited, cakemail.Unavailable:
		return c.problem("The API answered "+c.Status, tried(c.Attempts, c.Elapsed)+"Wait, use -parallelism=2, or raise max_retries.")
	case cakemail.Stopped:
		return problem("Terraform was interrupted", c.attempt, "Apply again to continue.")
	}
	if c.Status == "" {
		return c.problem("Cannot " + c.Action)
	}
	return c.problem("The API answered "+c.Status, "This answer is unexpected. Try again, or ask Cakemail's support.")
}

// notFound is for what the API does not have or offer.
func (c failedCall) notFound() Message {
	id := short(c.about.ID)
	switch {
	case c.Kind == cakemail.Gone && id == "":
		return c.problem("The unanswered create made no webhook", "Plan again with a refresh, and apply to create the webhook.")
	case c.Kind == cakemail.Gone && c.about.IDArgument == "":
		return c.problem("There is no webhook "+id, "It is not in "+accountName(c.about.Account)+". It was removed, or the credentials changed.",
			"Plan again with the right credentials. The plan creates what is missing.")
	case c.Kind == cakemail.Gone:
		return c.problem("There is no webhook "+id,
			"It is not in "+accountName(c.about.Account)+". Check the id and account_id. If a resource manages it, add:",
			block("account_id = cakemail_webhook.NAME.account_id")).On(c.about.IDArgument)
	case errors.Is(c.Error, cakemail.ErrStillListed):
		return c.problem("The API lists the webhook but does not show it", "Nothing was changed. One of its servers may be out of date.",
			"Try again in a minute. If it happens again, ask Cakemail's support.")
	case c.Kind == cakemail.Unconfirmed:
		return c.problem("The API shows neither the webhook nor a list",
			"Nothing was changed. Listing the webhooks failed too"+inBrackets(c.Cause)+".", c.provider.address())
	case id != "" && !c.LoginFailed:
		return c.problem("This API cannot change a webhook in place",
			"Nothing was changed. Replace the webhook, which gives it a new id and secret:", block("terraform apply -replace=ADDRESS"))
	}
	account := ""
	if c.about.Account > 0 {
		account = fmt.Sprintf("Check account_id, too: account %d may not exist.", c.about.Account)
	}
	return c.problem("There is no Cakemail webhook API at "+c.Host, c.provider.address(), account)
}

func (c failedCall) notAnswered() Message {
	title, tried := "No answer from "+c.Host, tried(c.Attempts, c.Elapsed)
	switch {
	case c.Status != "":
		title = "The API answered " + c.Status
	case c.Kind == cakemail.Timeout:
		title += " in time"
	case c.Kind == cakemail.Untrusted:
		return c.problem("The certificate of "+c.Host+" is not trusted", c.provider.address(),
			"If you trust a proxy's certificate, set SSL_CERT_FILE to its file.")
	default:
		return c.problem(title, tried+"Check the network, and HTTPS_PROXY if you use it.", c.provider.address())
	}
	return c.problem(title, tried+"Try again, or raise request_timeout.")
}

// refusals puts each refusal on the argument that the API names.
func (c failedCall) refusals() []Message {
	var messages []Message
	var rest []string
	for _, field := range c.Fields {
		switch {
		case field.Message == "" && field.Field == "":
		case field.Field == "":
			rest = append(rest, field.Message)
		case field.Field == "events" && len(c.about.Events) > 1:
			messages = append(messages, OneEvent(c.about))
		default:
			messages = append(messages, c.refusal(field))
		}
	}
	if len(rest) == 0 && len(messages) > 0 {
		return messages
	}
	said := cmp.Or(strings.Join(rest, "; "), c.Message, c.Status)
	return append(messages, problem("The API refused to "+c.Action, c.attempt, ended("The API said: ", said),
		c.unchanged()+" If the configuration is wrong, correct it.", requestID(c.Error)))
}

// unchanged is true in a replacement too, which has archived the old webhook.
func (c failedCall) unchanged() string {
	if c.about.ID == "" {
		return "No webhook was created."
	}
	return "Nothing was changed."
}

func (c failedCall) refusal(field cakemail.FieldError) Message {
	name, meant := field.Field, ""
	if name == "webhook_id" {
		name = cmp.Or(c.about.IDArgument, "id")
	}
	for _, event := range c.about.Events {
		if suggestion := cakemail.SuggestEvent(event); name == "events" && suggestion != "" && suggestion != event {
			meant = notAccepted("does not", event, suggestion)
		}
	}
	return problem("The API refused "+name, c.attempt, ended("The API said: ", field.Message), meant,
		c.unchanged()+" Correct the value and apply again.", requestID(c.Error)).On(name)
}

// problem adds what was attempted, what the API said, and the request id for its support.
func (c failedCall) problem(title string, advice ...string) Message {
	return problem(title, c.attempt, c.said(title), text(advice...), requestID(c.Error))
}

// said quotes the answer, with its status unless the title has it, or names the cause.
func (c failedCall) said(title string) string {
	said := c.Message
	if strings.HasSuffix(c.Status, " "+said) {
		said = ""
	}
	switch {
	case c.Cause != nil && c.Kind != cakemail.Unconfirmed:
		return ended("Cause: ", reason(c.Cause))
	case c.Status == "":
		return ended("Cause: ", said)
	case strings.HasSuffix(title, c.Status):
		return ended("The API said: ", said)
	default:
		return ended("The API answered ", strings.TrimSuffix(c.Status+": "+said, ": "))
	}
}

// target names the target of a redirect; `same` is for a redirect to the same place.
func (c failedCall) target(same, from string) string {
	if c.Location == from {
		return same
	}
	return short(cmp.Or(c.Location, "another address"))
}

// longestSaid is how much of somebody else's text a message quotes.
const longestSaid = 110

// ended returns a sentence that ends with somebody else's words, or "".
func ended(before, said string) string {
	if said == "" {
		return ""
	}
	if short := shortened(said, longestSaid); short != said {
		return before + short
	}
	return before + strings.TrimSuffix(said, ".") + "."
}

// reason explains Go's errors to users.
func reason(cause error) string {
	failure, isCall := errors.AsType[*cakemail.Error](cause)
	switch {
	case cause == nil:
		return ""
	case isCall && failure.Kind == cakemail.Stopped:
		return "Terraform was interrupted"
	case isCall:
		return cmp.Or(failure.Status, reason(failure.Cause))
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF):
		return "the connection closed before the answer was complete"
	case errors.Is(cause, context.DeadlineExceeded):
		return "it took longer than request_timeout"
	default:
		return cause.Error()
	}
}

func inBrackets(cause error) string {
	if reason := strings.TrimSuffix(shortened(reason(cause), longestSaid), "."); reason != "" {
		return " (" + reason + ")"
	}
	return ""
}

// tried returns a sentence and a space, or "".
func tried(attempts int, elapsed time.Duration) string {
	if attempts < 2 {
		return ""
	}
	return fmt.Sprintf("Tried %d times in %s. ", attempts, elapsed.Round(time.Second/10))
}

// requestID tells Cakemail's support which call failed.
func requestID(err error) string {
	if failure, ok := errors.AsType[*cakemail.Error](err); ok && failure.RequestID != "" {
		return "Request id: " + shortened(failure.RequestID, 64)
	}
	return ""
}

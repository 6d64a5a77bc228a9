package message

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// Call says what was attempted on what, what the API said and what to do, in one message or
// in one for each argument that the API refused.
func Call(err error, about Subject, provider Provider) []Message {
	if failure, ok := errors.AsType[*cakemail.CreateError](err); ok {
		return []Message{created(failure, about)}
	}
	failure, ok := errors.AsType[*cakemail.Error](err)
	if !ok {
		return []Message{problem("Cannot call Cakemail", err.Error())}
	}
	call := failedCall{failure, about, provider, "Cannot " + attempt(failure, about)}
	if failure.LoginFailed {
		call.attempt += ", because the login failed"
	}
	call.attempt += "."
	if failure.Kind == cakemail.Invalid && !failure.LoginFailed {
		return call.refusals()
	}
	return []Message{call.message()}
}

// NotListed are the warnings of a plan that cannot list the webhooks of the account.
func NotListed(err error, about Subject, provider Provider) []Message {
	messages := Call(err, about, provider)
	for index := range messages {
		_, advice, _ := strings.Cut(messages[index].Text, "\n")
		messages[index].Text = text("The plan cannot tell whether the webhooks to create exist already.", advice)
		messages[index].IsWarning = true
	}
	return messages
}

// attempt is the action, completed with what it is about.
func attempt(failure *cakemail.Error, about Subject) string {
	if failure.Action == cakemail.ActionListFirst {
		return "list the webhooks" + inAccount(about.Account) + " before creating one"
	}
	return about.completing(failure.Action)
}

// failedCall is a call of the API that failed.
type failedCall struct {
	*cakemail.Error
	about    Subject
	provider Provider
	// attempt is the sentence that says what was attempted.
	attempt string
}

func (c failedCall) message() Message {
	switch isOfWebhook := c.about.ID != "" && !c.LoginFailed; c.Kind {
	case cakemail.Unauthorized, cakemail.Invalid, cakemail.ChallengeRequired, cakemail.Forbidden:
		return c.ofCredentials()
	case cakemail.Gone, cakemail.Unconfirmed:
		return c.ofWebhook()
	case cakemail.Unsupported:
		if isOfWebhook {
			return c.ofWebhook()
		}
		return c.ofAddress()
	case cakemail.Unreadable, cakemail.Redirected:
		return c.ofAddress()
	case cakemail.Network, cakemail.Timeout:
		return c.withoutAnswer()
	case cakemail.RateLimited, cakemail.Unavailable:
		return c.status(tried(c.Attempts, c.Elapsed)+"Wait and try again, with fewer calls at once:",
			block("terraform apply -parallelism=2"), "A higher max_retries in the provider block keeps trying for longer.")
	case cakemail.Stopped:
		return problem("Terraform was interrupted", c.attempt, "This had not begun. Apply again to continue.")
	}
	if c.Status != "" {
		return c.status("The provider does not know this answer.", "Try again. If it stays, ask Cakemail's support about it.")
	}
	return problem("Cannot "+c.Action, c.attempt, c.because())
}

// status is for an answer whose status is the cause.
func (c failedCall) status(advice ...string) Message {
	return problem("The API answered "+c.Status, append([]string{c.attempt, c.saidMore()}, append(advice, requestID(c.RequestID))...)...)
}

func (c failedCall) ofCredentials() Message {
	switch c.Kind {
	case cakemail.ChallengeRequired:
		return problem("The login needs multi-factor authentication", c.attempt,
			"Credentials: "+c.provider.Credentials+".",
			"Use an access token instead: set access_token or CAKEMAIL_ACCESS_TOKEN.")
	case cakemail.Forbidden:
		return problem("The credentials do not permit this call", c.attempt, c.said(),
			"Credentials: "+c.provider.Credentials+".",
			"Check account_id, and the user's rights in "+accountName(c.about.Account)+".", requestID(c.RequestID))
	default:
		return problem("The credentials were refused", c.attempt, c.said(),
			"Credentials: "+c.provider.Credentials+".",
			"Check or renew them, and run Terraform again.", requestID(c.RequestID))
	}
}

func (c failedCall) ofWebhook() Message {
	id := short(c.about.ID)
	switch {
	case c.Kind == cakemail.Gone:
		return problem("There is no webhook "+id, c.attempt, c.said(), lookedFor(c.about), requestID(c.RequestID))
	case c.Kind == cakemail.Unsupported:
		return problem("This API cannot change a webhook in place", c.attempt, c.said(),
			"Nothing was changed. Replace the webhook, for a new id and a new secret:",
			block("terraform apply -replace=ADDRESS"), requestID(c.RequestID))
	case errors.Is(c.Error, cakemail.ErrStillListed):
		return problem("The API lists the webhook "+id+" but does not show it", c.attempt, c.said(),
			"One of its servers may be behind. Nothing was changed.",
			"Try again in a minute. If it stays, ask Cakemail's support.", requestID(c.RequestID))
	default:
		return problem("The API shows neither the webhook "+id+" nor a list", c.attempt, c.said(),
			"The webhooks could not be listed either"+reason(c.Cause)+". Nothing was changed.",
			c.provider.address(), requestID(c.RequestID))
	}
}

func lookedFor(about Subject) string {
	return "It was looked for in " + accountName(about.Account) + ". Check its id and account_id."
}

func (c failedCall) ofAddress() Message {
	switch c.Kind {
	case cakemail.Unreadable:
		return problem(c.Host+" does not answer as Cakemail does", c.attempt, c.because(), "A proxy may answer in its place.", c.provider.address())
	case cakemail.Redirected:
		return problem(c.Host+" redirects to "+c.target(), c.attempt, "The provider does not follow, to keep your credentials from others.",
			"Set base_url to the address of the API.", c.provider.address(), requestID(c.RequestID))
	default:
		account := ""
		if c.about.Account > 0 {
			account = fmt.Sprintf("Or there is no account %d: check account_id.", c.about.Account)
		}
		return problem("There is no Cakemail webhook API at "+c.Host, c.attempt, c.said(),
			c.provider.address(), account, requestID(c.RequestID))
	}
}

func (c failedCall) target() string {
	switch c.Location {
	case "":
		return "another address"
	case c.Host:
		return "itself, perhaps with https://"
	default:
		return short(c.Location)
	}
}

const patience = "Try again, or raise request_timeout in the provider block."

func (c failedCall) withoutAnswer() Message {
	switch {
	case c.Status != "":
		return c.status(tried(c.Attempts, c.Elapsed) + patience)
	case c.Kind == cakemail.Timeout:
		return problem("No answer from "+c.Host+" in time", c.attempt, tried(c.Attempts, c.Elapsed)+patience)
	default:
		return problem("No answer from "+c.Host, c.attempt, c.because(),
			tried(c.Attempts, c.Elapsed)+"Check the network and any proxy.", c.provider.address())
	}
}

// said quotes the answer.
func (c failedCall) said() string {
	switch {
	case c.Status == "":
		return itSaid(c.Message)
	case c.saidMore() == "":
		return "The API answered " + c.Status + "."
	default:
		return "The API answered " + c.Status + ": " + ended(c.Message)
	}
}

// saidMore is what the answer says beside its status.
func (c failedCall) saidMore() string {
	if strings.HasSuffix(c.Status, " "+c.Message) {
		return ""
	}
	return itSaid(c.Message)
}

func itSaid(message string) string {
	if message == "" {
		return ""
	}
	return "It said: " + ended(message)
}

// longestSaid is how much of somebody else's text a message has.
const longestSaid = 110

// ended is what somebody else said, as the end of a sentence.
func ended(said string) string {
	if short := shortened(said, longestSaid); short != said {
		return short
	}
	return strings.TrimSuffix(said, ".") + "."
}

func (c failedCall) because() string {
	switch {
	case c.Cause != nil:
		return "The cause: " + ended(causeOf(c.Cause))
	case c.Message != "":
		return "The cause: " + ended(c.Message)
	}
	return ""
}

// reason is "" or the reason of a failed call, in brackets.
func reason(err error) string {
	failure, ok := errors.AsType[*cakemail.Error](err)
	switch {
	case !ok && err != nil:
		return " (" + strings.TrimSuffix(shortened(causeOf(err), longestSaid), ".") + ")"
	case !ok:
		return ""
	case failure.Kind == cakemail.Stopped:
		return " (Terraform was interrupted)"
	case failure.Status != "":
		return " (" + failure.Status + ")"
	case failure.Cause != nil:
		return reason(failure.Cause)
	}
	return ""
}

// causeOf puts the causes that Go names for programmers into words.
func causeOf(cause error) string {
	switch {
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF):
		return "the connection was closed before the whole answer had come"
	case errors.Is(cause, context.DeadlineExceeded):
		return "it took longer than request_timeout"
	default:
		return cause.Error()
	}
}

// tried is "" or a sentence with a space after it.
func tried(attempts int, elapsed time.Duration) string {
	if attempts < 2 {
		return ""
	}
	return fmt.Sprintf("It was tried %d times in %s. ", attempts, elapsed.Round(time.Second/10))
}

func requestID(id string) string {
	if id == "" {
		return ""
	}
	return "Request id: " + shortened(id, 64)
}

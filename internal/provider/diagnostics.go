package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// subject is what a message is about.
type subject struct {
	// pending tells that the resource is in the state without an id, since the
	// outcome of its create is unknown.
	pending bool
	id      string
	// idArgument is what the block calls the id, unless that is id.
	idArgument string
	url        string
	events     []string
	account    int64
}

func (m webhookModel) subject() subject {
	return subject{id: m.ID.ValueString(), url: m.URL.ValueString(), events: eventNames(m.Events), account: m.account()}
}

// savedSubject is the subject of a resource that is in the state.
func (m webhookModel) savedSubject() subject {
	about := m.subject()
	about.pending = about.id == ""
	return about
}

// String names the webhook as a person knows it.
func (s subject) String() string {
	var parts []string
	if s.id != "" {
		parts = append(parts, "id "+s.id)
	}
	if s.url != "" {
		parts = append(parts, "url "+cakemail.DisplayURL(s.url))
	}
	if s.account > 0 {
		parts = append(parts, fmt.Sprintf("account %d", s.account))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// report adds the one diagnostic, or one per refused attribute, that tells a
// person what was attempted on what, what the API said, and what to do.
func (c *connection) report(diags *diag.Diagnostics, err error, about subject) {
	if failure, ok := errors.AsType[*cakemail.CreateError](err); ok {
		c.reportCreate(diags, failure, about)
		return
	}
	failure, ok := errors.AsType[*cakemail.Error](err)
	if !ok {
		diags.AddError("Cakemail call failed", err.Error())
		return
	}
	reason := ""
	if failure.LoginFailed {
		reason = ", because the login failed"
	}
	summary, attempt := "Cannot "+failure.Action+reason, "Cannot "+failure.Action+about.String()+reason+"."
	if failure.Action == cakemail.ActionListFirst {
		summary = leading(err, summary)
	}
	switch {
	case failure.Kind == cakemail.Invalid && !failure.LoginFailed && failure.IsAbout("events") && len(about.events) > 1:
		diags.AddAttributeError(path.Root("events"), oneEventSummary, sentences(oneEventDetail(about, said(failure)), requestID(failure)))
		return
	case failure.Kind == cakemail.Invalid && !failure.LoginFailed:
		reportRefusals(diags, failure, cmp.Or(about.idArgument, "id"), summary, attempt)
		return
	}
	diags.AddError(summary, sentences(attempt, said(failure), c.advice(failure, about), requestID(failure)))
}

// reportCreate is for a create that was sent and gave no webhook.
func (c *connection) reportCreate(diags *diag.Diagnostics, failure *cakemail.CreateError, about subject) {
	answer, id := "", ""
	cause, ok := errors.AsType[*cakemail.Error](failure.Cause)
	if ok {
		answer, id = said(cause), requestID(cause)
	}
	advice := unknownOutcomeAdvice(failure)
	switch failure.Outcome {
	case cakemail.NotNew:
		advice = "The API made no webhook. It answered with one that was there before. To manage that one with this resource, import it:\n\n" +
			candidates(failure.Candidates, about.account) + "\nIf another resource manages it already, remove this resource."
	case cakemail.Ambiguous:
		advice = ambiguousAdvice(failure, about)
	}
	diags.AddError("Cannot create the webhook", sentences("Cannot create the webhook"+about.String()+".", answer, advice, id))
}

// reportRefusals puts each refusal on the attribute that the API names.
func reportRefusals(diags *diag.Diagnostics, failure *cakemail.Error, idArgument, summary, attempt string) {
	var rest []string
	for _, field := range failure.Fields {
		if field.Field == "" {
			rest = append(rest, field.Message)
			continue
		}
		name := field.Field
		if name == "webhook_id" {
			name = idArgument
		}
		diags.AddAttributeError(path.Root(name), "The API refused "+name,
			sentences(attempt, fmt.Sprintf("The API said of %s: %s.", name, strings.TrimSuffix(field.Message, ".")),
				"Change the value and apply again; the refused call changed nothing.", requestID(failure)))
	}
	if len(rest) > 0 || len(failure.Fields) == 0 {
		others := *failure
		if len(rest) > 0 {
			others.Message = strings.Join(rest, "; ")
		}
		diags.AddError(summary, sentences(attempt, said(&others), "The refused call changed nothing. If the configuration is the reason, correct it. Then apply again.", requestID(failure)))
	}
}

// reportNotFound is for a webhook that a configuration names by its id.
func reportNotFound(diags *diag.Diagnostics, about subject) {
	diags.AddAttributeError(path.Root("id"), "Webhook not found",
		"There is no webhook"+about.String()+". Check id and account_id; the data source cakemail_webhooks lists the webhooks that there are.")
}

// reportNoSecret is for an answer that lacks what the ephemeral resource is for.
func reportNoSecret(diags *diag.Diagnostics, id string) {
	diags.AddError("The webhook has no secret", "The API showed the webhook "+id+" without a secret. Ask Cakemail's support why, or replace the webhook.")
}

// said quotes the answer.
func said(failure *cakemail.Error) string {
	switch {
	case failure.Status != "" && failure.Message != "" && !strings.HasSuffix(failure.Status, " "+failure.Message):
		return fmt.Sprintf("The API answered %s: %s.", failure.Status, strings.TrimSuffix(failure.Message, "."))
	case failure.Status != "":
		return fmt.Sprintf("The API answered %s.", failure.Status)
	case failure.Message != "":
		return strings.ToUpper(failure.Message[:1]) + failure.Message[1:] + "."
	default:
		return ""
	}
}

// advice says what to do about it.
func (c *connection) advice(failure *cakemail.Error, about subject) string {
	switch failure.Kind {
	case cakemail.Unauthorized, cakemail.Invalid:
		// Invalid comes here only from a login: other refusals are about an attribute.
		return fmt.Sprintf("The refused credentials are %s. Check them, or get new ones, and run Terraform again.", c.credentials)
	case cakemail.ChallengeRequired:
		return fmt.Sprintf("The login with %s needs multi-factor authentication, which the provider cannot complete. "+
			"Use an access token instead: access_token in the provider block, or the environment variable %s.", c.credentials, envAccessToken)
	case cakemail.Forbidden:
		return fmt.Sprintf("The credentials (%s) do not permit this. Check account_id, and the rights of the user in %s.", c.credentials, accountName(about.account))
	case cakemail.Gone:
		return fmt.Sprintf("There is no such webhook in %s. Check the id and account_id.", accountName(about.account))
	case cakemail.Unconfirmed:
		return c.unconfirmedAdvice(failure, about)
	case cakemail.Unsupported:
		if about.id != "" && !failure.LoginFailed {
			return "This API does not change webhooks in place, and nothing was changed. Replace the webhook instead, which gives it a new id and a new secret: " +
				"terraform apply -replace=ADDRESS with the address of this resource, for example cakemail_webhook.example."
		}
		advice := fmt.Sprintf("There is no Cakemail webhook API at %s. Check this address, with its path. It comes from %s.", c.baseURL, c.baseURLFrom)
		if about.account > 0 {
			advice += fmt.Sprintf(" Or there is no account %d: check account_id.", about.account)
		}
		return advice
	case cakemail.RateLimited, cakemail.Unavailable:
		return tried(failure.Attempts, failure.Elapsed) + "Wait and apply again; with many webhooks, fewer calls at once help (terraform apply -parallelism=2). With a higher max_retries in the provider block, the provider keeps trying for longer."
	case cakemail.Network:
		return fmt.Sprintf("No answer from %s%s. %sCheck the network, a proxy, and %s.", failure.Host, because(failure), tried(failure.Attempts, failure.Elapsed), c.baseURLFrom)
	case cakemail.Timeout:
		return fmt.Sprintf("%s did not answer in time. %sApply again, or raise request_timeout in the provider block.", failure.Host, tried(failure.Attempts, failure.Elapsed))
	case cakemail.Unreadable:
		return fmt.Sprintf("The answer from %s is not one that the Cakemail API gives%s. Check that %s is the address of the API, and that no proxy answers in its place.", failure.Host, because(failure), c.baseURLFrom)
	case cakemail.Redirected:
		return fmt.Sprintf("%s redirects to %s. The provider follows no redirect, because that could send your credentials to another address. "+
			"Set base_url to the address of the API. Its value now comes from %s.", failure.Host, redirectTarget(failure), c.baseURLFrom)
	case cakemail.Stopped:
		return "Terraform was interrupted before this began. Apply again to continue."
	default:
		return unexpectedAdvice(failure)
	}
}

// unconfirmedAdvice is for a webhook that may be gone, at an address that may not
// be the API's.
func (c *connection) unconfirmedAdvice(failure *cakemail.Error, about subject) string {
	if errors.Is(failure, cakemail.ErrStillListed) {
		return fmt.Sprintf("A 404 can mean that the webhook is gone. But the list of webhooks of %s still shows it as active, so the answer may come from a server that is behind. "+
			"Nothing was changed, neither at Cakemail nor in the state. Apply again in a minute. If it stays, ask Cakemail's support.", accountName(about.account))
	}

	return fmt.Sprintf("A 404 can mean that the webhook is gone. But the webhooks of %s could not be listed either%s, so the API may not be at this address. "+
		"Nothing was changed, neither at Cakemail nor in the state. "+
		"Check the address %s, with its path, which comes from %s, and check that no proxy answers in its place.",
		accountName(about.account), reasonOf(failure.Cause), c.baseURL, c.baseURLFrom)
}

// reasonOf is "" or the reason of a failed call, in brackets.
func reasonOf(err error) string {
	failure, ok := errors.AsType[*cakemail.Error](err)
	switch {
	case !ok:
		return ""
	case failure.Kind == cakemail.Stopped:
		return " (Terraform was interrupted)"
	case failure.Status != "":
		return " (" + strings.TrimSuffix(strings.TrimPrefix(said(failure), "The API answered "), ".") + ")"
	default:
		return because(failure)
	}
}

// unexpectedAdvice is for what no other advice fits: an answer that the API
// never gives, or a call that could not be made at all.
func unexpectedAdvice(failure *cakemail.Error) string {
	if failure.Cause != nil {
		return "The reason: " + causeOf(failure) + "."
	}
	return "The provider does not know this answer. Apply again; if it stays, ask Cakemail's support about it."
}

func accountName(account int64) string {
	if account > 0 {
		return fmt.Sprintf("account %d", account)
	}
	return "the account of the credentials"
}

// tried is "" or a sentence with a space after it.
func tried(attempts int, elapsed time.Duration) string {
	if attempts < 2 {
		return ""
	}
	return fmt.Sprintf("It was tried %d times in %s. ", attempts, elapsed.Round(time.Second/10))
}

func because(failure *cakemail.Error) string {
	if failure.Cause == nil {
		return ""
	}
	return " (" + causeOf(failure) + ")"
}

// causeOf puts the causes that Go names for programmers into words.
func causeOf(failure *cakemail.Error) string {
	switch {
	case errors.Is(failure.Cause, io.EOF), errors.Is(failure.Cause, io.ErrUnexpectedEOF):
		return "the connection was closed before the whole answer had come"
	case errors.Is(failure.Cause, context.DeadlineExceeded):
		return "it took longer than request_timeout"
	default:
		return failure.Cause.Error()
	}
}

func redirectTarget(failure *cakemail.Error) string {
	switch failure.Location {
	case "":
		return "another address"
	case failure.Host:
		return "another address on the same host, perhaps https:// instead of http://"
	default:
		return failure.Location
	}
}

func requestID(failure *cakemail.Error) string {
	if failure.RequestID == "" {
		return ""
	}
	return "Request id, for Cakemail's support: " + failure.RequestID + "."
}

func quoteAll(names []string) string {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	return strings.Join(quoted, ", ")
}

// sentences joins what there is to say, one paragraph each.
func sentences(paragraphs ...string) string {
	paragraphs = slices.DeleteFunc(paragraphs, func(text string) bool { return strings.TrimSpace(text) == "" })
	for index, text := range paragraphs {
		paragraphs[index] = strings.TrimSpace(text)
	}
	return strings.Join(paragraphs, "\n\n")
}

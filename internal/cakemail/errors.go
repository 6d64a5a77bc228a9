package cakemail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Kind says what went wrong, where callers need to tell cases apart.
type Kind int

// The kinds of [Error].
const (
	Unexpected        Kind = iota // an answer that the API never gives, or a call that cannot be made
	Invalid                       // the API refused a value (400, 409, 422)
	Unauthorized                  // the credentials were refused (401)
	ChallengeRequired             // the account is protected by multi-factor authentication
	Forbidden                     // the credentials do not cover this (403)
	Gone                          // no such webhook (404, 410, or a 400 that says so)
	Unconfirmed                   // the API says that there is no such webhook, but its list fails or still shows it
	Unsupported                   // the API does not offer this call (404 and 410 where no webhook is named, 405, 501)
	RateLimited                   // too many requests (429), even after waiting
	Unavailable                   // the API failed (5xx but 501 and 504)
	Network                       // no answer: the host could not be reached or the connection was cut
	Timeout                       // no answer in time (also 408, 504)
	Unreadable                    // an answer that the API would not give
	Redirected                    // the API is at another address
	Untrusted                     // the certificate of the API or of a webhook's url is not trusted
	Stopped                       // Terraform stopped before the call was made or answered
)

// FieldError is one entry of the API's list of refusals. Field is a name as in [Settings], "account_id",
// "webhook_id", or "" for anything else.
type FieldError struct {
	Field   string
	Message string
}

// Error is the error of every failed call. None of its texts holds a token, a password or a webhook's secret.
type Error struct {
	Kind Kind
	// Action is what was attempted, such as "create the webhook".
	Action string
	// LoginFailed means that the call was not made because the login failed.
	LoginFailed bool
	// Host is the host that was called.
	Host string
	// Status is the answer's status as text, such as "422 Unprocessable Entity", or "" without an answer.
	Status string
	// Message is what the API said, or only its codes; see [Client.Conceal]: at most 20 refusals of 300 characters each.
	Message string
	// Fields are the refusals, with or without a field.
	Fields []FieldError
	// RequestID is the answer's request id, for Cakemail's support, or "".
	RequestID string
	// Location is the host that a redirect names, for a test delivery with its scheme.
	Location string
	// Attempts and Elapsed tell how often and how long the call was tried.
	Attempts int
	Elapsed  time.Duration
	// MayHaveHappened means that the API may have carried out the call despite the error.
	MayHaveHappened bool
	Cause           error
}

// Error implements error.
func (e *Error) Error() string {
	attempt := "cannot " + e.Action
	if e.LoginFailed {
		attempt += ", because the login failed"
	}
	parts := []string{attempt, e.Status, e.Message}
	if e.Cause != nil {
		parts = append(parts, e.Cause.Error())
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// IsKind reports whether err is an [Error] of that kind.
func IsKind(err error, kind Kind) bool {
	failure, ok := errors.AsType[*Error](err)
	return ok && failure.Kind == kind
}

// IsAway reports whether the API was busy or could not be reached: another call would fail now, and the same
// call can succeed later.
func IsAway(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	return ok && slices.Contains([]Kind{RateLimited, Unavailable, Network, Timeout, Stopped}, failure.Kind)
}

// unconfirmed is the error if the answer that there is no webhook cannot be believed.
func (e *Error) unconfirmed(cause error) *Error {
	doubted := *e
	doubted.Kind, doubted.Cause = Unconfirmed, cause
	return &doubted
}

// stopped is the error of what was not done or not completed because Terraform stopped.
func stopped(ctx context.Context, action string) *Error {
	return &Error{Kind: Stopped, Action: action, Cause: context.Cause(ctx)}
}

// failedAction names the call that could not be made without a token. The call has not happened, whatever
// became of the login.
func failedAction(action string, err error) error {
	failure, ok := errors.AsType[*Error](err)
	if !ok {
		return &Error{Kind: Unexpected, Action: action, Cause: err}
	}
	renamed := *failure
	renamed.Action, renamed.LoginFailed, renamed.MayHaveHappened = action, true, false
	return &renamed
}

func (c *Client) host() string { return c.baseURL.Host }

// transportError describes a call without an answer.
func (c *Client) transportError(exchange *exchange, err error) *Error {
	failure := &Error{
		Kind:            Network,
		Action:          exchange.call.action,
		Host:            c.host(),
		Attempts:        exchange.attempts,
		Elapsed:         time.Since(exchange.started),
		MayHaveHappened: exchange.sent,
		Cause:           withoutURL(c.secrets, err),
	}
	if errors.Is(err, context.Canceled) {
		// A create waits only before it was sent, or after the API put it off.
		failure.Kind, failure.MayHaveHappened = Stopped, exchange.call.repeatable
	}
	if errors.Is(err, errAnswerTooLarge) {
		failure.Kind = Unreadable
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		failure.Kind = Untrusted
	}
	if isTLSPort(err) {
		failure.Kind, failure.Cause = Unreadable, errTLSPort
	}
	if isPlainPort(err) {
		failure.Kind, failure.Cause = Unreadable, errPlainPort
	}
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		failure.Kind = Timeout
	}
	return failure
}

// quotesAnswer is where an error begins to quote something that is not HTTP.
var quotesAnswer = regexp.MustCompile(`(?s)(: malformed MIME header|").*`)

// withoutURL drops the method and URL that net/http puts before each error, and what the error quotes of the
// answer.
func withoutURL(secrets *mask.Secrets, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if text := secrets.Clean(quotesAnswer.ReplaceAllString(secrets.Mask(err.Error()), "…")); text != err.Error() {
		return errors.New(text)
	}
	return err
}

var (
	errTLSPort   = errors.New("the port expects https://, not http://")
	errPlainPort = errors.New("the port expects http://, not https://")
)

// answerError describes an answer outside 2xx.
func (c *Client) answerError(exchange *exchange, response *http.Response, body []byte) *Error {
	failure := &Error{
		Action:    exchange.call.action,
		Host:      c.host(),
		Status:    statusText(response),
		RequestID: c.secrets.Clean(requestID(response)),
		Attempts:  exchange.attempts,
		Elapsed:   time.Since(exchange.started),
	}
	refusals := readDetail(body, true)
	failure.Kind = kindOf(exchange.call, response.StatusCode, refusals)
	switch {
	case refusals == nil:
		failure.Message = describeUnread(response.Header.Get("Content-Type"), body)
	case !exchange.call.isLogin:
		for _, refusal := range readDetail(body, c.quotes(exchange.call, response.StatusCode)) {
			failure.Fields = append(failure.Fields, FieldError{Field: refusal.Field, Message: c.secrets.Clean(refusal.Message)})
		}
		failure.Message = joined(failure.Fields)
	}
	if c.baseURL.Scheme == "http" && response.StatusCode == http.StatusBadRequest && refusals == nil && bytes.Contains(body, []byte("HTTPS")) {
		failure.Kind, failure.Message, failure.Cause = Unreadable, "", errTLSPort
	}
	failure.MayHaveHappened = mayHaveHappened(response.StatusCode)
	if failure.Kind == Redirected {
		if location, err := response.Location(); err == nil {
			failure.Location = c.secrets.Clean(location.Host)
		}
	}
	return failure
}

// mayHaveHappened reports whether the API may have carried out a call: a gateway does not say what the API behind it did.
func mayHaveHappened(status int) bool {
	return status < 400 || status >= 500 || status == http.StatusRequestTimeout
}

// saysGone recognises the 400 that some services send for an unknown id. It does not match a refusal that
// names a field or some part of the webhook.
var saysGone = regexp.MustCompile(`(?i)\bwebhook([\W_]+(id|with|was|could|does|do|\S*\d\S*))*[\W_]+(doesn't exist|not (be )?(found|exist))`)

// kindOf is the only place that decides what an answer outside 2xx means for a call.
func kindOf(call request, status int, refusals []FieldError) Kind {
	isMissing := status == http.StatusNotFound || status == http.StatusGone ||
		status == http.StatusBadRequest && saysGone.MatchString(joined(refusals)) && !slices.ContainsFunc(refusals, FieldError.isNamed)
	switch {
	case status >= 300 && status < 400:
		return Redirected
	case isMissing && call.id != "":
		return Gone
	case status == http.StatusBadRequest, status == http.StatusConflict, status == http.StatusUnprocessableEntity:
		return Invalid
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status == http.StatusForbidden:
		return Forbidden
	case isMissing, status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		return Unsupported
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return Timeout
	case status >= 500:
		return Unavailable
	default:
		return Unexpected
	}
}

// requestID finds the request id in the headers that gateways commonly use, since Cakemail documents none.
func requestID(response *http.Response) string {
	for _, name := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "X-Amz-Cf-Id", "Cf-Ray"} {
		if id := response.Header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

package cakemail

import (
	"errors"
	"fmt"
	"time"
)

// Outcome is the result of a create that gave no webhook.
type Outcome int

// The outcomes of a create.
const (
	NotMade        Outcome = iota // the API made no webhook
	NotNew                        // the API answered with a webhook that was there before, and made none
	Ambiguous                     // the API made one, but it can be any of several
	Alike                         // the API may have made one that it spells its own way; only [Client.FindCreated] says so
	OutcomeUnknown                // the API may have made one; [Client.FindCreated] can tell later
)

// CreateError says what is known of a create that was sent but gave no webhook.
type CreateError struct {
	Outcome Outcome
	// Candidates are the webhooks that the create can have made, or the old one that it got. If the outcome is
	// unknown, they have another URL on the same host.
	Candidates []Webhook
	// Known are the ids of equal webhooks that a create of unknown outcome did not make.
	Known []string
	// Attempts and Elapsed tell how often and how long the create was tried.
	Attempts int
	Elapsed  time.Duration
	// Cause is the last failure, or nil.
	Cause error
}

// Error implements error.
func (e *CreateError) Error() string {
	reason := map[Outcome]string{
		NotNew: "the API answered with an old webhook", Ambiguous: "several webhooks can be it", Alike: "a webhook with another URL can be it",
		OutcomeUnknown: "the outcome is unknown",
	}[e.Outcome]
	if e.Cause == nil {
		return "cannot create the webhook: " + reason
	}
	return fmt.Sprintf("cannot create the webhook: %s: %v", reason, e.Cause)
}

// Unwrap returns the cause.
func (e *CreateError) Unwrap() error { return e.Cause }

// OutcomeOf returns the outcome in the error of a create.
func OutcomeOf(err error) Outcome {
	if failure, ok := errors.AsType[*CreateError](err); ok {
		return failure.Outcome
	}
	return NotMade
}

package cakemail

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

func (s Settings) matches(webhook Webhook) bool {
	return SameURL(s.Address(), webhook.Address()) && slices.Equal(sorted(s.Events), webhook.Events)
}

func sorted(events []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(events)))
}

// Created is the outcome of [Client.Create].
type Created struct {
	// Webhook lacks the secret where the answer did; [Client.Get] has it.
	Webhook Webhook
	// Duplicates appeared late, after a repeated create: the API has carried out
	// more than one of the attempts.
	Duplicates []Webhook
}

// Looks for a webhook whose create got no answer: an API that took too long may
// still be at work, one that cut the connection hardly.
const (
	looksAfterCut     = 1
	looksAfterTimeout = 4
)

// Create makes a webhook that is neither lost nor doubled. When the answer is
// lost, it adopts the one new webhook that matches, or creates again when there
// is none. The [Error] is of kind [Ambiguous] when several match, and of kind
// [OutcomeUnknown] when it cannot be told; [Client.Resolve] can tell later.
//
// It costs one list of the account's webhooks before the first create.
func (c *Client) Create(ctx context.Context, account int64, settings Settings) (Created, error) {
	ledger, err := c.ledgers.open(ctx, c, account)
	if err != nil {
		return Created{}, err
	}
	unlock, err := ledger.lock(ctx, settings)
	if err != nil {
		return Created{}, err
	}
	defer unlock()

	started := time.Now()
	for repeats := 0; ; repeats++ {
		webhook, err := c.create(ctx, account, settings)
		if err == nil {
			ledger.claim(webhook.ID, settings.key())
			return Created{Webhook: webhook, Duplicates: c.late(ctx, ledger, settings, repeats)}, nil
		}
		failure, ok := errors.AsType[*Error](err)
		if !ok || !failure.MayHaveHappened && repeats == 0 {
			return Created{}, err
		}
		if !failure.MayHaveHappened {
			return Created{}, ledger.outcomeUnknown(settings, failure)
		}
		found, err := c.look(ctx, ledger, settings, failure)
		switch {
		case err != nil:
			return Created{}, ledger.outcomeUnknown(settings, failure)
		case len(found) == 1:
			ledger.claim(found[0].ID, settings.key())
			return Created{Webhook: found[0]}, nil
		case len(found) > 1:
			return Created{}, ambiguous(failure, found)
		case repeats == c.maxRetries, time.Since(started) > MaxTotalWait, ctx.Err() != nil:
			return Created{}, ledger.outcomeUnknown(settings, failure)
		}
	}
}

// late looks once more when the create was repeated. A failed look leaves
// nothing unsaid, since the webhook itself is known.
func (c *Client) late(ctx context.Context, ledger *ledger, settings Settings, repeats int) []Webhook {
	if repeats == 0 {
		return nil
	}
	found, err := c.newMatches(Finishing(ctx), ledger, settings)
	if err != nil {
		return nil
	}
	return found
}

// Resolve finds the webhook that a create of unknown outcome made, given the
// ids that its [Error] knew. The id is "" when there is none.
func (c *Client) Resolve(ctx context.Context, account int64, settings Settings, known []string) (Webhook, error) {
	ledger := newLedger(account)
	for _, id := range known {
		ledger.claim(id, "")
	}
	found, err := c.newMatches(ctx, ledger, settings)
	switch {
	case err != nil:
		return Webhook{}, err
	case len(found) == 0:
		return Webhook{}, nil
	case len(found) > 1:
		return Webhook{}, ambiguous(&Error{Action: createAction, Host: c.host()}, found)
	}
	return found[0], nil
}

const createAction = "create the webhook"

// create sends one POST.
func (c *Client) create(ctx context.Context, account int64, settings Settings) (Webhook, error) {
	settings.Events = sorted(settings.Events)
	body, err := c.send(ctx, request{action: createAction, method: http.MethodPost, path: "/webhooks", account: account, body: encodeSettings(settings)})
	if failure, ok := errors.AsType[*Error](err); ok {
		if failure.Kind == Gone {
			failure.Kind = Unsupported
		}
		if failure.Kind == Invalid && len(settings.Events) > 1 && slices.ContainsFunc(failure.Fields, FieldError.isAboutEvents) {
			failure.Kind = WantsOneEvent
		}
	}
	if err != nil {
		return Webhook{}, err
	}
	webhook, err := c.decode(body, "")
	if err != nil {
		return Webhook{}, c.unreadable(createAction, err)
	}
	return webhook, nil
}

// look waits and looks for the webhook, more patiently after a timeout. It goes
// on when Terraform stops, so that a create in flight is recorded.
func (c *Client) look(ctx context.Context, ledger *ledger, settings Settings, failure *Error) (found []Webhook, err error) {
	looks := looksAfterCut
	if failure.Kind == Timeout {
		looks = looksAfterTimeout
	}
	for attempt := range looks {
		c.waitBefore(ctx, attempt)
		found, err = c.newMatches(Finishing(ctx), ledger, settings)
		if err != nil || len(found) > 0 || ctx.Err() != nil {
			break
		}
	}
	return found, err
}

// newMatches lists the active webhooks that match and that the ledger does not know.
func (c *Client) newMatches(ctx context.Context, ledger *ledger, settings Settings) ([]Webhook, error) {
	var found []Webhook
	for webhook, err := range c.List(ctx, ListOptions{Account: ledger.account}) {
		if err != nil {
			return nil, err
		}
		if settings.matches(webhook) && !webhook.IsArchived() && !ledger.knows(webhook.ID) {
			found = append(found, webhook)
		}
	}
	return found, nil
}

func ambiguous(failure *Error, candidates []Webhook) *Error {
	renamed := *failure
	renamed.Kind, renamed.Candidates = Ambiguous, candidates
	return &renamed
}

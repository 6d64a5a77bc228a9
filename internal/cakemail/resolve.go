package cakemail

import (
	"context"
	"slices"
	"time"
)

// outcomeUnknown returns the error of a create that may have happened, with the
// ids that a later look must leave out.
func (c *Client) outcomeUnknown(making *creation, failure *Error) *Error {
	c.ledger.leaveUncertain(making.account, making.key)
	renamed := *failure
	renamed.Kind, renamed.Known = OutcomeUnknown, []string{}
	renamed.Attempts, renamed.Elapsed = making.attempts, time.Since(making.started)
	for _, webhook := range c.existingEqual(making) {
		renamed.Known = append(renamed.Known, webhook.ID)
	}
	for id, key := range c.ledger.claimed(making.account) {
		if key == "" || key == making.key {
			renamed.Known = append(renamed.Known, id)
		}
	}
	slices.Sort(renamed.Known)
	renamed.Known = slices.Compact(renamed.Known)
	return &renamed
}

// Resolve finds the webhook that a create of unknown outcome made, given the
// ids that its [Error] knew. The id is "" when there is none. It leaves out what
// belongs to other resources, and waits for equal creates that are in progress.
func (c *Client) Resolve(ctx context.Context, account int64, settings Settings, known []string) (Webhook, error) {
	key := settings.key()
	unlock, err := c.ledger.lock(ctx, account, key)
	if err != nil {
		return Webhook{}, err
	}
	defer unlock()
	var found []Webhook
	interrupted := c.whileNew(ctx, createAction, func() bool {
		var active Listed
		if active, err = c.look(ctx, account); err != nil {
			return true
		}
		taken := c.ledger.claimed(account)
		for _, id := range known {
			taken[id] = ""
		}
		found = settings.among(active, taken)
		return len(found) > 0
	})
	switch {
	case err != nil:
		return Webhook{}, err
	case interrupted != nil:
		return Webhook{}, interrupted
	case len(found) == 0:
		return Webhook{}, nil
	case len(found) > 1:
		return Webhook{}, ambiguous(&Error{Action: createAction, Host: c.host()}, found)
	}
	c.ledger.claim(account, found[0].ID, key)
	return found[0], nil
}

func ambiguous(failure *Error, candidates []Webhook) *Error {
	renamed := *failure
	renamed.Kind, renamed.Candidates = Ambiguous, candidates
	return &renamed
}

package cakemail

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// equal returns the listed webhooks with the same URL and events.
func (s Settings) equal(listed Listed) []Webhook {
	return slices.DeleteFunc(slices.Clone(listed.At(s.Address())), func(webhook Webhook) bool {
		return !slices.Equal(sorted(s.Events), webhook.Events)
	})
}

func sorted(events []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(events)))
}

// Created is the outcome of [Client.Create].
type Created struct {
	// Webhook lacks the secret where the answer did; [Client.Get] has it.
	Webhook Webhook
	// Surplus are webhooks that earlier attempts of the same create made; they were
	// archived again.
	Surplus []Webhook
	// Duplicates are other new webhooks that are equal, which this create alone does
	// not explain, or which could not be archived.
	Duplicates []Webhook
	// Unchecked is why nobody looked for webhooks of earlier attempts, if so.
	Unchecked error
}

// creation is one webhook being made.
type creation struct {
	account  int64
	settings Settings
	key      string
	started  time.Time
	attempts int
	// lost is the number of attempts that may have happened without an answer.
	lost     int
	lastLost time.Time
	// found are the webhooks that they made, as far as they can be seen.
	found []Webhook
}

// lose counts an attempt whose answer was lost.
func (m *creation) lose() {
	m.lost++
	m.lastLost = time.Now()
}

func (m *creation) isExplained() bool { return len(m.found) == m.lost }

// Create makes a webhook that is neither lost nor doubled. When the answer is
// lost, it looks for the new webhook that matches, for as long as
// Patience.LostCreate, and adopts it, or creates again when there is none. The
// [Error] is of kind [NotNew] when the API answers with a webhook that was there before,
// of kind [Ambiguous] when more match than this create can have made, and of kind
// [OutcomeUnknown] when it cannot be told; [Client.Resolve] can tell later.
//
// It costs one list of the account's webhooks before the first create.
func (c *Client) Create(ctx context.Context, account int64, settings Settings) (Created, error) {
	if _, err := c.Existing(ctx, account); err != nil {
		return Created{}, snapshotError(err)
	}
	making := &creation{account: account, settings: settings, key: settings.key(), started: time.Now()}
	unlock, err := c.ledger.lock(ctx, account, making.key)
	if err != nil {
		return Created{}, err
	}
	defer unlock()

	for {
		webhook, err := c.attempt(ctx, making)
		if err == nil && c.isOld(making, webhook.ID) {
			old := &Error{Kind: NotNew, Action: createAction, Host: c.host(), Candidates: []Webhook{webhook}}
			if making.lost > 0 {
				return Created{}, c.outcomeUnknown(making, old)
			}
			return Created{}, old
		}
		if err == nil {
			return c.settle(ctx, making, webhook), nil
		}
		failure, ok := errors.AsType[*Error](err)
		if !ok || !failure.MayHaveHappened && making.lost == 0 {
			return Created{}, err
		}
		if !failure.MayHaveHappened {
			return Created{}, c.outcomeUnknown(making, failure)
		}
		making.lose()
		err = c.find(ctx, making)
		if len(making.found) > 0 {
			err = c.findOn(ctx, making, err)
		}
		found := making.found
		switch {
		case err != nil && len(found) == 0, len(found) > 0 && c.ledger.isDoubtful(account, making.key):
			return Created{}, c.outcomeUnknown(making, failure)
		case len(found) > making.lost:
			return Created{}, ambiguous(failure, found)
		case len(found) > 0:
			created := Created{Webhook: found[0], Unchecked: err}
			c.ledger.claim(account, found[0].ID, making.key)
			c.ledger.adopt(found[0].ID)
			c.withdraw(ctx, making, found[1:], &created)
			return created, nil
		case making.lost > c.maxRetries, time.Since(making.started) > MaxTotalWait, ctx.Err() != nil:
			return Created{}, c.outcomeUnknown(making, failure)
		}
	}
}

// ActionListFirst is the [Error.Action] of a create that failed before it was sent.
const ActionListFirst = "list the webhooks that exist before creating one"

func snapshotError(err error) error {
	failure, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	renamed := *failure
	renamed.Action = ActionListFirst
	return &renamed
}

const createAction = "create the webhook"

// attempt sends the create once, and again only while the API puts it off or cannot be
// reached.
func (c *Client) attempt(ctx context.Context, making *creation) (Webhook, error) {
	settings := making.settings
	settings.Events = sorted(settings.Events)
	body, err := c.send(ctx, request{action: createAction, method: http.MethodPost, path: "/webhooks", account: making.account, body: c.encode(settings)})
	if failure, ok := errors.AsType[*Error](err); ok {
		making.attempts += failure.Attempts
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
	webhook, err := c.decode(ctx, body, "")
	if err != nil {
		making.attempts++
		return Webhook{}, c.unreadable(createAction, err)
	}
	return webhook, nil
}

// isOld tells whether the webhook was there before, or belongs to another resource of
// this process: then the API made none.
func (c *Client) isOld(making *creation, id string) bool {
	existing := c.rosters.of(making.account).first()
	return c.ledger.isClaimed(making.account, id) || existing != nil && existing.ids[id]
}

// settle claims the webhook that an answer names, and looks for those of earlier
// attempts.
func (c *Client) settle(ctx context.Context, making *creation, webhook Webhook) Created {
	c.ledger.claim(making.account, webhook.ID, making.key)
	created := Created{Webhook: webhook}
	if making.lost == 0 {
		return created
	}
	err := c.findOn(ctx, making, c.find(ctx, making))
	switch {
	case err != nil:
		created.Unchecked, created.Duplicates = err, making.found
	case len(making.found) > making.lost, c.ledger.isDoubtful(making.account, making.key):
		created.Duplicates = making.found
	default:
		c.withdraw(ctx, making, making.found, &created)
	}
	return created
}

// withdraw archives what earlier attempts made, also when Terraform stops.
func (c *Client) withdraw(ctx context.Context, making *creation, surplus []Webhook, created *Created) {
	ctx = CreatedAt(Finishing(ctx), making.started)
	for _, webhook := range surplus {
		c.ledger.claim(making.account, webhook.ID, making.key)
		if _, err := c.Archive(ctx, making.account, webhook.ID); err != nil {
			created.Duplicates = append(created.Duplicates, webhook)
			continue
		}
		created.Surplus = append(created.Surplus, webhook)
	}
}

// find looks for new webhooks that match, several times while the API may lag,
// until there are as many as the lost attempts can have made; where there are more, a
// message has to name all. Where one of several appears, the others get twice the time.
// The error says why it did not look to the end.
func (c *Client) find(ctx context.Context, making *creation) error {
	for _, wait := range c.patience.looks() {
		if done, err := c.findAfter(ctx, wait, making); done || err != nil {
			return err
		}
	}
	if len(making.found) == 0 {
		return nil
	}
	_, err := c.findAfter(ctx, time.Until(making.lastLost.Add(2*c.patience.LostCreate)), making)
	return err
}

// findOn goes on after a look that failed with this error: where the create has its webhook,
// nobody looks for the others later.
func (c *Client) findOn(ctx context.Context, making *creation, err error) error {
	for end := time.Now().Add(c.patience.LostCreate); err != nil && ctx.Err() == nil && time.Now().Before(end); err = c.find(ctx, making) {
		sleep(ctx, c.patience.LostCreate/3)
	}
	return err
}

// findAfter waits and looks once, and tells whether to look no further.
func (c *Client) findAfter(ctx context.Context, wait time.Duration, making *creation) (done bool, err error) {
	sleep(ctx, wait)
	active, err := c.look(ctx, making.account)
	if err != nil {
		return false, err
	}
	taken := c.ledger.claimed(making.account)
	for _, webhook := range slices.Concat(c.existingEqual(making), making.found) {
		taken[webhook.ID] = ""
	}
	making.found = append(making.found, making.settings.among(active, taken)...)
	if !making.isExplained() && ctx.Err() != nil {
		return false, stopped(ctx, listAction)
	}
	return making.isExplained(), nil
}

// existingEqual returns the equal webhooks that were there before this process created any.
func (c *Client) existingEqual(making *creation) []Webhook {
	existing := c.rosters.of(making.account).first()
	if existing == nil {
		return nil
	}
	return making.settings.equal(*existing)
}

// among returns the equal webhooks that are not taken.
func (s Settings) among(listed Listed, taken map[string]string) []Webhook {
	return slices.DeleteFunc(s.equal(listed), func(webhook Webhook) bool {
		_, known := taken[webhook.ID]
		return known
	})
}

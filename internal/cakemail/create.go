package cakemail

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// Created is what a [Client.Create] made.
type Created struct {
	// Webhook is complete, with its secret, unless Create also returned an error.
	Webhook Webhook
	// Surplus are webhooks that earlier attempts of the same create made, and that were archived again.
	Surplus []Webhook
	// Duplicates are other new equal webhooks, which this create does not explain or could not archive.
	Duplicates []Webhook
	// Unchecked is why nobody looked for webhooks of earlier attempts.
	Unchecked error
}

// creation is one webhook being made.
type creation struct {
	*Client
	account  *account
	settings Settings
	key      string
	started  time.Time
	attempts int
	// lost is the number of attempts whose answer was lost.
	lost     int
	lastLost time.Time
	// found are the webhooks that the lost attempts made, as far as lists show them; others are only alike.
	found, others []Webhook
	// id is the webhook that an answer named, or "".
	id string
}

// Create makes exactly one webhook. If the answer is lost, it looks for the new webhook for Patience.LostCreate
// and adopts it, or creates again if there is none. If it returns a webhook and an error, the webhook was made
// but could not be read completely. Otherwise the error is a [CreateError], or the [Error] of a create that
// made nothing.
//
// It lists the account's webhooks once, unless this process already has a list.
func (c *Client) Create(ctx context.Context, number int64, settings Settings) (Created, error) {
	settings.Events = sorted(settings.Events)
	m := &creation{Client: c, account: c.accounts.of(number), settings: settings, key: settings.key()}
	if _, err := c.list(ctx, m.account, wanted{}); err != nil {
		return Created{}, listFirst(err)
	}
	slot, err := m.account.take(ctx, m.key)
	if err != nil {
		return Created{}, err
	}
	defer slot.free()
	m.started = time.Now()
	created, err := m.make(ctx)
	slot.isOpen = OutcomeOf(err) == OutcomeUnknown
	if created.Webhook.ID == "" {
		return Created{}, err
	}
	c.accounts.place(created.Webhook.ID, number)
	err = m.complete(ctx, &created.Webhook)
	return created, err
}

// ActionListFirst is the [Error.Action] of a create that failed before it was sent.
const ActionListFirst = "list the existing webhooks before creating one"

func listFirst(err error) error {
	failure, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	renamed := *failure
	renamed.Action = ActionListFirst
	return &renamed
}

const createAction = "create the webhook"

// make posts until there is a webhook, or until nothing more can be done.
func (m *creation) make(ctx context.Context) (Created, error) {
	for {
		webhook, err := m.post(ctx)
		if err == nil && m.isOld(webhook.ID) {
			if m.lost > 0 {
				return Created{}, m.unknown(nil)
			}
			return Created{}, m.fail(NotNew, []Webhook{webhook}, nil)
		}
		if err == nil {
			return m.answered(ctx, webhook), nil
		}
		failure, ok := errors.AsType[*Error](err)
		if !ok || !failure.MayHaveHappened && m.lost == 0 {
			return Created{}, err
		}
		if !failure.MayHaveHappened {
			return Created{}, m.unknown(err)
		}
		m.lost++
		m.lastLost = time.Now()
		unchecked := m.look(ctx)
		if len(m.found) > 0 {
			unchecked = m.lookOn(ctx, unchecked)
		}
		switch {
		case len(m.found) > m.lost:
			return Created{}, m.fail(Ambiguous, m.found, err)
		case len(m.found) > 0:
			mine := m.claimFree(m.found)
			if len(mine) == 0 {
				return Created{}, m.unknown(err)
			}
			created := Created{Webhook: mine[0], Unchecked: unchecked}
			m.withdraw(ctx, mine[1:], &created)
			return created, nil
		case unchecked != nil, m.lost > m.maxRetries, time.Since(m.started) > MaxTotalWait, ctx.Err() != nil, len(m.others) > 0 && m.lost > 1:
			// If others are alike, only one retry could show how the API spells this webhook.
			return Created{}, m.unknown(err)
		}
	}
}

// post sends the create once, and again only while the API puts it off or cannot be reached.
func (m *creation) post(ctx context.Context) (Webhook, error) {
	body, err := m.send(ctx, request{action: createAction, method: http.MethodPost, path: "/webhooks", account: m.account.number, body: m.encode(m.settings)})
	if failure, ok := errors.AsType[*Error](err); ok {
		m.attempts += failure.Attempts
	}
	if err != nil {
		return Webhook{}, err
	}
	webhook, err := m.decode(ctx, body, "")
	if webhook.ID != "" && !webhook.IsWhole() && webhook.Secret == "" {
		webhook, err = m.checked(ctx, webhook)
	}
	if webhook.ID == "" {
		m.attempts++
		return Webhook{}, m.unreadable(createAction, err)
	}
	return webhook, nil
}

// checked reads the webhook if the answer told only an id, which can also be that of something else, such as a task.
func (m *creation) checked(ctx context.Context, told Webhook) (Webhook, error) {
	ref := Ref{Account: m.account.number, ID: told.ID, Finishes: true}
	webhook, err := m.webhookCall(ctx, ref, request{action: createAction, method: http.MethodGet}, "")
	switch {
	case err == nil && webhook.IsWhole():
		return webhook, nil
	case IsKind(err, Gone), told.Status != "":
		return Webhook{}, errors.New("the answer lacks the url and the events")
	}
	return told, nil
}

// isOld reports whether the webhook was there before or belongs to a resource: then the API made none.
func (m *creation) isOld(id string) bool {
	return m.IsClaimed(id) || m.account.wasThere(id, m.started)
}

// claimFree claims and returns the webhooks that no other create has claimed meanwhile.
func (m *creation) claimFree(webhooks []Webhook) []Webhook {
	return slices.DeleteFunc(webhooks, func(webhook Webhook) bool {
		return !m.account.claimNew(webhook.ID, claim{key: m.key, made: time.Now()})
	})
}

// answered claims the webhook that an answer names, and looks for those of earlier attempts.
func (m *creation) answered(ctx context.Context, webhook Webhook) Created {
	m.account.claim(webhook.ID, claim{key: m.key, made: time.Now()})
	created := Created{Webhook: webhook}
	if m.lost == 0 {
		return created
	}
	m.id = webhook.ID
	created.Unchecked = m.lookOn(ctx, m.look(ctx))
	if created.Unchecked != nil || len(m.found) > m.lost {
		created.Duplicates = m.found
		return created
	}
	if len(m.found) < m.lost {
		created.Duplicates = m.others
	}
	m.withdraw(ctx, m.claimFree(m.found), &created)
	return created
}

// withdraw archives what earlier attempts made, even if Terraform stops.
func (m *creation) withdraw(ctx context.Context, surplus []Webhook, created *Created) {
	for _, webhook := range surplus {
		if _, err := m.Archive(ctx, Ref{Account: m.account.number, ID: webhook.ID, Finishes: true}); err != nil {
			created.Duplicates = append(created.Duplicates, webhook)
			continue
		}
		created.Surplus = append(created.Surplus, webhook)
	}
}

// complete reads what the answer did not tell, even if Terraform stops.
func (m *creation) complete(ctx context.Context, webhook *Webhook) error {
	if webhook.Secret != "" && webhook.areTold(m.settings) {
		return nil
	}
	read, err := m.Get(ctx, Ref{Account: m.account.number, ID: webhook.ID, Finishes: true})
	if err != nil {
		return err
	}
	*webhook = webhook.overlaid(read)
	return nil
}

// look lists several times for new equal webhooks, since the API may lag, until there are as many as lost
// answers. If there are more, it looks to the end, since the message must name them all. If one of several
// appears, the others get twice the time. The error says why it stopped early.
func (m *creation) look(ctx context.Context) error {
	for _, wait := range m.patience.looks() {
		if done, err := m.lookAfter(ctx, wait); done || err != nil {
			return err
		}
	}
	if len(m.found) == 0 {
		return nil
	}
	_, err := m.lookAfter(ctx, time.Until(m.lastLost.Add(2*m.patience.LostCreate)))
	return err
}

// lookOn looks again after a failed look, for as long as LostCreate: the create already has its webhook, so
// nobody looks for the others later.
func (m *creation) lookOn(ctx context.Context, err error) error {
	for end := time.Now().Add(m.patience.LostCreate); err != nil && ctx.Err() == nil && time.Now().Before(end); err = m.look(ctx) {
		sleep(ctx, m.patience.LostCreate/3)
	}
	return err
}

// lookAfter waits and looks once, even if Terraform stops, and reports whether that was the last look.
func (m *creation) lookAfter(ctx context.Context, wait time.Duration) (done bool, err error) {
	sleep(ctx, wait)
	asked := time.Now()
	// Creates that look at about the same time share one list.
	sleep(ctx, m.patience.LostCreate/240)
	listed, err := m.list(ctx, m.account, wanted{asked, true})
	if err != nil {
		return false, err
	}
	var known []string
	for _, webhook := range m.found {
		known = append(known, webhook.ID)
	}
	// The API spells the webhooks of earlier attempts as it spells this one.
	found, others := m.account.candidates(listed, m.account.keyOf(m.id, m.key), m.started, known)
	m.found, m.others = append(m.found, found...), others
	isExplained := len(m.found) == m.lost
	if !isExplained && ctx.Err() != nil {
		return false, stopped(ctx, listAction)
	}
	return isExplained, nil
}

func (m *creation) unknown(cause error) *CreateError {
	failure := m.fail(OutcomeUnknown, m.others, cause)
	failure.Known = m.account.known(m.key, m.started)
	return failure
}

func (m *creation) fail(outcome Outcome, candidates []Webhook, cause error) *CreateError {
	return &CreateError{Outcome: outcome, Candidates: candidates, Attempts: m.attempts, Elapsed: time.Since(m.started), Cause: cause}
}

// FindCreated finds the webhook of a create of unknown outcome, which ended at Created of the ref. known are
// the ids that the create knew, or nil. The id is "" if there is no such webhook. FindCreated waits for equal
// creates, and finds the same webhook each time. It returns a [CreateError] if several webhooks can be it, or
// if one can be it but nothing is known or its URL differs.
func (c *Client) FindCreated(ctx context.Context, ref Ref, settings Settings, known []string) (Webhook, error) {
	account, key := c.accounts.of(ref.Account), settings.key()
	slot, err := account.take(ctx, key)
	if err != nil {
		return Webhook{}, err
	}
	defer slot.free()
	if id := account.foundFor(key, ref.Created); id != "" {
		return Webhook{ID: id}, nil
	}
	var found, others []Webhook
	interrupted := c.whileNew(ctx, ref.Created, createAction, func() bool {
		var listed Listed
		listed, err = c.list(ctx, account, wanted{notBefore: time.Now()})
		// Any list of this process may have shown what an earlier create made.
		found, others = account.candidates(listed, key, time.Time{}, known)
		return err != nil || len(found) > 0
	})
	switch {
	case err != nil:
		return Webhook{}, err
	case interrupted != nil:
		return Webhook{}, interrupted
	case len(found) == 0 && len(others) > 0:
		return Webhook{}, &CreateError{Outcome: Alike, Candidates: others}
	case len(found) == 0:
		return Webhook{}, nil
	case len(found) > 1 || known == nil:
		return Webhook{}, &CreateError{Outcome: Ambiguous, Candidates: found}
	}
	if !account.claimNew(found[0].ID, claim{key: key, made: ref.Created}) {
		return Webhook{}, nil
	}
	return found[0], nil
}

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
	// Webhook is complete, with its secret, unless Create returned an error beside it.
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
	*Client
	account  *account
	settings Settings
	key      string
	started  time.Time
	attempts int
	// lost is the number of attempts that may have happened without an answer.
	lost     int
	lastLost time.Time
	// found are the webhooks that the lost attempts made, as far as they can be seen, and
	// others those that are alike.
	found, others []Webhook
	// id is the webhook that an answer told, "" as long as none has.
	id string
}

// Create makes a webhook that is neither lost nor doubled. When the answer is lost, it
// looks for the new webhook that matches, for as long as Patience.LostCreate, and adopts
// it, or creates again when there is none. A webhook beside an error was made, and could
// not be read completely. Else the error is a [CreateError], or the [Error] of a create that
// made nothing.
//
// It costs one list of the account's webhooks, unless this process has one.
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
const ActionListFirst = "list the webhooks that exist before creating one"

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

// make posts until there is a webhook, or nothing more can be done.
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
			// Where others are alike, one repetition could have shown how the API spells what was asked.
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

// checked reads the webhook of an answer that tells its id alone, unless that is the id of something else, such as a task.
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

// isOld tells whether the webhook was there before, or belongs to a resource: then the API
// made none.
func (m *creation) isOld(id string) bool {
	return m.IsClaimed(id) || m.account.wasThere(id, m.started)
}

// claimFree claims those webhooks that no other create has claimed meanwhile, and returns them.
func (m *creation) claimFree(webhooks []Webhook) []Webhook {
	return slices.DeleteFunc(webhooks, func(webhook Webhook) bool {
		return !m.account.claimNew(webhook.ID, claim{key: m.key, made: time.Now()})
	})
}

// answered takes the webhook that an answer names, and looks for those of earlier attempts.
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

// withdraw archives what earlier attempts made, also when Terraform stops.
func (m *creation) withdraw(ctx context.Context, surplus []Webhook, created *Created) {
	for _, webhook := range surplus {
		if _, err := m.Archive(ctx, Ref{Account: m.account.number, ID: webhook.ID, Finishes: true}); err != nil {
			created.Duplicates = append(created.Duplicates, webhook)
			continue
		}
		created.Surplus = append(created.Surplus, webhook)
	}
}

// complete reads what the answer did not tell, also when Terraform stops.
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

// look lists for new webhooks that match, several times while the API may lag, until there
// are as many as the lost attempts can have made. With more than that it looks to the end,
// since the message must name all. Where one of several appears, the others get twice the
// time. The error says why it did not look to the end.
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

// lookOn looks again, for as long as LostCreate, after a look that failed with this error: the
// create has its webhook, so nobody looks for the others later.
func (m *creation) lookOn(ctx context.Context, err error) error {
	for end := time.Now().Add(m.patience.LostCreate); err != nil && ctx.Err() == nil && time.Now().Before(end); err = m.look(ctx) {
		sleep(ctx, m.patience.LostCreate/3)
	}
	return err
}

// lookAfter waits and looks once, also when Terraform stops, and tells whether to look no further.
func (m *creation) lookAfter(ctx context.Context, wait time.Duration) (done bool, err error) {
	sleep(ctx, wait)
	asked := time.Now()
	// Creates that look at about the same time share the list that the first of them makes.
	sleep(ctx, m.patience.LostCreate/240)
	listed, err := m.list(ctx, m.account, wanted{asked, true})
	if err != nil {
		return false, err
	}
	var known []string
	for _, webhook := range m.found {
		known = append(known, webhook.ID)
	}
	// What earlier attempts made is spelled as the API spells the webhook of this one.
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

// FindCreated finds the webhook that a create of unknown outcome made, which has ended at
// Created of the ref, given the ids that it knew; nil where they are not known. The id is
// "" when there is none. It waits for equal creates, and finds the same webhook each time.
// A [CreateError] says that several can be it, or, where nothing is known or its URL is another, one.
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
		// Any list of this process may have shown what a create before it made.
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

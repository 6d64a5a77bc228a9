package cakemail

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/singleflight"
)

// rosters holds one roster per account. Its zero value is ready for use.
type rosters struct {
	mu       sync.Mutex
	accounts map[int64]*roster
}

func (r *rosters) of(account int64) *roster {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.accounts == nil {
		r.accounts = map[int64]*roster{}
	}
	if r.accounts[account] == nil {
		r.accounts[account] = &roster{account: account, looking: make(chan struct{}, 1)}
	}
	return r.accounts[account]
}

// roster is what this process has learned from lists about an account's webhooks.
type roster struct {
	account int64
	shared  singleflight.Group

	mu sync.Mutex
	// existing are the active webhooks as of the first list, nil before there was one.
	existing *Listed
	// confirmed tells whether the list was asked for to confirm a 404, refused is why it
	// did not, and shown are the active webhooks that it had.
	confirmed bool
	refused   error
	shown     Listed
	// next is the look that waits to begin, if there is one.
	next *look
	// looking holds something while a look is under way.
	looking chan struct{}
}

// look is one list for everyone who asked for it before it began.
type look struct {
	done   chan struct{}
	listed Listed
	err    error
}

// Listed are the active webhooks of an account, without secrets, found by their URL
// alone, so that a plan of many webhooks in an account of many stays fast.
type Listed struct {
	// Form is the description that the list follows, "" where it shows no webhook.
	Form  Form
	byURL map[string][]Webhook
	ids   map[string]bool
}

// At returns the webhooks with this URL, however it is written; see [SameURL].
func (l Listed) At(url string) []Webhook { return l.byURL[normalURL(url)] }

// Existing returns the active webhooks that the account had when this process
// first asked: one list a process and account, which everyone shares, and which a
// create takes too if nobody has. A failure is not kept.
func (c *Client) Existing(ctx context.Context, account int64) (Listed, error) {
	roster := c.rosters.of(account)
	return once(ctx, &roster.shared, "existing", listAction, func() (Listed, error) {
		if existing := roster.first(); existing != nil {
			return *existing, nil
		}
		listed, err := c.active(ctx, account)
		if err != nil {
			return Listed{}, err
		}
		roster.mu.Lock()
		defer roster.mu.Unlock()
		roster.existing = &listed
		return listed, nil
	}, nil)
}

// first is nil before there was a list.
func (r *roster) first() *Listed {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.existing
}

// ErrStillListed is the cause of an [Error] of kind [Unconfirmed] where the list shows
// the webhook that a call did not find.
var ErrStillListed = errors.New("the list of webhooks still shows it")

// confirmGone returns the error of a call on a webhook that is gone when the
// account's list answers as the API does and does not show it as active, and otherwise
// one of kind [Unconfirmed]: a wrong address answers 404 too, and so do a proxy and a
// replica that lags. It costs one list a process and account, asked for when the first
// 404 turns up: a list from before does not tell who answers now.
func (c *Client) confirmGone(ctx context.Context, account int64, id string, gone error) error {
	roster := c.rosters.of(account)
	_, refused := once(ctx, &roster.shared, "confirm", listAction, func() (struct{}, error) {
		return struct{}{}, roster.confirm(func() (Listed, error) { return c.active(ctx, account) })
	}, nil)
	if refused == nil && roster.shows(id) {
		refused = ErrStillListed
	}
	if refused == nil {
		return gone
	}
	failure, ok := errors.AsType[*Error](gone)
	if !ok {
		return gone
	}
	renamed := *failure
	renamed.Kind, renamed.Cause = Unconfirmed, refused
	if IsKind(refused, Stopped) {
		renamed.Kind = Stopped
	}
	return &renamed
}

// confirm asks once, and keeps the answer. Only one call at a time may ask.
func (r *roster) confirm(ask func() (Listed, error)) error {
	r.mu.Lock()
	confirmed, refused := r.confirmed, r.refused
	r.mu.Unlock()
	if confirmed {
		return refused
	}
	listed, refused := ask()
	if IsKind(refused, Stopped) {
		return refused
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.confirmed, r.refused, r.shown = true, refused, listed
	return refused
}

func (r *roster) shows(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.shown.ids[id]
}

// look lists the account's active webhooks as of a moment after the call. Creates
// that look at the same time share the list. It goes on when Terraform stops, so
// that a create in flight is recorded.
func (c *Client) look(ctx context.Context, account int64) (Listed, error) {
	roster := c.rosters.of(account)
	shared, first := roster.join()
	if !first {
		<-shared.done
		return shared.listed, shared.err
	}
	sleep(ctx, c.patience.gather())
	roster.looking <- struct{}{}
	defer func() { <-roster.looking }()
	roster.begin()
	defer close(shared.done)
	shared.listed, shared.err = c.active(Finishing(ctx), account)
	return shared.listed, shared.err
}

// join returns the look that has not begun yet, and whether the caller has to make it.
func (r *roster) join() (shared *look, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next != nil {
		return r.next, false
	}
	r.next = &look{done: make(chan struct{})}
	return r.next, true
}

func (r *roster) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = nil
}

// active lists the account's active webhooks.
func (c *Client) active(ctx context.Context, account int64) (Listed, error) {
	listed := Listed{byURL: map[string][]Webhook{}, ids: map[string]bool{}}
	for webhook, err := range c.List(ctx, ListOptions{Account: account}) {
		if err != nil {
			return Listed{}, err
		}
		if webhook.IsArchived() {
			continue
		}
		listed.Form = cmp.Or(listed.Form, webhook.Form)
		url := normalURL(webhook.Address())
		listed.byURL[url], listed.ids[webhook.ID] = append(listed.byURL[url], webhook), true
	}
	return listed, nil
}

package cakemail

import (
	"context"
	"errors"
	"slices"
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
		r.accounts[account] = &roster{account: account}
	}
	return r.accounts[account]
}

// roster is what this process has learned from lists about an account's webhooks.
type roster struct {
	account int64
	shared  singleflight.Group

	mu sync.Mutex
	// existing are the active webhooks as of the first list, once there was one.
	existing []Webhook
	listed   bool
	// confirmed tells whether the list was asked for to confirm a 404, and refused
	// is why it did not.
	confirmed bool
	refused   error
	// next is the look that waits to begin, if there is one.
	next *look
	// looking is held by the look that has begun.
	looking sync.Mutex
}

// look is one list for everyone who asked for it before it began.
type look struct {
	done     chan struct{}
	webhooks []Webhook
	err      error
}

// Existing returns the active webhooks that the account had when this process
// first asked, without secrets: one list a process and account, which everyone
// shares, and which a create takes too if nobody has. A failure is not kept.
func (c *Client) Existing(ctx context.Context, account int64) ([]Webhook, error) {
	roster := c.rosters.of(account)
	err := roster.once(ctx, "existing", func() error {
		if _, listed := roster.first(); listed {
			return nil
		}
		webhooks, err := c.active(ctx, account)
		if err != nil {
			return err
		}
		roster.mu.Lock()
		defer roster.mu.Unlock()
		roster.existing, roster.listed = webhooks, true
		return nil
	})
	if err != nil {
		return nil, err
	}
	existing, _ := roster.first()
	return existing, nil
}

func (r *roster) first() (existing []Webhook, listed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.existing, r.listed
}

// once makes one call for everyone who asks at the same time. Who finishes what
// has begun waits for it although Terraform stops.
func (r *roster) once(ctx context.Context, name string, call func() error) error {
	made := r.shared.DoChan(name, func() (any, error) { return nil, call() })
	stopped := ctx.Done()
	if isFinishing(ctx) {
		stopped = nil
	}
	select {
	case result := <-made:
		return result.Err
	case <-stopped:
		return &Error{Kind: Stopped, Action: listAction, Cause: context.Cause(ctx)}
	}
}

// confirmGone returns the error of a call on a webhook that is gone when the
// account's list answers as the API does, and otherwise one of kind
// [Unconfirmed]: a wrong address answers 404 too, and so does a proxy. It costs
// one page a process and account, asked for when the first 404 turns up: a list
// from before does not tell who answers now.
func (c *Client) confirmGone(ctx context.Context, account int64, gone error) error {
	roster := c.rosters.of(account)
	refused := roster.once(ctx, "confirm", func() error {
		roster.mu.Lock()
		confirmed, refused := roster.confirmed, roster.refused
		roster.mu.Unlock()
		if confirmed {
			return refused
		}
		_, err := c.listPage(ctx, ListOptions{Account: account}, 1)
		if IsKind(err, Stopped) {
			return err
		}
		roster.mu.Lock()
		defer roster.mu.Unlock()
		roster.confirmed, roster.refused = true, err
		return err
	})
	if refused == nil {
		return gone
	}
	failure, ok := errors.AsType[*Error](gone)
	if !ok {
		return gone
	}
	renamed := *failure
	renamed.Kind, renamed.Cause = Unconfirmed, refused
	return &renamed
}

// look lists the account's active webhooks as they are after the call. Creates
// that look at the same time share the list. It goes on when Terraform stops, so
// that a create in flight is recorded.
func (c *Client) look(ctx context.Context, account int64) ([]Webhook, error) {
	roster := c.rosters.of(account)
	shared, first := roster.join()
	if !first {
		<-shared.done
		return shared.webhooks, shared.err
	}
	sleep(ctx, c.patience.gather())
	roster.looking.Lock()
	defer roster.looking.Unlock()
	roster.begin()
	defer close(shared.done)
	shared.webhooks, shared.err = c.active(Finishing(ctx), account)
	return shared.webhooks, shared.err
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
func (c *Client) active(ctx context.Context, account int64) ([]Webhook, error) {
	var webhooks []Webhook
	for webhook, err := range c.List(ctx, ListOptions{Account: account}) {
		if err != nil {
			return nil, err
		}
		webhooks = append(webhooks, webhook)
	}
	return slices.DeleteFunc(webhooks, Webhook.IsArchived), nil
}

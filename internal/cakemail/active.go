package cakemail

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Listed are the active webhooks of an account, without secrets, found by their URL
// alone, so that a plan of many webhooks in an account of many stays fast.
type Listed struct {
	// Form is the description that the list follows, "" where it shows no webhook.
	Form  Form
	all   []Webhook
	byURL map[string][]Webhook
	ids   map[string]bool
}

// Near returns the webhooks with this URL, however it is written (see [SameURL]), or with one that
// the API may have made of it: with or without a slash at the end, for example.
func (l Listed) Near(url string) []Webhook { return l.byURL[looseURL(url)] }

// Active returns the active webhooks of the account, as of any list that this process has
// made: the plan of a thousand webhooks costs one.
func (c *Client) Active(ctx context.Context, number int64) (Listed, error) {
	return c.list(ctx, c.accounts.of(number), wanted{})
}

// wanted is what somebody needs of a list.
type wanted struct {
	// notBefore is the earliest beginning that serves; any does where it is zero.
	notBefore time.Time
	// finishes tells that it is made, once, although Terraform stops.
	finishes bool
}

// list returns the active webhooks as of a list that is fresh enough. Who can share a call,
// does. A list that somebody else began can stop with them; then it is made again.
func (c *Client) list(ctx context.Context, of *account, want wanted) (Listed, error) {
	end := ctx.Done()
	if want.finishes {
		end = nil
	}
	for {
		joined, isMine := of.join(want.notBefore)
		if isMine {
			joined.listed, joined.err = c.listActive(ctx, ListOptions{Account: of.number, finishes: want.finishes})
			of.end(joined)
			return joined.listed, joined.err
		}
		select {
		case <-joined.done:
		case <-end:
			return Listed{}, stopped(ctx, listAction)
		}
		if !joined.began.Before(want.notBefore) && !IsKind(joined.err, Stopped) {
			return joined.listed, joined.err
		}
	}
}

func (c *Client) listActive(ctx context.Context, options ListOptions) (Listed, error) {
	listed := Listed{byURL: map[string][]Webhook{}, ids: map[string]bool{}}
	for webhook, err := range c.List(ctx, options) {
		if err != nil {
			return Listed{}, err
		}
		if webhook.IsArchived() {
			continue
		}
		listed.Form = cmp.Or(listed.Form, webhook.Form)
		address := looseURL(webhook.Address())
		listed.all = append(listed.all, webhook)
		listed.byURL[address], listed.ids[webhook.ID] = append(listed.byURL[address], webhook), true
	}
	return listed, nil
}

// ErrStillListed is the cause of an [Error] of kind [Unconfirmed] where the list shows
// the webhook that a call did not find.
var ErrStillListed = errors.New("the list of webhooks still shows it")

// confirmGone returns the error of a call that found no webhook when the account's list
// answers as the API does and does not show it as active, and otherwise one of kind
// [Unconfirmed]: a wrong address answers 404 too, and so do a proxy and a replica that lags.
// Any list serves that began after the first such call of this process, and after the webhook was
// made; one that still shows the webhook is asked for again.
func (c *Client) confirmGone(ctx context.Context, ref Ref, gone *Error) error {
	of, now := c.accounts.of(ref.Account), time.Now()
	since := of.firstMiss()
	if made, _ := c.accounts.claimOf(ref.ID); made.made.After(since) {
		since = now
	}
	listed, err := c.list(ctx, of, wanted{since, ref.Finishes})
	if err == nil && listed.ids[ref.ID] {
		listed, err = c.list(ctx, of, wanted{now, ref.Finishes})
	}
	switch {
	case IsKind(err, Stopped):
		return stopped(ctx, gone.Action)
	case err != nil:
		return gone.unconfirmed(err)
	case listed.ids[ref.ID]:
		return gone.unconfirmed(ErrStillListed)
	}
	c.accounts.forget(ref.ID)
	return gone
}

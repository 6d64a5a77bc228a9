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
	byURL map[string][]Webhook
	ids   map[string]bool
}

// At returns the webhooks with this URL, however it is written; see [SameURL].
func (l Listed) At(url string) []Webhook { return l.byURL[normalURL(url)] }

// Active returns the active webhooks of the account, as of any list that this process has
// made: the plan of a thousand webhooks costs one.
func (c *Client) Active(ctx context.Context, number int64) (Listed, error) {
	return c.listSince(ctx, c.accounts.of(number), time.Time{})
}

// listSince returns the active webhooks as of a list that began no earlier than this. Who
// can share a call, does. A list that somebody else began can stop with them; then it is
// made again.
func (c *Client) listSince(ctx context.Context, of *account, notBefore time.Time) (Listed, error) {
	for {
		joined, isMine := of.join(notBefore)
		if isMine {
			joined.listed, joined.err = c.listActive(ctx, of.number)
			of.end(joined)
			return joined.listed, joined.err
		}
		select {
		case <-joined.done:
		case <-ctx.Done():
			return Listed{}, stopped(ctx, listAction)
		}
		if !joined.began.Before(notBefore) && !IsKind(joined.err, Stopped) {
			return joined.listed, joined.err
		}
	}
}

func (c *Client) listActive(ctx context.Context, number int64) (Listed, error) {
	listed := Listed{byURL: map[string][]Webhook{}, ids: map[string]bool{}}
	for webhook, err := range c.List(ctx, ListOptions{Account: number}) {
		if err != nil {
			return Listed{}, err
		}
		if webhook.IsArchived() {
			continue
		}
		listed.Form = cmp.Or(listed.Form, webhook.Form)
		address := normalURL(webhook.Address())
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
// Any list serves that began after the first such call of this process; one that still shows
// the webhook is asked for again.
func (c *Client) confirmGone(ctx context.Context, ref Ref, gone *Error) error {
	of, now := c.accounts.of(ref.Account), time.Now()
	listed, err := c.listSince(ctx, of, of.firstMiss())
	if err == nil && listed.ids[ref.ID] {
		listed, err = c.listSince(ctx, of, now)
	}
	switch {
	case IsKind(err, Stopped):
		return stopped(ctx, gone.Action)
	case err != nil:
		return gone.unconfirmed(err)
	case listed.ids[ref.ID]:
		return gone.unconfirmed(ErrStillListed)
	}
	return gone
}

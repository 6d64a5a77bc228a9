package cakemail

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Listed are the active webhooks of an account, without secrets. They are found by URL, so that a plan of
// many webhooks stays fast in a large account.
type Listed struct {
	// Form is the description that the list follows, or "" if it shows no webhook.
	Form  Form
	all   []Webhook
	byURL map[string][]Webhook
	ids   map[string]bool
}

// Near returns the webhooks with this URL in any spelling (see [SameURL]), or with one that the API may have
// made of it, such as with a slash added at the end.
func (l Listed) Near(url string) []Webhook { return l.byURL[looseURL(url)] }

// Active returns the active webhooks of the account. Any list of this process will do, so a plan of a
// thousand webhooks makes one.
func (c *Client) Active(ctx context.Context, number int64) (Listed, error) {
	return c.list(ctx, c.accounts.of(number), wanted{})
}

// wanted is what a caller needs of a list.
type wanted struct {
	// notBefore is when the list may have begun at the earliest; zero accepts any.
	notBefore time.Time
	// finishes makes the list once even if Terraform stops.
	finishes bool
}

// list returns the active webhooks from a list that is fresh enough. Callers share one where they can. If
// the caller who began it stops, another makes it again.
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

// ErrStillListed is the cause of an [Error] of kind [Unconfirmed] when the list still shows a webhook that
// a call did not find.
var ErrStillListed = errors.New("the list of webhooks still shows it")

// confirmGone looks for a webhook that a call did not find in the account's list, since a wrong address, a
// proxy and a lagging replica answer 404 too. It returns the call's error if the list answers as the API does
// and does not show the webhook as active, else an error of kind [Unconfirmed]. The list must have begun after
// the first 404 of this process and after the webhook was made. If it shows the webhook, it is made again.
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

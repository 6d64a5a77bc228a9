package cakemail

import (
	"cmp"
	"context"
	"time"
)

// Patience is how long the client waits for replicas to catch up with what the API has done.
type Patience struct {
	// LostCreate is how long to look for the webhook of a create that got no answer, before the create is
	// retried and again after that. Default 12 s.
	LostCreate time.Duration
	// NewWebhook is how old a webhook must be before a 404 for it is believed. Default one minute.
	NewWebhook time.Duration
}

// Defaults of [Patience].
const (
	DefaultLostCreate = 12 * time.Second
	DefaultNewWebhook = time.Minute
)

// maxVisibleWait caps a single wait for a new webhook to appear.
const maxVisibleWait = 4 * time.Second

func (p Patience) orDefault() Patience {
	return Patience{
		LostCreate: cmp.Or(p.LostCreate, DefaultLostCreate),
		NewWebhook: cmp.Or(p.NewWebhook, DefaultNewWebhook),
	}
}

// looks are the waits before each look for the webhook of a lost create.
func (p Patience) looks() []time.Duration {
	unit := p.LostCreate / 24
	return []time.Duration{0, unit, unit, 2 * unit, 4 * unit, 8 * unit, 8 * unit}
}

// whileNew repeats a call until it sees the webhook, or until the webhook is no longer new. Clocks differ, so
// a creation in the future counts as one just now. The error means that Terraform stopped earlier.
func (c *Client) whileNew(ctx context.Context, created time.Time, action string, sees func() bool) error {
	now := time.Now()
	end := now.Add(min(c.patience.NewWebhook-now.Sub(created), c.patience.NewWebhook))
	for attempt := 0; !sees(); attempt++ {
		remaining := time.Until(end)
		if remaining <= 0 {
			return nil
		}
		sleep(ctx, min(c.backoff(c.retryWait, maxVisibleWait, attempt, nil), remaining))
		if ctx.Err() != nil {
			return stopped(ctx, action)
		}
	}
	return nil
}

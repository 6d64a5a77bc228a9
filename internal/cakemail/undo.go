package cakemail

import (
	"context"
	"time"
)

// UndoReplacement undoes a create that adopted the webhook that it was to replace, since
// no list showed that one before. It archives what the create made instead, if that
// is to be seen within Patience.NewWebhook. The webhook's id is "" otherwise, and
// adopted is false where the id was not adopted at all: then nothing is done.
func (c *Client) UndoReplacement(ctx context.Context, account int64, id string, settings Settings) (made Webhook, adopted bool, err error) {
	if !c.ledger.isAdopted(id) {
		return Webhook{}, false, nil
	}
	made, err = c.Resolve(CreatedAt(ctx, time.Now()), account, settings, []string{id})
	if err == nil && made.ID != "" {
		_, err = c.Archive(ctx, account, made.ID)
	}
	return made, true, err
}

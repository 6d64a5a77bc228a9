package simulation

import (
	"fmt"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// theirs is what is known about somebody else's webhook.
type theirs struct {
	// isNew means that it was made after the history began.
	isNew bool
	// archived means that it was archived when it became theirs.
	archived bool
	// likeness is what it was like when they made it.
	likeness string
}

// act does what somebody else does. The caller holds the lock.
func (w *World) act(act Act) {
	webhooks := w.API.Webhooks()
	switch act.Deed {
	case EndsTokens:
		w.API.RevokeTokens()
		w.tell("somebody ends all tokens")
		return
	case MakesOther:
		w.makes(cakemailtest.Webhook{URL: fmt.Sprintf("https://example.com/theirs/%d", len(webhooks)), Events: []string{"Contact.Added"}})
		return
	}
	if len(webhooks) == 0 {
		return
	}
	target := webhooks[act.Target%len(webhooks)]
	if act.Deed == MakesEqual {
		w.makes(cakemailtest.Webhook{URL: target.URL, Events: target.Events, AccountID: target.AccountID})
		return
	}
	w.API.Change(target.ID, func(webhook *cakemailtest.Webhook) {
		switch act.Deed {
		case Archives:
			webhook.Archived, w.isShifting, w.shifted = true, true, time.Now()
		case Unarchives:
			webhook.Archived = false
		case ChangesURL:
			webhook.URL += "/changed"
		case ChangesRate:
			webhook.RateLimit += 1000
		case Rotates:
			webhook.Secret = strings.Repeat("r", 40) + fmt.Sprint(w.total)
		}
	})
	if act.Deed != ChangesRate && act.Deed != Rotates {
		w.touched[target.ID] = true
	}
	w.tell("somebody %s: %s", act.Deed, target.ID)
}

// Add adds somebody else's webhook to the API.
func (w *World) Add(webhook cakemailtest.Webhook) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.makes(webhook)
}

func (w *World) makes(webhook cakemailtest.Webhook) {
	made := w.API.Add(webhook)
	w.theirs[made.ID] = theirs{isNew: w.begun, likeness: likeness(made)}
	w.tell("somebody makes %s for %s", made.ID, made.URL)
}

// Give makes the webhook somebody else's.
func (w *World) Give(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, webhook := range w.API.Webhooks() {
		if webhook.ID == id {
			w.theirs[id] = theirs{archived: webhook.Archived}
		}
	}
}

// Take makes the webhook nobody else's again.
func (w *World) Take(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.theirs, id)
	w.attempts++
}

// WasArchived reports whether the webhook was already archived when it became somebody else's.
func (w *World) WasArchived(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.theirs[id].archived
}

// IsNew reports whether somebody else made the webhook after the history began.
func (w *World) IsNew(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.theirs[id].isNew
}

// IsTheirs reports whether the webhook is somebody else's.
func (w *World) IsTheirs(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, theirs := w.theirs[id]
	return theirs
}

// ListsMayLag is longer than the lag of any list.
const ListsMayLag = 12 * time.Second

// MayBeMistaken reports whether no client can tell a lost create of such a webhook from an equal one that somebody
// else made or changed after the history began.
func (w *World) MayBeMistaken(webhook cakemailtest.Webhook) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, other := range w.API.Webhooks() {
		known, theirs := w.theirs[other.ID]
		isAlike := known.likeness == likeness(webhook) || likeness(other) == likeness(webhook)
		if isAlike && (theirs && known.isNew || w.touched[other.ID]) {
			return true
		}
	}
	return false
}

// IsTorn reports whether somebody archived a webhook between two pages of a list.
func (w *World) IsTorn() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.isTorn
}

func likeness(webhook cakemailtest.Webhook) string {
	return strings.ToLower(fmt.Sprint(webhook.AccountID, strings.TrimSuffix(webhook.URL, "/"), webhook.Events))
}

// IsTouched reports whether somebody else changed the webhook, so that its own create may not recognise it.
func (w *World) IsTouched(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.touched[id]
}

// Overtaken returns webhooks if more were claimed, by being in the state or archived, than there were creates and
// imports. Then somebody else's webhook is among them, without a mistake.
func (w *World) Overtaken(isOwned func(id string) bool) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.weather.Has(BornArchived) {
		return nil
	}
	claimed := 0
	for _, webhook := range w.API.Webhooks() {
		if isOwned(webhook.ID) || webhook.Archived && !w.touched[webhook.ID] && !w.theirs[webhook.ID].archived {
			claimed++
		}
	}
	if claimed > w.attempts {
		return []string{fmt.Sprintf("%d webhooks were claimed by %d creates and imports", claimed, w.attempts)}
	}
	return nil
}

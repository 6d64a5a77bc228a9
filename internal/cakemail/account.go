package cakemail

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// accounts holds what this process knows of all accounts.
type accounts struct {
	mu       sync.Mutex
	byNumber map[int64]*account
	// claims are the webhooks that belong to resources, by id.
	claims map[string]claim
	// places are the accounts of the webhooks that were read, made or shown by Terraform, by webhook id.
	places map[string]int64
	// managed are the webhooks that Terraform has shown in a state, by id.
	managed map[string]managed
	// concealed are the ids of the webhooks whose secret the masks know.
	concealed map[string]bool
}

// account holds what this process knows of one account. 0 is the account of the credentials; it is not known to be the
// same as the account with its number.
type account struct {
	*accounts
	number int64
	// latest is the newest list that succeeded, running the list under way.
	latest, running *sharedList
	// shown are the webhooks that lists have shown as active.
	shown map[string]sighting
	// missed is when a call first answered that a webhook is not there.
	missed time.Time
	slots  map[string]*slot
}

// claim says what a webhook was made for and when. The key is "" if this process did not make it.
type claim struct {
	key  string
	made time.Time
	// isShown means that Terraform has it in a state, and nothing has been done with it yet.
	isShown bool
}

// managed is a webhook in a state.
type managed struct {
	account int64
	key     string
}

// sighting is what a list showed, and when the first list that showed it ended.
type sighting struct {
	key   string
	first time.Time
}

// sharedList is one list for all callers for whom it began late enough.
type sharedList struct {
	began  time.Time
	done   chan struct{}
	listed Listed
	err    error
}

// slot is the place of a URL and its events. Only one create at a time works in it, since after a lost
// answer nothing would tell the webhooks of equal creates apart.
type slot struct {
	taken chan struct{}
	// isOpen means that a create has ended without an outcome.
	isOpen bool
}

func newAccounts() *accounts {
	return &accounts{byNumber: map[int64]*account{}, claims: map[string]claim{}, places: map[string]int64{}, managed: map[string]managed{},
		concealed: map[string]bool{}}
}

func (a *accounts) of(number int64) *account {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byNumber[number] == nil {
		a.byNumber[number] = &account{accounts: a, number: number, shown: map[string]sighting{}, slots: map[string]*slot{}}
	}
	return a.byNumber[number]
}

// key is the same for equal creates.
func (s Settings) key() string {
	return normalURL(s.Address()) + "\n" + eventsKey(s.Events)
}

// signs are the characters that an API may change in the names of events.
var signs = regexp.MustCompile(`[^a-z0-9\n]`)

// alike reports whether two keys have the same events on the same host: then one webhook can be the
// other as the API spells it.
func alike(one, other string) bool {
	oneURL, oneEvents, _ := strings.Cut(one, "\n")
	otherURL, otherEvents, _ := strings.Cut(other, "\n")
	return signs.ReplaceAllString(oneEvents, "") == signs.ReplaceAllString(otherEvents, "") && hostIn(oneURL) == hostIn(otherURL)
}

func sorted(events []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(events)))
}

// claim takes the webhook for a resource: from now on, no create can take it.
func (a *accounts) claim(id string, now claim) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before, exists := a.claims[id]
	if exists && now.key == "" {
		// It stays shown only while nothing else is done with it.
		now.key, now.made, now.isShown = before.key, before.made, now.isShown && before.isShown
	}
	a.claims[id] = now
}

// claimNew claims a webhook that a create has found, unless another create was faster: both can find it
// if an account has two names.
func (a *accounts) claimNew(id string, now claim) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, exists := a.claims[id]
	if !exists {
		a.claims[id] = now
	}
	return !exists
}

func (a *accounts) claimOf(id string) (found claim, exists bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, exists = a.claims[id]
	return found, exists
}

// foundFor returns the webhook that was found for a create of this time, or "".
func (a *accounts) foundFor(key string, made time.Time) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, claim := range a.claims {
		if claim.key == key && claim.made.Equal(made) {
			return id
		}
	}
	return ""
}

// Claim notes that Terraform shows the webhook in a state, in this account and with these settings.
func (c *Client) Claim(ref Ref, settings Settings) {
	if ref.ID == "" {
		return
	}
	c.accounts.claim(ref.ID, claim{isShown: true})
	c.accounts.place(ref.ID, ref.Account)
	c.accounts.mu.Lock()
	defer c.accounts.mu.Unlock()
	c.accounts.managed[ref.ID] = managed{ref.Account, settings.key()}
}

// forget is called when a webhook is gone.
func (a *accounts) forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.managed, id)
}

// Managed returns the sorted ids of the webhooks with this URL and these events that Terraform has shown in a state.
func (c *Client) Managed(number int64, settings Settings) []string {
	c.accounts.mu.Lock()
	defer c.accounts.mu.Unlock()
	var ids []string
	for id, webhook := range c.accounts.managed {
		if webhook == (managed{number, settings.key()}) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (a *accounts) conceal(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.concealed[id] = true
}

func (a *accounts) isConcealed(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.concealed[id]
}

// place remembers the account of a webhook.
func (a *accounts) place(id string, number int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.places[id] = number
}

// AccountOf returns the account of a webhook that this process has read or made, or that Terraform has shown.
func (c *Client) AccountOf(id string) (number int64, isKnown bool) {
	c.accounts.mu.Lock()
	defer c.accounts.mu.Unlock()
	number, isKnown = c.accounts.places[id]
	return number, isKnown
}

// IsClaimed reports whether the webhook belongs to a resource: one that this process has made or changed, or that
// Terraform has shown.
func (c *Client) IsClaimed(id string) bool {
	_, exists := c.accounts.claimOf(id)
	return exists
}

// take waits for equal creates to end. It fails if one has ended without an outcome.
func (a *account) take(ctx context.Context, key string) (*slot, error) {
	a.mu.Lock()
	if a.slots[key] == nil {
		a.slots[key] = &slot{taken: make(chan struct{}, 1)}
	}
	place := a.slots[key]
	a.mu.Unlock()
	select {
	case place.taken <- struct{}{}:
	case <-ctx.Done():
		return nil, stopped(ctx, createAction)
	}
	if place.isOpen {
		place.free()
		cause := errors.New("an equal webhook was being created, and its answer was lost; apply again")
		return nil, &Error{Kind: Unexpected, Action: createAction, Cause: cause}
	}
	return place, nil
}

func (s *slot) free() { <-s.taken }

// keyOf returns the key of a webhook as lists show it, or else the given one.
func (a *account) keyOf(id, key string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return cmp.Or(a.shown[id].key, key)
}

// wasThere reports whether a list that ended before this moment showed the webhook.
func (a *account) wasThere(id string, before time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen, shown := a.shown[id]
	return shown && !seen.first.After(before)
}

// candidates returns the webhooks of the list that a lost create can have made: no list showed them before
// it started, it did not know them, and they belong to nobody. The others are only alike, and no create here
// is making them.
func (a *account) candidates(listed Listed, key string, started time.Time, known []string) (equal, others []Webhook) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, webhook := range listed.all {
		_, isClaimed := a.claims[webhook.ID]
		seen := a.shown[webhook.ID]
		switch {
		case isClaimed, slices.Contains(known, webhook.ID), !seen.first.After(started):
		case seen.key == key:
			equal = append(equal, webhook)
		case alike(seen.key, key) && !a.isBeingMade(seen.key):
			others = append(others, webhook)
		}
	}
	return equal, others
}

// isBeingMade reports whether a create of this key works, or has ended without an outcome. The caller holds
// the lock.
func (a *account) isBeingMade(key string) bool {
	place := a.slots[key]
	return place != nil && (len(place.taken) > 0 || place.isOpen)
}

// known returns the alike webhooks that a create of this key did not make, as far as this process knows: those
// that were there before, and those that this process made or changed itself.
func (a *account) known(key string, started time.Time) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := []string{}
	for id, seen := range a.shown {
		if alike(seen.key, key) && !seen.first.After(started) {
			known = append(known, id)
		}
	}
	for id, claim := range a.claims {
		if alike(claim.key, key) || claim.key == "" && !claim.isShown {
			known = append(known, id)
		}
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// join returns a list that began at this time or later, and whether the caller has to make it.
func (a *account) join(notBefore time.Time) (joined *sharedList, isMine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.latest != nil && !a.latest.began.Before(notBefore):
		return a.latest, false
	case a.running != nil:
		return a.running, false
	}
	a.running = &sharedList{began: time.Now(), done: make(chan struct{})}
	return a.running, true
}

// end keeps what the list shows. It keeps no failure.
func (a *account) end(read *sharedList) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = nil
	close(read.done)
	if read.err != nil {
		return
	}
	a.latest = read
	for _, webhook := range read.listed.all {
		seen, before := a.shown[webhook.ID]
		if !before {
			seen.first = time.Now()
		}
		seen.key = webhook.key()
		a.shown[webhook.ID] = seen
	}
}

// firstMiss returns when a webhook of the account was first missed, which is now if none was before.
func (a *account) firstMiss() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.missed.IsZero() {
		a.missed = time.Now()
	}
	return a.missed
}

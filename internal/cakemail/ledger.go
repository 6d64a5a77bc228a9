package cakemail

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// ledger is what this process knows of its own creates. Account 0 stands for the
// account of the credentials. Its real number is unknown, so it may be the same as
// any other account. Its zero value is ready for use.
type ledger struct {
	mu sync.Mutex
	// claims are the ids by account that belong to resources of this process, each
	// with the key of what it was created for, "" where that is not known.
	claims map[int64]map[string]string
	// born tells when this process created or found each of its webhooks.
	born map[string]time.Time
	// locks make equal creates wait for each other, because nothing would tell
	// their webhooks apart after a lost answer.
	locks map[createKey]*semaphore.Weighted
	// uncertain are the creates of unknown outcome.
	uncertain map[createKey]bool
	// adopted are the ids that a create took for its own without an answer.
	adopted map[string]bool
}

// createKey is what equal creates have in common.
type createKey struct {
	account  int64
	settings string
}

const (
	anyAccount = -1
	// everyAccount is more than there can be creates at once.
	everyAccount = 1 << 30
)

// key names equal creates alike.
func (s Settings) key() string {
	return normalURL(s.Address()) + "\n" + strings.Join(sorted(s.Events), "\n")
}

func mayBeSame(one, other int64) bool { return one == other || one == 0 || other == 0 }

// claim takes the webhook for a resource of this process.
func (l *ledger) claim(account int64, id, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claims == nil {
		l.claims = map[int64]map[string]string{}
		l.born = map[string]time.Time{}
	}
	if l.claims[account] == nil {
		l.claims[account] = map[string]string{}
	}
	l.claims[account][id] = key
	if key != "" {
		l.born[id] = time.Now()
	}
}

// dated adds when this process made the webhook, unless the context tells.
func (l *ledger) dated(ctx context.Context, id string) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	created, made := l.born[id]
	if !made || ctx.Value(createdKey{}) != nil {
		return ctx
	}
	return CreatedAt(ctx, created)
}

func (l *ledger) adopt(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.adopted == nil {
		l.adopted = map[string]bool{}
	}
	l.adopted[id] = true
}

func (l *ledger) isAdopted(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.adopted[id]
}

// isClaimed tells whether the id is claimed in the account.
func (l *ledger) isClaimed(account int64, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for number, ids := range l.claims {
		if _, claimed := ids[id]; claimed && mayBeSame(number, account) {
			return true
		}
	}
	return false
}

// claimed returns the ids that are claimed in the account, with their keys.
func (l *ledger) claimed(account int64) map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := map[string]string{}
	for number, ids := range l.claims {
		if !mayBeSame(number, account) {
			continue
		}
		maps.Copy(found, ids)
	}
	return found
}

// lock waits until no equal create is in progress. A create in the account of the
// credentials keeps equal ones out of every account, since it may be that one.
func (l *ledger) lock(ctx context.Context, account int64, key string) (unlock func(), err error) {
	weight := int64(1)
	if account == 0 {
		weight = everyAccount
	}
	within := l.semaphore(createKey{account, key}, 1)
	across := l.semaphore(createKey{anyAccount, key}, everyAccount)
	if within.Acquire(ctx, 1) != nil {
		return nil, stopped(ctx, createAction)
	}
	if across.Acquire(ctx, weight) != nil {
		within.Release(1)
		return nil, stopped(ctx, createAction)
	}
	unlock = func() {
		across.Release(weight)
		within.Release(1)
	}
	if l.isUncertain(account, key) {
		unlock()
		return nil, &Error{
			Kind: Unexpected, Action: createAction,
			Cause: errors.New("an equal webhook was being created at the same time and its outcome is unknown; apply again to go on"),
		}
	}
	return unlock, nil
}

func (l *ledger) semaphore(key createKey, size int64) *semaphore.Weighted {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locks == nil {
		l.locks = map[createKey]*semaphore.Weighted{}
	}
	if l.locks[key] == nil {
		l.locks[key] = semaphore.NewWeighted(size)
	}
	return l.locks[key]
}

func (l *ledger) isUncertain(account int64, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.uncertain[createKey{account, key}]
}

// isDoubtful tells whether an equal create that may have been in this account,
// under another number, has an unknown outcome.
func (l *ledger) isDoubtful(account int64, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other := range l.uncertain {
		if other.settings == key && mayBeSame(other.account, account) {
			return true
		}
	}
	return false
}

func (l *ledger) leaveUncertain(account int64, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uncertain == nil {
		l.uncertain = map[createKey]bool{}
	}
	l.uncertain[createKey{account, key}] = true
}

package cakemail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
)

// ledgers holds one ledger per account. Its zero value is ready for use.
type ledgers struct {
	mu       sync.Mutex
	accounts map[int64]*ledger
}

func (l *ledgers) of(account int64) *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.accounts == nil {
		l.accounts = map[int64]*ledger{}
	}
	if l.accounts[account] == nil {
		l.accounts[account] = newLedger(account)
	}
	return l.accounts[account]
}

// open returns the account's ledger with the snapshot of what existed before
// the first create of this process. Concurrent creates share one snapshot, or
// the failure to take it.
func (l *ledgers) open(ctx context.Context, client *Client, account int64) (*ledger, error) {
	ledger := l.of(account)
	taken := ledger.snapshots.DoChan("", func() (any, error) { return nil, ledger.takeSnapshot(ctx, client) })
	select {
	case result := <-taken:
		return ledger, result.Err
	case <-ctx.Done():
		return nil, &Error{Kind: Stopped, Action: createAction, Cause: context.Cause(ctx)}
	}
}

func (l *ledger) takeSnapshot(ctx context.Context, client *Client) error {
	if l.opened {
		return nil
	}
	for webhook, err := range client.List(ctx, ListOptions{Account: l.account}) {
		if err != nil {
			return snapshotError(err)
		}
		l.claim(webhook.ID, webhook.key())
	}
	l.opened = true
	return nil
}

func snapshotError(err error) error {
	failure, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	renamed := *failure
	renamed.Action = "list the webhooks that exist before creating one"
	return &renamed
}

// ledger knows the webhooks of an account that a create in progress cannot have
// made: those that were there before, and those that this process has claimed.
type ledger struct {
	account   int64
	snapshots singleflight.Group
	// opened belongs to the one snapshot that is being taken.
	opened bool

	mu sync.Mutex
	// known maps an id to the key of what it was created for; "" where that is not known.
	known map[string]string
	// creating holds a token per key: equal creates wait for each other, because
	// nothing would tell their webhooks apart after a lost answer.
	creating map[string]chan struct{}
	// uncertain are the keys of which a create has an unknown outcome.
	uncertain map[string]bool
}

func newLedger(account int64) *ledger {
	return &ledger{account: account, known: map[string]string{}, creating: map[string]chan struct{}{}, uncertain: map[string]bool{}}
}

func (l *ledger) claim(id, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[id] = key
}

func (l *ledger) knows(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.known[id]
	return ok
}

// lock waits until no equal create is in progress.
func (l *ledger) lock(ctx context.Context, settings Settings) (unlock func(), err error) {
	l.mu.Lock()
	if l.creating[settings.key()] == nil {
		l.creating[settings.key()] = make(chan struct{}, 1)
	}
	token := l.creating[settings.key()]
	l.mu.Unlock()

	select {
	case token <- struct{}{}:
	case <-ctx.Done():
		return nil, &Error{Kind: Stopped, Action: createAction, Cause: context.Cause(ctx)}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uncertain[settings.key()] {
		<-token
		return nil, &Error{
			Kind: Unexpected, Action: createAction,
			Cause: errors.New("an equal webhook was being created at the same time and its outcome is unknown; apply again to go on"),
		}
	}
	return func() { <-token }, nil
}

// outcomeUnknown returns the error of a create that may have happened, with the
// ids that a later look must leave out.
func (l *ledger) outcomeUnknown(settings Settings, failure *Error) *Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uncertain[settings.key()] = true
	renamed := *failure
	renamed.Kind, renamed.Known = OutcomeUnknown, []string{}
	for id, key := range l.known {
		if key == "" || key == settings.key() {
			renamed.Known = append(renamed.Known, id)
		}
	}
	slices.Sort(renamed.Known)
	return &renamed
}

// key names equal creates alike.
func (s Settings) key() string {
	return normalURL(s.Address()) + "\n" + strings.Join(sorted(s.Events), "\n")
}

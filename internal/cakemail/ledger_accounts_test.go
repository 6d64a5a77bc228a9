package cakemail_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// The account of the credentials may be the one with the number.
func TestEqualCreatesByNumberAndByDefaultTakeOneWebhookEach(t *testing.T) {
	t.Parallel()
	for name, accounts := range map[string][]int64{"the default first": {0, 1}, "the number first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, postFault{}, postFault{Answer: cut})
			api.ownAccount = "1"
			client := api.client()
			// Both have looked before either creates, so that neither list has the other's.
			for _, account := range accounts {
				_, err := client.Existing(t.Context(), account)
				wantNoError(t, err)
			}
			for number, account := range accounts {
				created, err := client.Create(t.Context(), account, spec("A.A"))
				wantNoError(t, err)
				if want := []string{"w1", "w2"}[number]; created.Webhook.ID != want || created.Surplus != nil {
					t.Errorf("create %d: got %+v, want %s", number+1, created, want)
				}
			}
		})
	}
}

func TestEqualCreatesByNumberAndByDefaultWaitForEachOther(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first, second int64
		together      bool
	}{
		"the default, then a number": {0, 1, false},
		"a number, then the default": {1, 0, false},
		"the same number":            {1, 1, false},
		"two accounts with a number": {1, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := newInFlight()
			api := newMemory(t)
			api.beforePost = held.hold
			client := api.client()
			var group sync.WaitGroup
			group.Go(func() { _, _ = client.Create(t.Context(), test.first, spec("A.A")) })
			<-held.arrived
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.together {
				close(held.proceed)
			} else {
				time.AfterFunc(300*time.Millisecond, cancel)
			}

			_, err := client.Create(ctx, test.second, spec("A.A"))

			if test.together {
				wantNoError(t, err)
			} else {
				wantKind(t, err, cakemail.Stopped)
				close(held.proceed)
			}
			group.Wait()
		})
	}
}

func TestAWebhookOfAnUnknownOutcomeByDefaultIsNotAdoptedByNumber(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Processed: true, Answer: cut}, postFault{Answer: cut})
	api.ownAccount = "1"
	client := api.client()
	_, err := client.Existing(t.Context(), 1)
	wantNoError(t, err)
	api.failingLists[3] = answer{Status: 403}
	_, err = client.Create(t.Context(), 0, spec("A.A"))
	wantKind(t, err, cakemail.OutcomeUnknown)

	_, err = client.Create(t.Context(), 1, spec("A.A"))

	wantKind(t, err, cakemail.OutcomeUnknown)
}

package cakemail_test

import (
	"sync"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	equal := stored{URL: webhookURL, Events: []string{"A.A", "B.B"}}
	for name, test := range map[string]struct {
		webhooks []stored
		known    []string
		list     answer
		want     string
		kind     cakemail.Kind // -1: succeeds
	}{
		"it happened":                     {webhooks: []stored{equal}, want: "w1", kind: -1},
		"it did not happen":               {want: "", kind: -1},
		"only what was known":             {webhooks: []stored{equal}, known: []string{"w1"}, want: "", kind: -1},
		"one beside what was known":       {webhooks: []stored{equal, equal}, known: []string{"w1"}, want: "w2", kind: -1},
		"only an archived one":            {webhooks: []stored{{URL: webhookURL, Events: []string{"A.A", "B.B"}, Status: "archived"}}, want: "", kind: -1},
		"only one of another account":     {webhooks: []stored{{URL: webhookURL, Events: []string{"A.A", "B.B"}, account: "42"}}, want: "", kind: -1},
		"several":                         {webhooks: []stored{equal, equal}, kind: cakemail.Ambiguous},
		"the look is refused":             {list: answer{Status: 403}, kind: cakemail.Forbidden},
		"the look is not what it must be": {list: answer{Body: `{"id":"w1"}`}, kind: cakemail.Unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t)
			api.showsArchived = true
			for _, webhook := range test.webhooks {
				api.add(webhook)
			}
			if test.kind >= 0 && test.kind != cakemail.Ambiguous {
				api.failingLists[1] = test.list
			}

			found, err := api.client().Resolve(t.Context(), 0, spec("B.B", "A.A"), test.known)

			if test.kind >= 0 {
				failure := wantKind(t, err, test.kind)
				if test.kind == cakemail.Ambiguous && idsOf(failure.Candidates) != "w1 w2" {
					t.Errorf("got the candidates %q", idsOf(failure.Candidates))
				}
				return
			}
			wantNoError(t, err)
			if found.ID != test.want {
				t.Errorf("got %q, want %q", found.ID, test.want)
			}
			api.wantCalls(t, 0, 1)
		})
	}
}

func TestResolveLeavesOutWhatThisProcessMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pending bool
		account int64
		want    string
	}{
		"the first was never made":          {false, 0, ""},
		"the first was made":                {true, 0, "w1"},
		"the first was made, by number":     {true, 1, "w1"},
		"the first was not made, by number": {false, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t)
			api.ownAccount = "1"
			if test.pending {
				api.add(stored{URL: webhookURL, Events: []string{"A.A"}, account: "1"})
			}
			client := api.client()
			_, err := client.Create(t.Context(), 0, spec("A.A"))
			wantNoError(t, err)

			found, err := client.Resolve(t.Context(), test.account, spec("A.A"), nil)

			wantNoError(t, err)
			if found.ID != test.want {
				t.Errorf("got %q, want %q", found.ID, test.want)
			}
		})
	}
}

func TestResolveWaitsForAnEqualCreate(t *testing.T) {
	t.Parallel()
	held := newInFlight()
	api := newMemory(t, postFault{Processed: true, Answer: answer{Status: 201, Body: "not the answer"}})
	api.afterPost = held.hold
	client := api.client()
	var group sync.WaitGroup
	group.Go(func() {
		created, err := client.Create(t.Context(), 0, spec("A.A"))
		if err != nil || created.Webhook.ID != "w1" {
			t.Errorf("got %+v, %v", created, err)
		}
	})
	<-held.arrived
	time.AfterFunc(50*time.Millisecond, func() { close(held.proceed) })

	found, err := client.Resolve(t.Context(), 0, spec("A.A"), nil)

	wantNoError(t, err)
	if found.ID != "" {
		t.Errorf("got %q, which another resource has", found.ID)
	}
	group.Wait()
}

func TestResolveWaitsForAWebhookThatIsNotListedYet(t *testing.T) {
	t.Parallel()
	api := newMemory(t)
	api.late = []lateWebhook{{stored{URL: webhookURL, Events: []string{"A.A"}}, 4}}
	client := api.client(withNewWebhook(time.Minute))

	found, err := client.Resolve(cakemail.CreatedAt(t.Context(), time.Now()), 0, spec("A.A"), nil)

	wantNoError(t, err)
	if found.ID != "w1" {
		t.Errorf("got %q, want w1", found.ID)
	}
	api.wantCalls(t, 0, 4)
}

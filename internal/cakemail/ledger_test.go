package cakemail_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// createMany creates the specs at once and returns the ids, which must differ.
func createMany(t *testing.T, client *cakemail.Client, account int64, specs []cakemail.Settings) {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]bool{}
	var group sync.WaitGroup
	for _, wanted := range specs {
		group.Go(func() {
			created, err := client.Create(t.Context(), account, wanted)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("unexpected error: %v", err)
			}
			if seen[created.Webhook.ID] {
				t.Errorf("%s is the webhook of two creates", created.Webhook.ID)
			}
			seen[created.Webhook.ID] = true
		})
	}
	group.Wait()
}

func TestConcurrentCreatesShareOneSnapshot(t *testing.T) {
	t.Parallel()
	api := newMemory(t)
	client := api.client()
	var specs []cakemail.Settings
	for number := range 20 {
		specs = append(specs, cakemail.Settings{URL: new(fmt.Sprintf("https://example.com/%d", number)), Events: []string{"A.A"}})
	}

	createMany(t, client, 0, specs)
	api.wantCalls(t, 20, 1)

	_, err := client.Create(t.Context(), 42, spec("A.A"))
	wantNoError(t, err)
	api.wantCalls(t, 21, 2)
}

func TestAFailedSnapshotMakesNoWebhookAndIsTakenAgain(t *testing.T) {
	t.Parallel()
	api := newMemory(t)
	api.failingLists[1] = answer{Status: 403}
	client := api.client()

	_, err := client.Create(t.Context(), 0, spec("A.A"))

	failure := wantKind(t, err, cakemail.Forbidden)
	if want := "list the webhooks that exist before creating one"; failure.Action != want {
		t.Errorf("got the action %q, want %q", failure.Action, want)
	}
	api.wantCalls(t, 0, 1)

	_, err = client.Create(t.Context(), 0, spec("A.A"))
	wantNoError(t, err)
	api.wantCalls(t, 1, 2)
}

func TestASnapshotWithoutALoginSaysSo(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Status: 401, Body: `{"detail":"Invalid credentials"}`}))

	_, err := api.client(withPassword(testEmail, testPassword)).Create(t.Context(), 0, spec("A.A"))

	failure := wantKind(t, err, cakemail.Unauthorized)
	if want := "list the webhooks that exist before creating one"; failure.Action != want || !failure.LoginFailed {
		t.Errorf("got the action %q (the login failed: %t), want %q", failure.Action, failure.LoginFailed, want)
	}
}

func TestEqualCreatesWaitForEachOther(t *testing.T) {
	t.Parallel()
	// In turn: the answer is lost after the webhook was made, before, and not.
	var faults []postFault
	for number := range 12 {
		faults = append(faults, postFault{Processed: number%3 == 0, Answer: cut})
		if number%3 == 2 {
			faults[number] = postFault{}
		}
	}
	api := newMemory(t, faults...)
	equal := []cakemail.Settings{
		{URL: new("https://example.com"), Events: []string{"A.A", "B.B"}},
		{URL: new("https://example.com/"), Events: []string{"B.B", "A.A"}},
		{URL: new("HTTPS://EXAMPLE.COM/"), Events: []string{"B.B", "A.A", "B.B"}},
	}

	createMany(t, api.client(), 0, append(equal, equal...))

	if got := len(api.all()); got != 6 {
		t.Errorf("the API holds %d webhooks, want 6", got)
	}
}

func TestCreatesThatDifferDoNotWait(t *testing.T) {
	t.Parallel()
	const count = 5
	var arrived atomic.Int32
	everyone := make(chan struct{})
	api := newMemory(t)
	api.beforePost = func(r *http.Request) {
		if arrived.Add(1) == count {
			close(everyone)
		}
		select {
		case <-everyone:
		case <-r.Context().Done():
		}
	}
	var specs []cakemail.Settings
	for number := range count {
		specs = append(specs, spec(fmt.Sprintf("A.A%d", number)))
	}

	createMany(t, api.client(), 0, specs)

	api.wantCalls(t, count, 1)
}

func TestAClaimedWebhookIsNotAdopted(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Processed: true, Answer: cut}, postFault{}, postFault{Answer: cut})
	client := api.client()

	for number, want := range []string{"w1", "w2", "w3"} {
		created, err := client.Create(t.Context(), 0, spec("A.A"))
		wantNoError(t, err)
		if created.Webhook.ID != want || len(created.Duplicates) != 0 {
			t.Errorf("create %d: got %+v, want %s", number+1, created, want)
		}
	}
}

func TestAWebhookThatThisProcessUnarchivesIsNotAdopted(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{}, postFault{Answer: cut})
	client := api.client()
	archived := api.add(stored{URL: webhookURL, Events: []string{"A.A"}, Status: "archived"})
	_, err := client.Create(t.Context(), 0, spec("B.B"))
	wantNoError(t, err)

	_, err = client.Unarchive(t.Context(), 0, archived.ID)
	wantNoError(t, err)
	created, err := client.Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	if created.Webhook.ID == archived.ID || len(created.Duplicates) != 0 {
		t.Errorf("got %+v", created)
	}
}

func TestAfterAnUnknownOutcomeAnEqualCreateIsNotTried(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Answer: cut})
	client := api.client(withRetries(0))
	_, first := client.Create(t.Context(), 0, spec("A.A"))
	wantKind(t, first, cakemail.OutcomeUnknown)

	_, second := client.Create(t.Context(), 0, spec("A.A"))
	_, other := client.Create(t.Context(), 0, spec("B.B"))
	_, elsewhere := client.Create(t.Context(), 42, spec("A.A"))

	wantKind(t, second, cakemail.Unexpected)
	wantNoError(t, other)
	wantNoError(t, elsewhere)
	api.wantCalls(t, 3, 8)
}

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
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if test.together {
				close(held.proceed)
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

func TestACreateThatWaitsForAnEqualOneEndsWhenTerraformStops(t *testing.T) {
	t.Parallel()
	held := newInFlight()
	api := newMemory(t)
	api.beforePost = held.hold
	client := api.client()
	done := make(chan error, 1)
	go func() {
		_, err := client.Create(t.Context(), 0, spec("A.A"))
		done <- err
	}()
	<-held.arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := client.Create(ctx, 0, spec("A.A"))

	wantKind(t, err, cakemail.Stopped)
	close(held.proceed)
	wantNoError(t, <-done)
	api.wantCalls(t, 1, 1)
}

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

package cakemail_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// createMany creates the specs at once and returns the ids, which must differ.
func createMany(t *testing.T, client *cakemail.Client, specs []cakemail.Settings) {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]bool{}
	var group sync.WaitGroup
	for _, wanted := range specs {
		group.Go(func() {
			created, err := client.Create(t.Context(), 0, wanted)
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

	createMany(t, client, specs)
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

	createMany(t, api.client(), append(equal, equal...))

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

	createMany(t, api.client(), specs)

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
	api.wantCalls(t, 3, 9)
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

// The list lags when the process begins, so the changed webhook looks new later.
func TestAWebhookThatWasChangedIsNotAdopted(t *testing.T) {
	t.Parallel()
	var lists, posts atomic.Int32
	const changed = `{"id":"w1","status":"active","event":"A.A","url":"` + webhookURL + `","rate_limit":1}`
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPatch:
			answer{Body: `{"id":"w1","data":` + changed + `}`}.write(w)
		case r.Method == http.MethodPost:
			answer{Cut: posts.Add(1) == 1, Status: 201, Body: `{"id":"w2"}`}.write(w)
		case lists.Add(1) == 1:
			answer{Body: `{"data":[]}`}.write(w)
		default:
			answer{Body: `{"data":[` + changed + `]}`}.write(w)
		}
	})
	client := api.client()
	_, err := client.Existing(t.Context(), 0)
	wantNoError(t, err)
	_, err = client.Update(t.Context(), 0, "w1", cakemail.Settings{URL: new(webhookURL)})
	wantNoError(t, err)

	created, err := client.Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	if created.Webhook.ID != "w2" {
		t.Errorf("the create took %s, which another resource has", created.Webhook.ID)
	}
}

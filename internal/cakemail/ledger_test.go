package cakemail_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

func TestAFailedSnapshotMakesNoWebhookAndIsTakenAgain(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Status: 403}, answer{Body: `{"data":[]}`}, made("w1")))
	client := api.client()

	_, err := client.Create(t.Context(), 0, spec("A.A"))

	failure := wantKind(t, err, cakemail.Forbidden)
	if want := "list the webhooks that exist before creating one"; failure.Action != want {
		t.Errorf("got the action %q, want %q", failure.Action, want)
	}
	wantCalls(t, api, 0, 1)

	_, err = client.Create(t.Context(), 0, spec("A.A"))
	wantNoError(t, err)
	wantCalls(t, api, 1, 2)
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

func TestACreateThatWaitsForAnEqualOneEndsWhenTerraformStops(t *testing.T) {
	t.Parallel()
	held := newInFlight()
	creates := creating(made("w1"))
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			held.hold(r)
		}
		creates(w, r)
	})
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
	wantCalls(t, api, 1, 1)
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
		case r.Method == http.MethodPost && posts.Add(1) == 1:
			answer{Cut: true}.write(w)
		case r.Method == http.MethodPost:
			made("w2").write(w)
		case lists.Add(1) == 1:
			answer{Body: `{"data":[]}`}.write(w)
		default:
			answer{Body: `{"data":[` + changed + `]}`}.write(w)
		}
	})
	client := api.client()
	_, err := client.Active(t.Context(), 0)
	wantNoError(t, err)
	_, err = client.Update(t.Context(), cakemail.Ref{ID: "w1"}, cakemail.Settings{URL: new(webhookURL)})
	wantNoError(t, err)

	created, err := client.Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	if created.Webhook.ID != "w2" {
		t.Errorf("the create took %s, which another resource has", created.Webhook.ID)
	}
}

package cakemail

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func created(id string) answer {
	return answer{Status: 201, Body: `{"id":"` + id + `","url":"` + webhookURL +
		`","events":["Contact.Added"],"rate_limit":50,"rate_limit_period":"second","secret":"` + webhookSecret + `"}`}
}

// The client histories of internal/simulation test lost answers.
func TestCreate_ListsBeforeItPosts(t *testing.T) {
	wantAction := func(t bubble, failure *Error) {
		t.Helper()
		if failure.Action != "list the existing webhooks before creating one" {
			t.Errorf("got the action %q", failure.Action)
		}
	}
	story(t, "and posts nothing if it cannot, but the next create tries again", func(t bubble) {
		api := newStub(script{"list": {{Status: 403}, {Body: "[]"}}, "create": {created("w1")}}.api())
		client := api.client()
		_, err := client.Create(t.Context(), 0, spec())
		wantAction(t, wantKind(t, err, Forbidden))
		made, err := client.Create(t.Context(), 0, spec())
		wantNoError(t, err)
		if made.Webhook.ID != "w1" || made.Webhook.Secret != webhookSecret {
			t.Errorf("got %+v", made)
		}
		api.wantHeard(t, "list list create")
	})
	story(t, "and says that the login for it failed", func(t bubble) {
		api := newStub(script{"login": {{Status: 401, Body: `{"detail":"Invalid credentials"}`}}}.api())
		_, err := api.client(withPassword).Create(t.Context(), 0, spec())
		failure := wantKind(t, err, Unauthorized)
		wantAction(t, failure)
		if !failure.LoginFailed {
			t.Error("the error does not say that the login failed")
		}
	})
	story(t, "once in a process", func(t bubble) {
		api := newStub(script{"create": {created("w1"), created("w2")}}.api())
		client := api.client()
		for _, address := range []string{webhookURL, "https://example.com/other"} {
			_, err := client.Create(t.Context(), 0, Settings{URL: &address, Events: []string{"Contact.Added"}})
			wantNoError(t, err)
		}
		api.wantHeard(t, "list create create")
	})
}

func TestCreate_IsPostedOnce(t *testing.T) {
	type row struct {
		answer answer
		want   Kind
		calls  string
	}
	stories(t, map[string]row{
		"if a value is refused":       {answer{Status: 422}, Invalid, "list create"},
		"if the token is refused":     {answer{Status: 401}, Unauthorized, "list create"},
		"if there is no such path":    {answer{Status: 404}, Unsupported, "list create"},
		"and again while it is a 429": {answer{Status: 429}, RateLimited, "list create create create"},
	}, func(t bubble, row row) {
		api := newStub(script{"create": {row.answer}}.api())

		_, err := api.client().Create(t.Context(), 0, spec())

		if failure := wantKind(t, err, row.want); failure.MayHaveHappened || OutcomeOf(err) != NotMade {
			t.Errorf("got %+v", failure)
		}
		api.wantHeard(t, row.calls)
	})
}

func TestCreate_WhoseLoginFailsWasNotMade(t *testing.T) {
	stories(t, map[string]answer{"by a 504": {Status: 504}, "by a cut": {Cut: true}}, func(t bubble, second answer) {
		login := answer{Body: `{"access_token":"access-1","token_type":"bearer"}`}
		api := newStub(script{"login": {login, second}, "create": {{Status: 401}}}.api())

		_, err := api.client(withPassword, func(options *Options) { options.MaxRetries = 0 }).Create(t.Context(), 0, spec())

		failure, ok := errors.AsType[*Error](err)
		if !ok || !failure.LoginFailed || failure.MayHaveHappened || OutcomeOf(err) != NotMade {
			t.Errorf("got %+v", failure)
		}
		api.wantHeard(t, "login list create login")
	})
}

// Two resources must not share a webhook when the API makes no second one.
func TestCreate_TakesNoOldWebhook(t *testing.T) {
	type row struct {
		listed  string
		creates int
	}
	stories(t, map[string]row{"that the account has": {shown, 0}, "of another resource": {"", 1}}, func(t bubble, row row) {
		client := newStub(script{"list": {{Body: `{"data":[` + row.listed + `]}`}}}.api()).client()
		for range row.creates {
			_, err := client.Create(t.Context(), 0, spec())
			wantNoError(t, err)
		}

		_, err := client.Create(t.Context(), 0, spec())

		failure, ok := errors.AsType[*CreateError](err)
		if !ok || failure.Outcome != NotNew || len(failure.Candidates) != 1 || failure.Candidates[0].ID != webhookID {
			t.Errorf("got %+v", err)
		}
	})
	// The list lags when the process begins, so the changed webhook looks new later.
	story(t, "that this process has changed", func(t bubble) {
		list := `{"data":[{"id":"w1","status":"active","event":"Contact.Added","url":"` + webhookURL + `"}]}`
		client := newStub(script{
			"list": {{Body: "[]"}, {Body: list}}, "create": {{Cut: true}, created("w2")},
			"change": {{Body: `{"id":"w1","url":"` + webhookURL + `"}`}},
		}.api()).client()
		_, err := client.Active(t.Context(), 0)
		wantNoError(t, err)
		_, err = client.Update(t.Context(), Ref{ID: "w1"}, Settings{URL: new(webhookURL)})
		wantNoError(t, err)

		made, err := client.Create(t.Context(), 0, spec())

		wantNoError(t, err)
		if made.Webhook.ID != "w2" {
			t.Errorf("the create took %s, which another resource has", made.Webhook.ID)
		}
	})
}

func TestCreate_WaitsForAnEqualOne(t *testing.T) {
	story(t, "until Terraform stops", func(t bubble) {
		slow := created("w1")
		slow.After = time.Second
		api := newStub(script{"create": {slow}}.api())
		client := api.client()
		var group sync.WaitGroup
		group.Go(func() {
			_, err := client.Create(t.Context(), 0, spec())
			wantNoError(t, err)
		})
		time.Sleep(time.Second / 2)
		ctx, stop := context.WithCancel(t.Context())
		stop()

		_, err := client.Create(ctx, 0, spec())

		wantKind(t, err, Stopped)
		group.Wait()
		api.wantHeard(t, "list create")
	})
}

// An answer with only an id can be about a webhook, or about a task that makes one.
func TestCreate_WhoseAnswerTellsAnIDAlone(t *testing.T) {
	listed := answer{Body: `{"data":[` + shown + `]}`}
	nothing, id := answer{Body: `{"data":[]}`}, answer{Body: `{"id":"` + webhookID + `"}`}
	type row struct {
		create, read, list []answer
		// want is the resulting webhook.
		want, calls string
	}
	stories(t, map[string]row{
		"of a webhook": {[]answer{id}, []answer{{Body: shown}}, []answer{nothing}, webhookID, "list create read"},
		"with a rate limit that is none": {
			[]answer{{Body: strings.Replace(shown, `"rate_limit":50`, `"rate_limit":{}`, 1)}},
			nil,
			[]answer{nothing},
			webhookID,
			"list create read",
		},
		"of a task, and the list has it": {
			[]answer{{Body: `{"id":"task"}`}},
			[]answer{notFound, {Body: shown}},
			[]answer{nothing, listed},
			webhookID,
			"list create read list list",
		},
		"of a task that the API refuses": {
			[]answer{{Body: `{"id":"task","status":"pending"}`}},
			[]answer{{Status: 422}, {Body: shown}},
			[]answer{nothing, listed},
			webhookID,
			"list create read list list",
		},
		"of what cannot be read just now": {[]answer{id}, []answer{{Status: 403}}, []answer{nothing}, webhookID, "list create read read"},
	}, func(t bubble, row row) {
		api := newStub(script{"create": row.create, "read": row.read, "list": row.list}.api())

		made, err := api.client().Create(t.Context(), 0, spec())

		if made.Webhook.ID != row.want || err != nil && !IsKind(err, Forbidden) {
			t.Errorf("got %+v, %v", made, err)
		}
		api.wantHeard(t, row.calls)
	})
}

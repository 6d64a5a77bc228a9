package cakemail_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// creating answers the creates in turn, and lists no webhook.
func creating(answers ...answer) http.HandlerFunc {
	created := inTurn(answers...)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			created(w, r)
			return
		}
		answer{Body: `{"data":[]}`}.write(w)
	}
}

// wantCalls fails the test unless the API got so many creates and lists.
func wantCalls(t *testing.T, api *stub, creates, lists int) {
	t.Helper()
	if got := api.count(http.MethodPost, "/webhooks"); got != creates {
		t.Errorf("got %d creates, want %d", got, creates)
	}
	if got := api.count(http.MethodGet, "/webhooks"); got != lists {
		t.Errorf("got %d lists, want %d", got, lists)
	}
}

func TestARefusedCreateIsNotRepeated(t *testing.T) {
	t.Parallel()
	missingEvent := `{"detail":[{"loc":["body","event"],"msg":"field required","type":"value_error.missing"}]}`
	badURL := `{"detail":[{"loc":["body","url"],"msg":"invalid","type":"value_error.url"}]}`
	for name, test := range map[string]struct {
		answer answer
		events []string
		want   cakemail.Kind
	}{
		"a refused url":            {answer{Status: 422, Body: badURL}, []string{"A.A"}, cakemail.Invalid},
		"a refused url, of two":    {answer{Status: 422, Body: badURL}, []string{"A.A", "B.B"}, cakemail.Invalid},
		"a refused event":          {answer{Status: 422, Body: missingEvent}, []string{"A.A"}, cakemail.Invalid},
		"one event is wanted":      {answer{Status: 422, Body: missingEvent}, []string{"A.A", "B.B"}, cakemail.Invalid},
		"one event, says a 400":    {answer{Status: 400, Body: missingEvent}, []string{"A.A", "B.B"}, cakemail.Invalid},
		"401":                      {answer{Status: 401}, []string{"A.A"}, cakemail.Unauthorized},
		"403":                      {answer{Status: 403}, []string{"A.A"}, cakemail.Forbidden},
		"404":                      {answer{Status: 404}, []string{"A.A"}, cakemail.Unsupported},
		"405":                      {answer{Status: 405}, []string{"A.A"}, cakemail.Unsupported},
		"an equal event, twice in": {answer{Status: 422, Body: missingEvent}, []string{"A.A", "A.A"}, cakemail.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, creating(test.answer))

			_, err := api.client().Create(t.Context(), 0, spec(test.events...))

			failure := wantKind(t, err, test.want)
			if failure.MayHaveHappened {
				t.Errorf("got %+v", failure)
			}
			wantCalls(t, api, 1, 1)
		})
	}
}

func TestACreateThatTheAPIKeepsPuttingOff(t *testing.T) {
	t.Parallel()
	api := newStub(t, creating(answer{Status: 429, Header: map[string]string{"X-Request-Id": "r-1"}}))

	_, err := api.client().Create(t.Context(), 0, spec("A.A"))

	failure := wantKind(t, err, cakemail.RateLimited)
	if failure.Attempts != 3 || failure.RequestID != "r-1" || failure.MayHaveHappened {
		t.Errorf("got %+v", failure)
	}
	wantCalls(t, api, 3, 1)
}

// Two resources must not share a webhook because the API makes no second one.
func TestAnOldWebhookIsNoCreatedOne(t *testing.T) {
	t.Parallel()
	for name, listed := range map[string]string{"in the account": shown, "of another resource": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					answer{Body: shown}.write(w)
					return
				}
				answer{Body: `{"data":[` + listed + `]}`}.write(w)
			})
			client := api.client()
			if listed == "" {
				_, err := client.Create(t.Context(), 0, spec("Contact.Added"))
				wantNoError(t, err)
			}

			_, err := client.Create(t.Context(), 0, spec("Contact.Added"))

			failure, ok := errors.AsType[*cakemail.CreateError](err)
			if !ok || failure.Outcome != cakemail.NotNew || len(failure.Candidates) != 1 || failure.Candidates[0].ID != webhookID {
				t.Errorf("got %+v", err)
			}
		})
	}
}

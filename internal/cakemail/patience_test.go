package cakemail_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

func withNewWebhook(age time.Duration) func(*cakemail.Options) {
	return func(options *cakemail.Options) { options.Patience.NewWebhook = age }
}

// lagging does not know the webhook in the first calls on it; its list is there.
func lagging(calls int) http.HandlerFunc {
	var asked atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/webhooks":
			answer{Body: "[]"}.write(w)
		case int(asked.Add(1)) <= calls:
			answer{Status: http.StatusNotFound}.write(w)
		case strings.HasSuffix(r.URL.Path, "/archive"):
			archivedAnswer("true").write(w)
		default:
			answer{Body: shown}.write(w)
		}
	}
}

// asked is a call on one webhook.
type asked func(ctx context.Context, client *cakemail.Client, created time.Time) error

func callsOnAWebhook() map[string]asked {
	return map[string]asked{
		"read": func(ctx context.Context, client *cakemail.Client, created time.Time) error {
			_, err := client.Get(ctx, cakemail.Ref{ID: webhookID, Created: created})
			return err
		},
		"archive": func(ctx context.Context, client *cakemail.Client, created time.Time) error {
			_, err := client.Archive(ctx, cakemail.Ref{ID: webhookID, Created: created})
			return err
		},
		"change": func(ctx context.Context, client *cakemail.Client, created time.Time) error {
			_, err := client.Update(ctx, cakemail.Ref{ID: webhookID, Created: created}, cakemail.Settings{RateLimit: new(int64(50))})
			return err
		},
	}
}

func TestANewWebhookIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, call := range callsOnAWebhook() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, lagging(3))

			wantNoError(t, call(t.Context(), api.client(withNewWebhook(time.Minute)), time.Now()))

			if got := len(api.received()); got != 4 {
				t.Errorf("got %d calls, want 4", got)
			}
		})
	}
}

// The client itself remembers the age of a webhook that this process made.
func TestAWebhookOfThisProcessIsWaitedFor(t *testing.T) {
	t.Parallel()
	lag := lagging(3)
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			answer{Status: http.StatusCreated, Body: shown}.write(w)
		case r.URL.Path == "/webhooks":
			answer{Body: `{"data":[]}`}.write(w)
		default:
			lag(w, r)
		}
	})
	client := api.client(withNewWebhook(time.Minute))
	_, err := client.Create(t.Context(), 0, cakemail.Settings{URL: new(webhookURL), Events: []string{"Contact.Added"}})
	wantNoError(t, err)

	webhook, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})

	wantNoError(t, err)
	if webhook.Secret != webhookSecret {
		t.Errorf("got %+v", webhook)
	}
}

func TestAnOldWebhookIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	for name, call := range callsOnAWebhook() {
		for age, created := range map[string]time.Time{
			"a minute old": time.Now().Add(-time.Minute), "years old": time.Unix(0, 0), "of unknown age": {},
		} {
			t.Run(name+", "+age, func(t *testing.T) {
				t.Parallel()
				api := newStub(t, lagging(1<<20))
				began := time.Now()

				wantKind(t, call(t.Context(), api.client(withNewWebhook(time.Minute)), created), cakemail.Gone)

				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		}
	}
}

func TestANewWebhookIsGoneWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	const age = 300 * time.Millisecond
	for name, created := range map[string]time.Duration{
		"created just now":      0,
		"created in the future": 1000 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, lagging(1<<20))
			began := time.Now()

			_, err := api.client(withNewWebhook(age)).Get(t.Context(), cakemail.Ref{ID: webhookID, Created: began.Add(created)})

			wantKind(t, err, cakemail.Gone)
			if took := time.Since(began); took < age || took > age+5*time.Second {
				t.Errorf("it took %s, want %s", took, age)
			}
		})
	}
}

// An interrupt must not make a webhook pass for gone.
func TestWaitingForANewWebhookEndsWhenTerraformStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	api := newStub(t, func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		answer{Status: http.StatusNotFound}.write(w)
	})
	_, err := api.client(withNewWebhook(time.Minute)).Get(ctx, cakemail.Ref{ID: webhookID, Created: time.Now()})
	wantKind(t, err, cakemail.Stopped)
}

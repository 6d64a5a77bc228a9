package cakemail_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// gone answers 404 for every webhook, and this for the list.
func gone(list answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/webhooks" {
			list.write(w)
			return
		}
		answer{Status: http.StatusNotFound}.write(w)
	}
}

func TestA404IsBelievedOnlyFromAnAPIThatIsThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list answer
		want cakemail.Kind
		why  cakemail.Kind
	}{
		"the list is there":   {answer{Body: `{"data":[]}`}, cakemail.Gone, 0},
		"the list is a 404":   {answer{Status: 404}, cakemail.Unconfirmed, cakemail.Unsupported},
		"the list is a page":  {answer{Body: "<html>"}, cakemail.Unconfirmed, cakemail.Unreadable},
		"the list is refused": {answer{Status: 403}, cakemail.Unconfirmed, cakemail.Forbidden},
		"the list is cut":     {answer{Cut: true}, cakemail.Unconfirmed, cakemail.Network},
	} {
		for action, call := range map[string]func(*testing.T, *cakemail.Client) error{
			"read": func(t *testing.T, client *cakemail.Client) error {
				t.Helper()
				_, err := client.Get(t.Context(), cakemail.Ref{Account: 42, ID: webhookID})
				return err
			},
			"archive": func(t *testing.T, client *cakemail.Client) error {
				t.Helper()
				_, err := client.Archive(t.Context(), cakemail.Ref{Account: 42, ID: webhookID})
				return err
			},
			"change": func(t *testing.T, client *cakemail.Client) error {
				t.Helper()
				_, err := client.Update(t.Context(), cakemail.Ref{Account: 42, ID: webhookID}, cakemail.Settings{RateLimit: new(int64(5))})
				return err
			},
		} {
			t.Run(action+", "+name, func(t *testing.T) {
				t.Parallel()
				api := newStub(t, gone(test.list))

				failure := wantKind(t, call(t, api.client()), test.want)

				if test.want == cakemail.Unconfirmed {
					wantKind(t, failure.Cause, test.why)
				}
			})
		}
	}
}

func TestManyWebhooksThatAreGoneShareOneList(t *testing.T) {
	t.Parallel()
	api := newStub(t, gone(answer{Body: "[]"}))
	client := api.client()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { _, _ = client.Get(t.Context(), cakemail.Ref{ID: webhookID}) })
	}
	group.Wait()
	_, _ = client.Get(t.Context(), cakemail.Ref{ID: webhookID})
	if got := api.count(http.MethodGet, "/webhooks"); got != 1 {
		t.Errorf("got %d lists, want one", got)
	}
	_, _ = client.Get(t.Context(), cakemail.Ref{Account: 42, ID: webhookID})
	if got := api.count(http.MethodGet, "/webhooks"); got != 2 {
		t.Errorf("got %d lists, want one for each account", got)
	}
}

func TestWhatExistsIsListedOnce(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Status: 403}, answer{Body: `{"pagination":{"per_page":50,"count":3},"data":` + itemsOf(numbered(3)) + `}`}, answer{Status: 404}))
	client := api.client()
	_, err := client.Active(t.Context(), 0)
	wantKind(t, err, cakemail.Forbidden)
	for range 2 {
		existing, err := client.Active(t.Context(), 0)
		wantNoError(t, err)
		if got := idsOf(existing.At("")); got != "w0 w1 w2" {
			t.Errorf("got %q", got)
		}
	}
	// A list from before does not tell who answers 404 now.
	_, err = client.Get(t.Context(), cakemail.Ref{ID: webhookID})
	wantKind(t, err, cakemail.Unconfirmed)
	if got := api.count(http.MethodGet, "/webhooks"); got != 3 {
		t.Errorf("got %d lists, want 3", got)
	}
}

// A replica that lags, or a route that is missing, answers 404 for what is there.
func TestA404IsNotBelievedOfWhatTheListShows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		item string
		want cakemail.Kind
	}{
		"active":   {`{"id":"` + webhookID + `","status":"active"}`, cakemail.Unconfirmed},
		"archived": {`{"id":"` + webhookID + `","status":"archived"}`, cakemail.Gone},
		"another":  {`{"id":"another","status":"active"}`, cakemail.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newStub(t, gone(answer{Body: `{"data":[` + test.item + `]}`})).client()

			_, getErr := client.Get(t.Context(), cakemail.Ref{ID: webhookID})
			_, archiveErr := client.Archive(t.Context(), cakemail.Ref{ID: webhookID})

			for _, err := range []error{getErr, archiveErr} {
				wantKind(t, err, test.want)
			}
			if test.want == cakemail.Unconfirmed && !errors.Is(archiveErr, cakemail.ErrStillListed) {
				t.Errorf("got %v", archiveErr)
			}
		})
	}
}

// What goes on must not fail because the call that began the list was stopped.
func TestAListOutlivesTheCallThatBeganIt(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *cakemail.Client) error{
		"what exists": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Active(ctx, 0)
			return err
		},
		"what confirms a 404": func(ctx context.Context, client *cakemail.Client) error {
			if _, err := client.Get(ctx, cakemail.Ref{ID: webhookID}); !cakemail.IsKind(err, cakemail.Gone) {
				return err
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := newInFlight()
			var lists atomic.Int32
			api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path != "/webhooks":
					answer{Status: http.StatusNotFound}.write(w)
				case lists.Add(1) == 1:
					held.hold(r)
				default:
					answer{Body: "[]"}.write(w)
				}
			})
			client := api.client()
			ctx, stop := context.WithCancel(t.Context())
			var group sync.WaitGroup
			group.Go(func() { wantKind(t, call(ctx, client), cakemail.Stopped) })
			<-held.arrived
			group.Go(func() { wantNoError(t, call(t.Context(), client)) })
			time.AfterFunc(50*time.Millisecond, stop)
			group.Wait()
		})
	}
}

func idsOf(webhooks []cakemail.Webhook) string {
	var ids []string
	for _, webhook := range webhooks {
		ids = append(ids, webhook.ID)
	}
	return strings.Join(ids, " ")
}

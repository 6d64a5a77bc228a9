package cakemail_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

func TestEveryCallIsWrittenAsTheAPIReadsIt(t *testing.T) {
	t.Parallel()
	archived := `{"id":"` + webhookID + `","object":"Webhook","archived":true}`
	active := `{"id":"` + webhookID + `","object":"Webhook","archived":false}`
	path := "/webhooks/" + webhookID
	for name, test := range map[string]struct {
		answer string
		call   func(context.Context, *cakemail.Client) error
		want   call
	}{
		"read": {shown, func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Get(ctx, cakemail.Ref{ID: webhookID})
			return err
		}, call{Method: "GET", Path: path}},
		"read for a sub-account": {shown, func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Get(ctx, cakemail.Ref{Account: 42, ID: webhookID})
			return err
		}, call{Method: "GET", Path: path, Query: "account_id=42"}},
		"change": {shown, func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Update(ctx, cakemail.Ref{Account: 42, ID: webhookID}, cakemail.Settings{RateLimit: new(int64(9))})
			return err
		}, call{Method: "PATCH", Path: path, Query: "account_id=42", Body: `{"rate_limit":9}`}},
		"archive": {archived, func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Archive(ctx, cakemail.Ref{Account: 42, ID: webhookID})
			return err
		}, call{Method: "POST", Path: path + "/archive", Query: "account_id=42"}},
		"unarchive": {active, func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Unarchive(ctx, cakemail.Ref{Account: 42, ID: webhookID})
			return err
		}, call{Method: "POST", Path: path + "/unarchive", Query: "account_id=42"}},
		"list": {`{"data":[]}`, func(ctx context.Context, client *cakemail.Client) error {
			_, err := collect(client.List(ctx, cakemail.ListOptions{Account: 42}))
			return err
		}, call{Method: "GET", Path: "/webhooks", Query: "account_id=42&page=1&per_page=50&with_count=true"}},
		"list with archived ones": {`[]`, func(ctx context.Context, client *cakemail.Client) error {
			_, err := collect(client.List(ctx, cakemail.ListOptions{WithArchived: true}))
			return err
		}, call{Method: "GET", Path: "/webhooks", Query: "page=1&per_page=50&with_archived=true&with_count=true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, inTurn(answer{Body: test.answer}))

			wantNoError(t, test.call(t.Context(), api.client()))

			received := api.received()
			if len(received) != 1 {
				t.Fatalf("got %d calls, want one", len(received))
			}
			got := received[0]
			if got.Method != test.want.Method || got.Path != test.want.Path || got.Query != test.want.Query || got.Body != test.want.Body {
				t.Errorf("got  %s %s?%s %s\nwant %s %s?%s %s", got.Method, got.Path, got.Query, got.Body, test.want.Method, test.want.Path, test.want.Query, test.want.Body)
			}
			wantHeaders(t, got)
		})
	}
}

func wantHeaders(t *testing.T, got call) {
	t.Helper()
	contentType := ""
	if got.Body != "" {
		contentType = "application/json"
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + testToken, "Accept": "application/json", "User-Agent": "cakemail-test/1", "Content-Type": contentType,
	} {
		if values := got.Header.Values(name); strings.Join(values, ", ") != want {
			t.Errorf("the header %s is %q, want %q", name, values, want)
		}
	}
}

func TestTheBaseURLMayHaveAPathAndASlash(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Body: shown}))
	client := api.client(func(options *cakemail.Options) { options.BaseURL += "/mirror/v2/" })

	_, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})

	wantNoError(t, err)
	if got, want := api.received()[0].Path, "/mirror/v2/webhooks/"+webhookID; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestABrokenBaseURLIsAnErrorThatNamesTheCall(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://a b", "://", "\x7f", "ftp://127.0.0.1", "http://"} {
		client := cakemail.New(cakemail.Options{BaseURL: base, Credentials: cakemail.Credentials{AccessToken: testToken}})
		_, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})
		if err == nil || !strings.Contains(err.Error(), "cannot read the webhook") || strings.Contains(err.Error(), testToken) {
			t.Errorf("%q: got %v", base, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *cakemail.Client) error{
		"read": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Get(ctx, cakemail.Ref{ID: webhookID})
			return err
		},
		"archive": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Archive(ctx, cakemail.Ref{ID: webhookID})
			return err
		},
		"create": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Create(ctx, 0, cakemail.Settings{URL: new(webhookURL), Events: []string{"Contact.Added"}})
			return err
		},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, attempt := range calls {
			for _, credentials := range []string{"token", "password"} {
				t.Run(fmt.Sprint(name, status, credentials), func(t *testing.T) {
					t.Parallel()
					other := newStub(t, inTurn(answer{Body: shown}))
					api := newStub(t, inTurn(answer{Status: status, Header: map[string]string{"Location": other.URL + "/webhooks?x=1"}}))
					client := api.client()
					if credentials == "password" {
						client = api.client(withPassword("jane@example.com", "correct horse"))
					}

					failure := wantKind(t, attempt(t.Context(), client), cakemail.Redirected)

					if want := strings.TrimPrefix(other.URL, "http://"); failure.Location != want {
						t.Errorf("the new location is %q, want %q", failure.Location, want)
					}
					if got := len(other.received()); got != 0 {
						t.Errorf("the other host got %d calls", got)
					}
					if got := len(api.received()); got != 1 {
						t.Errorf("the API got %d calls, want one", got)
					}
				})
			}
		}
	}
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	const workers, callsEach = 20, 20
	var arrived atomic.Int32
	everyone := make(chan struct{})
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		// The first call of each worker waits for the others: net/http opens a
		// second connection for a call when the first is in use while it connects.
		if arrived.Add(1) == workers {
			close(everyone)
		}
		<-everyone
		if strings.HasSuffix(r.URL.Path, "/refused") {
			answer{Status: 422, Body: `{"detail":"no"}`}.write(w)
			return
		}
		answer{Body: shown}.write(w)
	})
	client := api.client()

	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for round := range callsEach {
				if round%5 == 4 {
					_, err := client.Get(t.Context(), cakemail.Ref{ID: "refused"})
					if !cakemail.IsKind(err, cakemail.Invalid) {
						t.Errorf("got %v", err)
					}
					continue
				}
				if _, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()

	if got := len(api.received()); got != workers*callsEach {
		t.Errorf("got %d calls, want %d", got, workers*callsEach)
	}
	if got := api.opened(); got > workers {
		t.Errorf("%d connections for %d workers", got, workers)
	}
}

func TestAClientMakesNoCallByItself(t *testing.T) {
	t.Parallel()
	api := newStub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	api.client()
	api.client(withPassword("jane@example.com", "correct horse"))
	if got := api.opened(); got != 0 {
		t.Errorf("got %d connections", got)
	}
}

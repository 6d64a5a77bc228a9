package cakemail_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// inFlight answers each request when the test says so.
type inFlight struct {
	arrived chan struct{}
	proceed chan struct{}
}

func newInFlight() inFlight {
	return inFlight{arrived: make(chan struct{}, 10), proceed: make(chan struct{})}
}

// hold waits for the test, or for the client to go away.
func (f inFlight) hold(r *http.Request) {
	f.arrived <- struct{}{}
	select {
	case <-f.proceed:
	case <-r.Context().Done():
	}
}

func TestAChangeInFlightFinishesAlthoughTerraformStops(t *testing.T) {
	t.Parallel()
	for name, attempt := range map[string]func(context.Context, *cakemail.Client) error{
		"change": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Update(ctx, cakemail.Ref{ID: webhookID}, cakemail.Settings{URL: new(webhookURL)})
			return err
		},
		"archive": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Archive(ctx, cakemail.Ref{ID: webhookID})
			return err
		},
		"read of what has begun": func(ctx context.Context, client *cakemail.Client) error {
			_, err := client.Get(ctx, cakemail.Ref{ID: webhookID, Finishes: true})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := newInFlight()
			api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
				held.hold(r)
				body := shown
				if strings.HasSuffix(r.URL.Path, "/archive") {
					body = `{"id":"` + webhookID + `","archived":true}`
				}
				answer{Body: body}.write(w)
			})
			client := api.client()
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)

			go func() { done <- attempt(ctx, client) }()
			<-held.arrived
			cancel()
			close(held.proceed)

			wantNoError(t, <-done)
			if got := len(api.received()); got != 1 {
				t.Errorf("got %d calls, want one", got)
			}
		})
	}
}

func TestAReadInFlightIsCutWhenTerraformStops(t *testing.T) {
	t.Parallel()
	held := newInFlight()
	api := newStub(t, func(_ http.ResponseWriter, r *http.Request) { held.hold(r) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-held.arrived
		cancel()
	}()

	_, err := api.client(withTimeout(time.Minute)).Get(ctx, cakemail.Ref{ID: webhookID})

	wantKind(t, err, cakemail.Stopped)
	if got := len(api.received()); got != 1 {
		t.Errorf("got %d calls, want one", got)
	}
}

func TestNothingStartsAfterTerraformStopped(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Body: shown}))
	client := api.client()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, getErr := client.Get(ctx, cakemail.Ref{ID: webhookID})
	_, updateErr := client.Update(ctx, cakemail.Ref{ID: webhookID}, cakemail.Settings{})
	_, archiveErr := client.Archive(ctx, cakemail.Ref{ID: webhookID})
	_, createErr := client.Create(ctx, 0, spec("Contact.Added"))
	_, listErr := collect(client.List(ctx, cakemail.ListOptions{}))
	_, loginErr := api.client(withPassword("a", "b")).Get(ctx, cakemail.Ref{ID: webhookID})

	for _, err := range []error{getErr, updateErr, archiveErr, createErr, listErr, loginErr} {
		wantKind(t, err, cakemail.Stopped)
	}
	if got := len(api.received()); got != 0 {
		t.Errorf("got %d calls", got)
	}
}

func TestWhatHasBegunIsReadAlthoughTerraformStoppedButNotRepeated(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Body: shown}, answer{Status: 503, Header: map[string]string{"Retry-After": "30"}}))
	client := api.client()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, first := client.Get(ctx, cakemail.Ref{ID: webhookID, Finishes: true})
	_, second := client.Get(ctx, cakemail.Ref{ID: webhookID, Finishes: true})

	wantNoError(t, first)
	wantKind(t, second, cakemail.Unavailable)
	if got := len(api.received()); got != 2 {
		t.Errorf("got %d calls, want two", got)
	}
}

func TestWaitingEndsAtOnceWhenTerraformStops(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		for name, attempt := range map[string]func(context.Context, *cakemail.Client) error{
			"read": func(ctx context.Context, client *cakemail.Client) error {
				_, err := client.Get(ctx, cakemail.Ref{ID: webhookID})
				return err
			},
			"change": func(ctx context.Context, client *cakemail.Client) error {
				_, err := client.Archive(ctx, cakemail.Ref{ID: webhookID})
				return err
			},
		} {
			t.Run(name+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithCancel(t.Context())
				api := newStub(t, func(w http.ResponseWriter, _ *http.Request) {
					answer{Status: status, Header: map[string]string{"Retry-After": "30"}}.write(w)
					time.AfterFunc(50*time.Millisecond, cancel)
				})
				started := time.Now()

				err := attempt(ctx, api.client())

				failure, _ := err.(*cakemail.Error) //nolint:errorlint // The client promises the type itself.
				if failure == nil || failure.Kind != cakemail.Stopped && failure.Kind != cakemail.Unavailable && failure.Kind != cakemail.RateLimited {
					t.Errorf("got %v", err)
				}
				if waited := time.Since(started); waited > 10*time.Second {
					t.Errorf("waited %v", waited)
				}
				if got := len(api.received()); got != 1 {
					t.Errorf("got %d calls, want one", got)
				}
			})
		}
	}
}

func TestBrokenAnswersToARead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		want    cakemail.Kind
		calls   int
		timeout time.Duration
	}{
		"10 MiB": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"id":"`+strings.Repeat("x", 10<<20)+`"}`)
			},
			want: cakemail.Unreadable, calls: 1,
		},
		"10 MiB of an error": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, strings.Repeat("x", 10<<20))
			},
			want: cakemail.Unreadable, calls: 1,
		},
		"one byte at a time": {
			answer: func(w http.ResponseWriter, r *http.Request) {
				for range len(shown) {
					_, _ = io.WriteString(w, " ")
					_ = http.NewResponseController(w).Flush()
					select {
					case <-time.After(20 * time.Millisecond):
					case <-r.Context().Done():
						return
					}
				}
			},
			want: cakemail.Timeout, calls: 3, timeout: 60 * time.Millisecond,
		},
		"no answer in time":    {answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, want: cakemail.Timeout, calls: 3, timeout: 30 * time.Millisecond},
		"a cut connection":     {answer: inTurn(answer{Cut: true}), want: cakemail.Network, calls: 3},
		"a cut body":           {answer: inTurn(answer{Header: map[string]string{"Content-Length": "900"}, Body: shown}), want: cakemail.Network, calls: 3},
		"a body without end":   {answer: inTurn(answer{Body: shown[:50]}), want: cakemail.Unreadable, calls: 1},
		"an empty 200":         {answer: inTurn(answer{}), want: cakemail.Unreadable, calls: 1},
		"an object of nothing": {answer: inTurn(answer{Body: "{}"}), want: cakemail.Unreadable, calls: 1},
		"a 204":                {answer: inTurn(answer{Status: 204}), want: cakemail.Unreadable, calls: 1},
		"an HTML page":         {answer: inTurn(answer{Header: map[string]string{"Content-Type": "text/html"}, Body: "<html></html>"}), want: cakemail.Unreadable, calls: 1},
		"a wrong content type": {answer: inTurn(answer{Header: map[string]string{"Content-Type": "text/html"}, Body: shown}), want: -1, calls: 1},
		"another webhook":      {answer: inTurn(answer{Body: strings.ReplaceAll(shown, webhookID, "other")}), want: cakemail.Unreadable, calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, test.answer)
			timeout := test.timeout
			if timeout == 0 {
				timeout = 10 * time.Second
			}

			_, err := api.client(withTimeout(timeout)).Get(t.Context(), cakemail.Ref{ID: webhookID})

			got := len(api.received())
			if test.want < 0 {
				wantNoError(t, err)
			} else if failure := wantKind(t, err, test.want); failure.Kind == cakemail.Timeout {
				// On a busy machine, an attempt can be given up before it arrives.
				got = failure.Attempts
			}
			if got != test.calls {
				t.Errorf("got %d calls, want %d", got, test.calls)
			}
		})
	}
}

func TestAnUnreachableHostIsTriedAgainAndNamed(t *testing.T) {
	t.Parallel()
	client := cakemail.New(cakemail.Options{
		BaseURL: "http://127.0.0.1:1", Credentials: cakemail.Credentials{AccessToken: testToken}, MaxRetries: 2, RetryWait: time.Millisecond,
	})

	_, err := client.Archive(t.Context(), cakemail.Ref{ID: webhookID})

	failure := wantKind(t, err, cakemail.Network)
	if failure.Host != "127.0.0.1:1" || failure.Attempts != 3 || failure.MayHaveHappened || strings.Contains(failure.Error(), "/webhooks") {
		t.Errorf("got %+v", failure)
	}
}

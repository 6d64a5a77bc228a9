package cakemail

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// roundTripper is an API within the process, so that a test can run in a bubble
// with a clock of its own.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// clientOf returns a client whose calls are answered within the process.
func clientOf(api roundTripper, options Options) *Client {
	client := New(options)
	client.transport = roundTripper(func(request *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(request.Context()).GotConn(httptrace.GotConnInfo{})
		return api(request)
	})
	return client
}

func answerWith(request *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Request: request, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}},
	}
}

var jane = Credentials{Email: "jane@example.com", Password: "a-password-9f2c"}

// failuresOf makes so many reads at once, and returns their errors and how long all took.
func failuresOf(client *Client, count int) ([]error, time.Duration) {
	started := time.Now()
	failures := make([]error, count)
	var group sync.WaitGroup
	for index := range failures {
		group.Go(func() { _, failures[index] = client.Get(context.Background(), Ref{ID: "w1"}) })
	}
	group.Wait()
	return failures, time.Since(started)
}

func TestCallsThatWaitShareOneFailingLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := func(request *http.Request) (*http.Response, error) {
			<-request.Context().Done()
			return nil, request.Context().Err()
		}
		options := Options{Credentials: jane, RequestTimeout: time.Second, MaxRetries: 1}
		_, alone := failuresOf(clientOf(silent, options), 1)

		failures, together := failuresOf(clientOf(silent, options), 10)

		for _, err := range failures {
			if !IsKind(err, Timeout) {
				t.Errorf("got %v, want that the login timed out", err)
			}
		}
		// The wait before the repetition has jitter.
		if together > alone+time.Second {
			t.Errorf("one call fails after %v, ten after %v", alone, together)
		}
	})
}

// A call that goes on must not fail because the one that had begun the login was stopped.
func TestACallOutlivesTheOneWhoseLoginItSharesIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logins atomic.Int32
		client := clientOf(func(request *http.Request) (*http.Response, error) {
			if request.URL.Path != "/token" {
				return answerWith(request, 200, `{"id":"w1","url":"https://a.example/","event":"A.A"}`), nil
			}
			if logins.Add(1) == 1 {
				<-request.Context().Done()
				return nil, request.Context().Err()
			}
			return answerWith(request, 200, `{"access_token":"token-1","token_type":"bearer"}`), nil
		}, Options{Credentials: jane})
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := client.Get(ctx, Ref{ID: "w1"}); !IsKind(err, Stopped) {
				t.Errorf("the stopped call got %v", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if _, err := client.Get(t.Context(), Ref{ID: "w1"}); err != nil {
				t.Errorf("the other call got %v", err)
			}
		})
		synctest.Wait()

		stop()
		group.Wait()
		if logins.Load() != 2 {
			t.Errorf("got %d logins, want two", logins.Load())
		}
	})
}

func TestWaitingForALoginEndsWhenTheCallerStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		client := clientOf(func(*http.Request) (*http.Response, error) {
			<-release
			return nil, io.ErrUnexpectedEOF
		}, Options{Credentials: jane})
		var group sync.WaitGroup
		group.Go(func() { _, _ = client.Get(t.Context(), Ref{ID: "w1"}) })
		synctest.Wait()

		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err := client.Get(ctx, Ref{ID: "w1"})
		if !IsKind(err, Stopped) {
			t.Errorf("got %v", err)
		}
		close(release)
		group.Wait()
	})
}

// Where the login for a create fails, the create was not carried out.
func TestAFailedLoginIsNoCreateOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(*http.Request) (*http.Response, error){
		"500": func(request *http.Request) (*http.Response, error) { return answerWith(request, 500, ""), nil },
		"504": func(request *http.Request) (*http.Response, error) { return answerWith(request, 504, ""), nil },
		"cut": func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var logins, creates atomic.Int32
				client := clientOf(func(request *http.Request) (*http.Response, error) {
					switch {
					case request.URL.Path == "/token" && logins.Add(1) > 1:
						return second(request)
					case request.URL.Path == "/token":
						return answerWith(request, 200, `{"access_token":"token-1","token_type":"bearer"}`), nil
					case request.Method == http.MethodPost:
						creates.Add(1)
						return answerWith(request, 401, ""), nil
					default:
						return answerWith(request, 200, `{"data":[]}`), nil
					}
				}, Options{Credentials: jane, MaxRetries: 1})

				_, err := client.Create(t.Context(), 0, Settings{URL: new("https://a.example/"), Events: []string{"A.A"}})

				failure, ok := errors.AsType[*Error](err)
				if !ok || !failure.LoginFailed || failure.MayHaveHappened || OutcomeOf(err) != NotMade {
					t.Errorf("got %+v", failure)
				}
				if creates.Load() != 1 {
					t.Errorf("got %d creates, want one", creates.Load())
				}
			})
		})
	}
}

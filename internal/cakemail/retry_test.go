package cakemail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// The policy, per situation: a call that is safe to repeat (read, change,
// archive, list), and one that is not (create).
func TestShouldRetry(t *testing.T) {
	t.Parallel()
	cut := &url.Error{Op: "Post", URL: "https://api.example", Err: io.EOF}
	for _, test := range []struct {
		name         string
		status       int
		err          error
		sent         bool
		safe, unsafe bool
	}{
		{name: "200", status: 200},
		{name: "302", status: 302},
		{name: "400", status: 400},
		{name: "401", status: 401},
		{name: "404", status: 404},
		{name: "408", status: 408},
		{name: "422", status: 422},
		{name: "429", status: 429, safe: true, unsafe: true},
		{name: "500", status: 500, safe: true},
		{name: "501", status: 501},
		{name: "502", status: 502, safe: true},
		{name: "503", status: 503, safe: true},
		{name: "504", status: 504, safe: true},
		{name: "599", status: 599, safe: true},
		{name: "no connection", err: cut, safe: true, unsafe: true},
		{name: "cut after it was sent", err: cut, sent: true, safe: true},
		{name: "no answer in time", err: &url.Error{Err: context.DeadlineExceeded}, sent: true, safe: true},
		{name: "no connection in time", err: &url.Error{Err: context.DeadlineExceeded}, safe: true, unsafe: true},
		{name: "too large an answer", err: &url.Error{Err: errAnswerTooLarge}, sent: true},
		{name: "a challenge", err: errChallenge},
		{name: "an unknown certificate", err: &url.Error{Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}},
		{name: "a wrong scheme", err: &url.Error{Err: errors.New("unsupported protocol scheme \"ftp\"")}},
	} {
		for _, repeatable := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, repeatable %t", test.name, repeatable), func(t *testing.T) {
				t.Parallel()
				tried := &exchange{call: request{repeatable: repeatable}, sent: test.sent, started: time.Now()}
				var response *http.Response
				if test.err == nil {
					response = &http.Response{StatusCode: test.status, Header: http.Header{}}
				}
				want := test.unsafe
				if repeatable {
					want = test.safe
				}
				if got := tried.mayRepeat(t.Context(), response, test.err); got != want {
					t.Errorf("got %t, want %t", got, want)
				}
			})
		}
	}
}

func TestNothingIsRepeatedAfterTheEnd(t *testing.T) {
	t.Parallel()
	unavailable := &http.Response{StatusCode: http.StatusServiceUnavailable}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	call := request{repeatable: true}
	late := &exchange{call: call, started: time.Now().Add(-MaxTotalWait - time.Second)}
	early := &exchange{call: call, started: time.Now().Add(-MaxTotalWait + time.Minute)}
	if late.mayRepeat(t.Context(), unavailable, nil) {
		t.Error("the total time is over, and it is repeated")
	}
	if early.mayRepeat(canceled, unavailable, nil) {
		t.Error("Terraform stops, and it is repeated")
	}
	if !early.mayRepeat(t.Context(), unavailable, nil) {
		t.Error("the total time is not over, and yet nothing is repeated")
	}
}

func TestBackoffGrowsWithJitter(t *testing.T) {
	t.Parallel()
	const shortest = 100 * time.Millisecond
	for attempt, full := range []time.Duration{shortest, 2 * shortest, 4 * shortest, 8 * shortest, 16 * shortest} {
		seen := map[time.Duration]bool{}
		for range 50 {
			wait := New(Options{}).backoff(shortest, MaxRetryWait, attempt, nil)
			if wait < full/2 || wait > full+1 {
				t.Fatalf("attempt %d waits %v, want between %v and %v", attempt, wait, full/2, full)
			}
			seen[wait] = true
		}
		if len(seen) < 10 {
			t.Errorf("attempt %d: 50 waits have only %d different lengths", attempt, len(seen))
		}
	}
	for _, attempt := range []int{20, 63, 64, 1000, 1 << 30} {
		if wait := New(Options{}).backoff(shortest, MaxRetryWait, attempt, nil); wait < MaxRetryWait/2 || wait > MaxRetryWait {
			t.Errorf("attempt %d waits %v", attempt, wait)
		}
	}
}

func TestBackoffHeedsRetryAfter(t *testing.T) {
	t.Parallel()
	const shortest = 100 * time.Millisecond
	in := func(wait time.Duration) string { return time.Now().Add(wait).UTC().Format(http.TimeFormat) }
	for name, test := range map[string]struct {
		status         int
		header         string
		least, longest time.Duration
	}{
		"seconds":                     {429, "7", 7 * time.Second, 7*time.Second + shortest},
		"seconds of a 503":            {503, "7", 7 * time.Second, 7*time.Second + shortest},
		"no second":                   {429, "0", shortest / 2, shortest},
		"a date":                      {429, in(20 * time.Second), 15 * time.Second, 20*time.Second + shortest},
		"a date that has passed":      {429, in(-time.Hour), shortest / 2, shortest},
		"a far date":                  {429, in(1000 * time.Hour), MaxRetryWait, MaxRetryWait},
		"an hour":                     {429, "3600", MaxRetryWait, MaxRetryWait},
		"exactly the cap":             {503, "30", MaxRetryWait, MaxRetryWait},
		"more than a duration holds":  {429, "9223372036854775807", MaxRetryWait, MaxRetryWait},
		"more than a number holds":    {429, "99999999999999999999999", MaxRetryWait, MaxRetryWait},
		"seconds that overflow":       {429, "18446744074", MaxRetryWait, MaxRetryWait},
		"a negative number":           {429, "-5", 0, 2 * shortest},
		"a fraction":                  {429, "1.5", 0, 2 * shortest},
		"garbage":                     {429, "soon", 0, 2 * shortest},
		"a status that does not mean": {500, "20", 0, 2 * shortest},
		"nothing":                     {429, "", 0, shortest},
	} {
		t.Run(name, func(t *testing.T) {
			response := &http.Response{StatusCode: test.status, Header: http.Header{"Retry-After": {test.header}}}
			for range 20 {
				if wait := New(Options{}).backoff(shortest, MaxRetryWait, 0, response); wait < test.least || wait > test.longest {
					t.Fatalf("waits %v, want between %v and %v", wait, test.least, test.longest)
				}
			}
		})
	}
}

func TestWaitingEndsWhenTheCallerStops(t *testing.T) {
	t.Parallel()
	client := New(Options{RetryWait: time.Hour})
	client.pause.extend(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	started := time.Now()
	sleep(ctx, time.Hour)
	_, err := client.Get(ctx, Ref{ID: "webhook"})
	if failure, ok := errors.AsType[*Error](err); !ok || failure.Kind != Stopped {
		t.Errorf("got the error %v, want that it was stopped", err)
	}
	if waited := time.Since(started); waited > 5*time.Second {
		t.Errorf("waited %v", waited)
	}
}

// The call that was refused comes first; a new one must not take its place.
func TestNewCallsAreHeldBackWhileTheAPIAsksForAPause(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := path.Base(r.URL.Path)
		mu.Lock()
		asked = append(asked, id)
		first := len(asked) == 1
		mu.Unlock()
		if first {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprintf(w, `{"id":%[1]q,"data":{"id":%[1]q,"url":"https://example.com","event":"Contact.Added"}}`, id)
	}))
	t.Cleanup(api.Close)
	client := New(Options{BaseURL: api.URL, Credentials: Credentials{AccessToken: "token"}, MaxRetries: 1, RetryWait: 50 * time.Millisecond})

	var calls sync.WaitGroup
	get := func(id string) {
		if _, err := client.Get(t.Context(), Ref{ID: id}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	calls.Go(func() { get("refused") })
	for !client.pause.hasBegun() {
		runtime.Gosched()
	}
	calls.Go(func() { get("new") })
	calls.Wait()
	if want := []string{"refused", "refused", "new"}; !slices.Equal(asked, want) {
		t.Errorf("the API was asked for %v, want %v", asked, want)
	}
}

func (p *sharedPause) hasBegun() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.end.IsZero()
}

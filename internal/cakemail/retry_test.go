package cakemail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The policy per situation, for a repeatable call (read, change, archive, list) and another (create).
func TestRetry_Policy(t *testing.T) {
	failed := func(err error) error { return &url.Error{Op: "Post", URL: "https://api.example", Err: err} }
	for name, test := range map[string]struct {
		status       int
		err          error
		sent         bool
		safe, unsafe bool
	}{
		"200":                    {status: 200},
		"302":                    {status: 302},
		"401":                    {status: 401},
		"408":                    {status: 408},
		"422":                    {status: 422},
		"429":                    {status: 429, safe: true, unsafe: true},
		"500":                    {status: 500, safe: true},
		"501":                    {status: 501},
		"503":                    {status: 503, safe: true},
		"599":                    {status: 599, safe: true},
		"no connection":          {err: failed(io.EOF), safe: true, unsafe: true},
		"cut after it was sent":  {err: failed(io.EOF), sent: true, safe: true},
		"no answer in time":      {err: failed(context.DeadlineExceeded), sent: true, safe: true},
		"no connection in time":  {err: failed(context.DeadlineExceeded), safe: true, unsafe: true},
		"too large an answer":    {err: failed(errAnswerTooLarge), sent: true},
		"a challenge":            {err: errChallenge},
		"an unknown certificate": {err: failed(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})},
		"a wrong scheme":         {err: failed(errors.New("unsupported protocol scheme \"ftp\""))},
	} {
		for repeatable, want := range map[bool]bool{true: test.safe, false: test.unsafe} {
			tried := &exchange{client: New(Options{}), call: request{repeatable: repeatable}, sent: test.sent, started: time.Now()}
			var response *http.Response
			if test.err == nil {
				response = new(responseOf(test.status, nil))
			}
			if got := tried.mayRepeat(t.Context(), response, test.err); got != want {
				t.Errorf("%s, repeatable %t: got %t", name, repeatable, got)
			}
		}
	}
}

// A plan waits for what can pass, but not for a missing host. An apply waits for both.
func TestRetry_PlanningWaitsForNoHost(t *testing.T) {
	dial := func(cause error) error { return &net.OpError{Op: "dial", Err: cause} }
	for name, test := range map[string]struct {
		err  error
		once bool
	}{
		"no such host":               {dial(&net.DNSError{Err: "no such host", IsNotFound: true}), true},
		"a connection that refused":  {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), true},
		"a name server that is busy": {dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), false},
		"no connection in time":      {dial(context.DeadlineExceeded), false},
		"a cut connection":           {io.EOF, false},
		"a proxy that refused":       {&net.OpError{Op: "proxyconnect", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, true},
	} {
		isPlanning := true
		tried := &exchange{
			client: New(Options{IsPlanning: func() bool { return isPlanning }}), call: request{repeatable: true}, started: time.Now(),
		}
		whilePlanning := tried.mayRepeat(t.Context(), nil, test.err)
		isPlanning = false
		if whilePlanning == test.once || !tried.mayRepeat(t.Context(), nil, test.err) {
			t.Errorf("%s: repeated while planning: %t", name, whilePlanning)
		}
	}
}

func TestRetry_EndsWithTheTimeOrTerraform(t *testing.T) {
	unavailable := new(responseOf(503, nil))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	call := request{repeatable: true}
	client := New(Options{})
	late := &exchange{client: client, call: call, started: time.Now().Add(-MaxTotalWait - time.Second)}
	early := &exchange{client: client, call: call, started: time.Now().Add(-MaxTotalWait + time.Minute)}
	if late.mayRepeat(t.Context(), unavailable, nil) || early.mayRepeat(canceled, unavailable, nil) || !early.mayRepeat(t.Context(), unavailable, nil) {
		t.Error("a call is repeated after its time, or after Terraform stopped, or not within its time")
	}
}

func TestRetry_WaitsGrowWithJitter(t *testing.T) {
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
	for _, attempt := range []int{20, 63, 64, 1 << 30} {
		if wait := New(Options{}).backoff(shortest, MaxRetryWait, attempt, nil); wait < MaxRetryWait/2 || wait > MaxRetryWait {
			t.Errorf("attempt %d waits %v", attempt, wait)
		}
	}
}

func TestRetry_WaitsAsLongAsAskedFor(t *testing.T) {
	const shortest = 100 * time.Millisecond
	in := func(wait time.Duration) string { return time.Now().Add(wait).UTC().Format(http.TimeFormat) }
	type row struct {
		status         int
		header         string
		least, longest time.Duration
	}
	stories(t, map[string]row{
		"seconds":                     {429, "7", 7 * time.Second, 7*time.Second + shortest},
		"seconds of a 503":            {503, "7", 7 * time.Second, 7*time.Second + shortest},
		"exactly the cap":             {503, "30", MaxRetryWait, MaxRetryWait},
		"an hour":                     {429, "3600", MaxRetryWait, MaxRetryWait},
		"a date that has passed":      {429, "Fri, 31 Dec 1999 22:59:59 GMT", shortest / 2, shortest},
		"a far date":                  {429, in(1000 * time.Hour), MaxRetryWait, MaxRetryWait},
		"more than a duration holds":  {429, "9223372036854775807", MaxRetryWait, MaxRetryWait},
		"more than a number holds":    {429, "99999999999999999999999", MaxRetryWait, MaxRetryWait},
		"seconds that overflow":       {429, "18446744074", MaxRetryWait, MaxRetryWait},
		"no second":                   {429, "0", shortest / 2, shortest},
		"garbage":                     {429, "soon", shortest / 2, shortest},
		"nothing":                     {429, "", shortest / 2, shortest},
		"a status that does not mean": {500, "20", shortest / 2, shortest},
	}, func(t bubble, row row) {
		for range 20 {
			wait := New(Options{}).backoff(shortest, MaxRetryWait, 0, new(responseOf(row.status, map[string]string{"Retry-After": row.header})))
			if wait < row.least || wait > row.longest {
				t.Fatalf("waits %v, want between %v and %v", wait, row.least, row.longest)
			}
		}
	})
	// A date is by the clock of the API, which can differ.
	stories(t, map[string]time.Duration{"a date": 0, "a date, ahead": time.Hour, "a date, behind": -time.Hour}, func(t bubble, ahead time.Duration) {
		theirs := time.Now().Add(-ahead)
		header := map[string]string{"Date": theirs.UTC().Format(http.TimeFormat), "Retry-After": theirs.Add(20 * time.Second).UTC().Format(http.TimeFormat)}
		if got := retryAfter(new(responseOf(503, header))); got != 20*time.Second {
			t.Errorf("waits %v, want 20 s", got)
		}
	})
}

func busy(status int, retryAfter string) answer {
	return answer{Status: status, Header: map[string]string{"Retry-After": retryAfter}}
}

func retries(count int) func(*Options) {
	return func(options *Options) { options.MaxRetries = count }
}

// readsOf makes so many reads at once, and returns their errors and how long they took.
func readsOf(t bubble, client *Client, count int) (errs []error, took time.Duration) {
	started := time.Now()
	errs = make([]error, count)
	var group sync.WaitGroup
	for index := range errs {
		group.Go(func() { _, errs[index] = client.Get(t.Context(), Ref{ID: webhookID}) })
	}
	group.Wait()
	return errs, time.Since(started)
}

// A call that is put off has not failed, so the API's limit only costs time.
func TestRetry_WaitsItsTurn(t *testing.T) {
	story(t, "as often as it is put off", func(t bubble) {
		api := newStub(inTurn(busy(429, "2"), busy(429, "2"), busy(429, "2"), busy(429, "2"), answer{Status: 502}, answer{Body: shown}))
		errs, took := readsOf(t, api.client(retries(1)), 1)
		// The turns with their jitter, plus the shortest wait for the one failure.
		if errs[0] != nil || took > 4*(2*time.Second+DefaultRetryWait)+DefaultRetryWait {
			t.Errorf("got %v after %v", errs[0], took)
		}
	})
	story(t, "above a rate limit", func(t bubble) {
		var mu sync.Mutex
		var last time.Time
		api := newStub(func(*http.Request) answer {
			mu.Lock()
			defer mu.Unlock()
			if time.Since(last) < time.Second {
				return busy(429, "1")
			}
			last = time.Now()
			return answer{Body: shown}
		})
		errs, took := readsOf(t, api.client(retries(DefaultMaxRetries)), 20)
		if err := errors.Join(errs...); err != nil || took < 19*time.Second {
			t.Errorf("20 calls took %v, at one a second: %v", took, err)
		}
	})
	type row struct {
		header   string
		retries  int
		attempts int
		longest  time.Duration
	}
	stories(t, map[string]row{
		"but not for ever":                {"1", 4, 0, MaxTotalWait + 5*time.Second},
		"but not for an hour":             {"3600", 4, 5, 4 * MaxRetryWait},
		"but not if it is asked no time":  {"0", 4, 5, 10 * time.Second},
		"but not if it is asked for none": {"", 4, 5, 10 * time.Second},
		"but not if nothing is repeated":  {"1", 0, 1, 0},
	}, func(t bubble, row row) {
		errs, took := readsOf(t, newStub(inTurn(busy(429, row.header))).client(retries(row.retries)), 1)
		if failure := wantKind(t, errs[0], RateLimited); row.attempts > 0 && failure.Attempts != row.attempts || took > row.longest {
			t.Errorf("gave up after %v and %d attempts", took, failure.Attempts)
		}
	})
}

// The client waits for a service that is back after three seconds, whatever Retry-After says.
func TestRetry_OutlastsAShortOutage(t *testing.T) {
	stories(t, map[string]string{
		"that says nothing": "", "that asks for no time": "0", "that names a date that has passed": "Fri, 31 Dec 1999 22:59:59 GMT",
		"that names more than a duration holds": "18446744074",
	}, func(t bubble, header string) {
		back := time.Now().Add(3 * time.Second)
		api := newStub(func(*http.Request) answer {
			if time.Now().Before(back) {
				return busy(503, header)
			}
			return answer{Body: shown}
		})
		if errs, took := readsOf(t, api.client(retries(DefaultMaxRetries)), 1); errs[0] != nil {
			t.Errorf("given up after %v: %v", took, errs[0])
		}
	})
}

func TestRetry_PausesNewCallsToo(t *testing.T) {
	// The refused call comes first; a new one must not take its place.
	stories(t, map[string]answer{"while a 429 is waited for": busy(429, "3"), "while a 503 is": busy(503, "3")}, func(t bubble, refusal answer) {
		inTurn := inTurn(refusal, answer{})
		var asked []string
		api := newStub(func(r *http.Request) answer {
			id := path.Base(r.URL.Path)
			asked = append(asked, id)
			given := inTurn(r)
			if given.Status == 0 {
				given.Body = `{"id":"` + id + `","url":"https://example.com","event":"Contact.Added"}`
			}
			return given
		})
		client := api.client()
		var group sync.WaitGroup
		for _, id := range []string{"refused", "new"} {
			group.Go(func() {
				_, err := client.Get(t.Context(), Ref{ID: id})
				wantNoError(t, err)
			})
			time.Sleep(time.Second)
		}
		group.Wait()
		if want := []string{"refused", "refused", "new"}; !slices.Equal(asked, want) {
			t.Errorf("the API was asked for %v, want %v", asked, want)
		}
	})
	story(t, "after a create that got a 503, for half a minute at most", func(t bubble) {
		began, late := time.Now(), busy(503, "3600")
		late.After = time.Second
		_, err := newStub(script{"create": {late}}.api()).client(retries(0)).Create(t.Context(), 0, spec())
		// The lists of the look are held back, and each waits a moment for others.
		took := time.Since(began).Truncate(time.Second)
		if OutcomeOf(err) != OutcomeUnknown || took != late.After+MaxRetryWait+DefaultLostCreate {
			t.Errorf("got %v after %v", err, took)
		}
	})
	// A waiting call must not start in the middle of a pause that became longer.
	story(t, "although the pause gets longer", func(t bubble) {
		var pause sharedPause
		pause.extend(time.Second)
		time.AfterFunc(time.Second/2, func() { pause.extend(2 * time.Second) })
		began := time.Now()
		pause.await(t.Context())
		if took := time.Since(began); took != 2500*time.Millisecond {
			t.Errorf("waited %v, want 2.5 s", took)
		}
	})
	story(t, "until Terraform stops", func(t bubble) {
		client := newStub(script{}.api()).client()
		client.pause.extend(time.Hour)
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		began := time.Now()
		_, err := client.Get(ctx, Ref{ID: webhookID})
		wantKind(t, err, Stopped)
		if took := time.Since(began); took != time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, header := range []string{
		"", "0", "1", "30", "31", "3600", "-1", "1.5", "soon", "9223372036", "9223372037", "9223372036854775807", "18446744074", "99999999999999999999",
		"Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 UTC", " 5", "5 ", "0x10", "٣",
	} {
		f.Add(header, 429, 0)
		f.Add(header, 503, 5)
		f.Add(header, 500, 1000)
	}
	f.Fuzz(func(t *testing.T, header string, status, attempt int) {
		response := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {header}}}
		if wait := New(Options{}).backoff(DefaultRetryWait, MaxRetryWait, max(attempt, 0), response); wait < 0 || wait > MaxRetryWait {
			t.Errorf("waits %v", wait)
		}
		if wait := New(Options{}).backoff(time.Nanosecond, time.Nanosecond, max(attempt, 0), response); wait < 0 || wait > time.Nanosecond {
			t.Errorf("the shortest wait is %v", wait)
		}
	})
}

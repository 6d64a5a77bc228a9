package cakemail_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

const testToken = "token-for-tests-9f2c"

// call is one request that a stub received; its path is as escaped on the wire.
type call struct {
	Method, Path, Query, Body string
	Header                    http.Header
}

// stub is an API whose answers the test writes down.
type stub struct {
	URL     string
	handler http.Handler

	mu          sync.Mutex
	calls       []call
	connections int
}

func newStub(tb testing.TB, answer http.HandlerFunc) *stub {
	tb.Helper()
	s := &stub{}
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.record(r)
		answer(w, r)
	})
	server := httptest.NewUnstartedServer(s.handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.connections++
		}
	}
	server.Start()
	tb.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// record keeps the request and leaves its body readable.
func (s *stub) record(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Body: string(body), Header: r.Header.Clone()})
}

func (s *stub) received() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

// count tells how many requests had this method and path; "" matches any.
func (s *stub) count(method, path string) int {
	count := 0
	for _, received := range s.received() {
		if (method == "" || received.Method == method) && (path == "" || received.Path == path) {
			count++
		}
	}
	return count
}

func (s *stub) opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// client returns a client of the stub that hardly waits between repetitions.
func (s *stub) client(adjust ...func(*cakemail.Options)) *cakemail.Client {
	options := cakemail.Options{
		BaseURL:        s.URL,
		Credentials:    cakemail.Credentials{AccessToken: testToken},
		MaxRetries:     2,
		RetryWait:      time.Millisecond,
		Patience:       cakemail.Patience{LostCreate: 24 * time.Millisecond, NewWebhook: 50 * time.Millisecond},
		RequestTimeout: 10 * time.Second,
		UserAgent:      "cakemail-test/1",
	}
	for _, change := range adjust {
		change(&options)
	}
	return cakemail.New(options)
}

func withTimeout(timeout time.Duration) func(*cakemail.Options) {
	return func(options *cakemail.Options) { options.RequestTimeout = timeout }
}

func withPassword(email, password string) func(*cakemail.Options) {
	return func(options *cakemail.Options) {
		options.Credentials = cakemail.Credentials{Email: email, Password: password}
	}
}

// answer is what a stub answers: a status and body, or a cut connection.
type answer struct {
	Status int
	Header map[string]string
	Body   string
	Cut    bool
}

func (a answer) write(w http.ResponseWriter) {
	if a.Cut {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	status := a.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, a.Body)
}

// inTurn gives one answer after the other, and the last one from then on.
func inTurn(answers ...answer) http.HandlerFunc {
	var mu sync.Mutex
	next := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		current := answers[next]
		next = min(next+1, len(answers)-1)
		mu.Unlock()
		current.write(w)
	}
}

// wantKind fails the test unless err is an error of this kind, which it returns.
func wantKind(tb testing.TB, err error, kind cakemail.Kind) *cakemail.Error {
	tb.Helper()
	failure, ok := err.(*cakemail.Error) //nolint:errorlint // The client promises the type itself.
	if !ok {
		tb.Fatalf("got %v (%T), want an *Error of kind %d", err, err, kind)
	}
	if failure.Kind != kind {
		tb.Fatalf("got kind %d (%v), want %d", failure.Kind, failure, kind)
	}
	return failure
}

func wantNoError(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("unexpected error: %v", err)
	}
}

const (
	webhookID     = "11111111-2222-4333-8444-555555555555"
	webhookURL    = "https://example.com/hook"
	webhookSecret = "c2VjcmV0LW9mLXRoZS13ZWJob29r"
)

// made is a complete answer to a create.
func made(id string) answer {
	return answer{Status: http.StatusCreated, Body: `{"id":"` + id + `","url":"` + webhookURL + `","events":["A.A"],"rate_limit":50,"rate_limit_period":"second","secret":"` + webhookSecret + `"}`}
}

// shown is the answer of the reference to a show call.
const shown = `{"id":"` + webhookID + `","signature":{"key":"` + webhookSecret + `","hash_function":"sha256"},` +
	`"data":{"id":"` + webhookID + `","status":"active","event":"Contact.Added","url":"` + webhookURL + `","rate_limit":50,"rate_limit_period":"second"}}`

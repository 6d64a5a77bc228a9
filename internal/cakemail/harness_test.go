package cakemail

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bubble is a test in virtual time: waits cost nothing, and the speed of the machine does not matter.
type bubble struct{ *testing.T }

// story is a subtest in a bubble.
func story(t *testing.T, sentence string, tell func(bubble)) {
	t.Helper()
	t.Run(sentence, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { tell(bubble{t}) })
	})
}

// stories runs a story for each row of a table.
func stories[Row any](t *testing.T, rows map[string]Row, tell func(bubble, Row)) {
	t.Helper()
	for sentence, row := range rows {
		story(t, sentence, func(t bubble) { tell(t, row) })
	}
}

// answer is what an API answers after a delay: a status (0 means 200), or a cut connection.
type answer struct {
	Status int
	Header map[string]string
	Body   string
	After  time.Duration
	Cut    bool
}

// never is the delay of an API that does not answer.
const never = time.Duration(1 << 62)

// api answers the calls in a test.
type api func(*http.Request) answer

// inTurn gives one answer after the other, then repeats the last.
func inTurn(answers ...answer) api { return script{"": answers}.api() }

// script has the answers for each kind of call, in turn; "" stands for any call. Other calls are answered as by the
// reference for an empty account.
type script map[string][]answer

func (s script) api() api {
	var mu sync.Mutex
	return func(r *http.Request) answer {
		mu.Lock()
		defer mu.Unlock()
		for _, kind := range []string{kindOfCall(r), ""} {
			if answers := s[kind]; len(answers) > 0 {
				s[kind] = answers[min(1, len(answers)-1):]
				return answers[0]
			}
		}
		return map[string]answer{
			"login": {Body: `{"access_token":"access-1","token_type":"bearer"}`}, "list": {Body: `{"data":[]}`},
			"create": {Status: http.StatusCreated, Body: shown}, "read": {Body: shown}, "change": {Body: shown},
			"archive": archivedAs("true"), "unarchive": archivedAs("false"),
		}[kindOfCall(r)]
	}
}

func kindOfCall(r *http.Request) string {
	switch last := path.Base(r.URL.Path); {
	case last == "token":
		return "login"
	case last == "archive", last == "unarchive":
		return last
	case last == "webhooks":
		return map[string]string{http.MethodGet: "list", http.MethodPost: "create"}[r.Method]
	case r.Method == http.MethodPatch:
		return "change"
	}
	return "read"
}

// call is a request to an API. Its path is escaped as on the wire.
type call struct {
	Kind, Method, Path, Query, Body string
	Header                          http.Header
}

// stub is an API within the process or, as a handler, behind a real connection.
type stub struct {
	answer api
	mu     sync.Mutex
	calls  []call
}

func newStub(answers api) *stub { return &stub{answer: answers} }

// take records the request, and leaves its body readable.
func (s *stub) take(r *http.Request) answer {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	s.calls = append(s.calls, call{kindOfCall(r), r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header.Clone()})
	s.mu.Unlock()
	given := s.answer(r)
	sleep(r.Context(), given.After)
	return given
}

// RoundTrip implements [http.RoundTripper].
func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	given := s.take(r)
	switch {
	case given.After > 0 && r.Context().Err() != nil:
		return nil, r.Context().Err()
	case given.Cut:
		return nil, io.ErrUnexpectedEOF
	}
	response := httptest.NewRecorder()
	given.write(response)
	result := response.Result()
	result.Request = r
	return result, nil
}

// ServeHTTP implements [http.Handler].
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	given := s.take(r)
	if given.Cut {
		panic(http.ErrAbortHandler)
	}
	given.write(w)
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(cmp.Or(a.Status, http.StatusOK))
	_, _ = io.WriteString(w, a.Body)
}

func (s *stub) received() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

// heard returns the kinds of the calls in order.
func (s *stub) heard() string {
	var kinds []string
	for _, received := range s.received() {
		kinds = append(kinds, received.Kind)
	}
	return strings.Join(kinds, " ")
}

// wantHeard fails the test unless these are the kinds of the calls, in order.
func (s *stub) wantHeard(tb testing.TB, want string) {
	tb.Helper()
	if got := s.heard(); got != want {
		tb.Errorf("the API got the calls %q, want %q", got, want)
	}
}

// client returns a client of the stub with three attempts. Without answers, its connections are real.
func (s *stub) client(adjust ...func(*Options)) *Client {
	options := Options{BaseURL: "https://api.example", Credentials: byToken, MaxRetries: 2, UserAgent: "cakemail-test/1"}
	for _, change := range adjust {
		change(&options)
	}
	client := New(options)
	if s.answer != nil {
		client.transport = s
	}
	return client
}

// newServer serves over real connections, without a log. It is not started yet.
func newServer(tb testing.TB, handler http.Handler) *httptest.Server {
	tb.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	tb.Cleanup(server.Close)
	return server
}

const testToken = "token-for-tests-9f2c"

var (
	byToken    = Credentials{AccessToken: testToken}
	byPassword = Credentials{Email: "jane+ops@example.com", Password: `p@ss "w&rd+/=%\`}
)

func withPassword(options *Options) { options.Credentials = byPassword }

const (
	webhookID     = "11111111-2222-4333-8444-555555555555"
	webhookURL    = "https://example.com/hook"
	webhookSecret = "c2VjcmV0LW9mLXRoZS13ZWJob29r"
	// shown is the reference's answer to a show call.
	shown = `{"id":"` + webhookID + `","signature":{"key":"` + webhookSecret + `","hash_function":"sha256"},` +
		`"data":{"id":"` + webhookID + `","status":"active","event":"Contact.Added","url":"` + webhookURL +
		`","rate_limit":50,"rate_limit_period":"second"}}`
)

func shownAs(status string) answer {
	return answer{Body: strings.Replace(shown, `"status":"active"`, `"status":"`+status+`"`, 1)}
}

func archivedAs(archived string) answer {
	return answer{Body: `{"id":"` + webhookID + `","data":{"id":"` + webhookID + `"},"object":"Webhook","archived":` + archived + `}`}
}

// spec are the settings of a create that makes the shown webhook.
func spec() Settings { return Settings{URL: new(webhookURL), Events: []string{"Contact.Added"}} }

// calls are the calls on one webhook.
var calls = map[string]func(context.Context, *Client, Ref) error{
	"read": func(ctx context.Context, client *Client, ref Ref) error {
		_, err := client.Get(ctx, ref)
		return err
	},
	"change": func(ctx context.Context, client *Client, ref Ref) error {
		_, err := client.Update(ctx, ref, Settings{RateLimit: new(int64(50))})
		return err
	},
	"archive": func(ctx context.Context, client *Client, ref Ref) error {
		_, err := client.Archive(ctx, ref)
		return err
	},
}

// succeeds stands for no error.
const succeeds Kind = -1

// wantKind fails the test unless err is an error of this kind, and returns it.
func wantKind(tb testing.TB, err error, kind Kind) *Error {
	tb.Helper()
	if kind == succeeds && err == nil {
		return nil
	}
	failure, ok := err.(*Error) //nolint:errorlint //nolint:errorlint // The client promises the type itself.
	if !ok || failure.Kind != kind {
		tb.Fatalf("got %v (%T), want kind %d", err, err, kind)
	}
	return failure
}

func wantNoError(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("unexpected error: %v", err)
	}
}

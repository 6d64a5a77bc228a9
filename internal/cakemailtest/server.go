// Package cakemailtest is an in-memory Cakemail API over real HTTP, for tests, the demo and benchmarks. It serves both
// public descriptions of the API, is strict about requests, and misbehaves on demand. It shares no code with the
// client, since a fake that does proves nothing.
package cakemailtest

import (
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Form is one of the two public descriptions of the API.
type Form string

// The two descriptions.
const (
	// Reference is the OpenAPI document: one event, the secret only in the show answer, PATCH.
	Reference Form = "reference"
	// Guide is the developer guide: several events, the secret in the create answer, no PATCH.
	Guide Form = "guide"
)

// What the API knows without options.
const (
	DefaultAccessToken       = "cm-access-token-0123456789abcdef"
	DefaultEmail             = "ops@example.com"
	DefaultPassword          = `p@ss "w&rd+/=%\`
	DefaultAccountID   int64 = 1
)

// Option changes how the API is started.
type Option func(*Server)

// WithForm serves this description; the default is [Reference].
func WithForm(form Form) Option { return func(s *Server) { s.form = form } }

// WithAccessToken accepts this long-lived token instead of [DefaultAccessToken].
func WithAccessToken(token string) Option { return func(s *Server) { s.accessToken = token } }

// WithUser accepts this user instead of [DefaultEmail] and [DefaultPassword].
func WithUser(email, password string) Option {
	return func(s *Server) { s.email, s.password = email, password }
}

// WithChallenge answers every login with this status, 401 or 200, and a multi-factor challenge instead of a token.
func WithChallenge(status int) Option { return func(s *Server) { s.challenge = status } }

// WithTokenLifetime sets when issued tokens expire; the default is 432000 seconds, as seen from the real API.
func WithTokenLifetime(lifetime time.Duration) Option {
	return func(s *Server) { s.tokenLifetime = lifetime }
}

// WithRefreshRefused answers every refresh_token grant with 401.
func WithRefreshRefused() Option { return func(s *Server) { s.refreshRefused = true } }

// WithAccounts sets the accounts of the credentials instead of 1, 42 and 43; the first is their own.
func WithAccounts(ids ...int64) Option { return func(s *Server) { s.accounts = ids } }

// WithOtherToken also accepts somebody else's token, which can act only for this account.
func WithOtherToken(token string, account int64) Option {
	return func(s *Server) { s.otherToken, s.otherAccount = token, account }
}

// WithGoneStatus sets the status for unknown ids: 404 (the default), 410 or 400.
func WithGoneStatus(status int) Option { return func(s *Server) { s.goneStatus = status } }

// WithLatency waits before every answer.
func WithLatency(latency time.Duration) Option { return func(s *Server) { s.latency = latency } }

// WithPageSizeLimit silently caps per_page, and shows the limit in pagination.per_page.
func WithPageSizeLimit(limit int) Option { return func(s *Server) { s.pageSizeLimit = limit } }

// WithoutCount leaves the number of webhooks out of lists and, if [WithPageSizeLimit] caps a page, its size.
func WithoutCount() Option { return func(s *Server) { s.uncounted = true } }

// WithHabit changes each webhook that a call creates or changes.
func WithHabit(habit func(*Webhook)) Option { return func(s *Server) { s.habit = habit } }

// WithListener serves on this listener instead of a loopback port.
func WithListener(listener net.Listener) Option {
	return func(s *Server) { s.listener = listener }
}

// WithRandom sets the source of ids and secrets, so that they can be repeated.
func WithRandom(random io.Reader) Option { return func(s *Server) { s.random = random } }

// WithFaults asks for a fault for each call as it arrives, without holding a lock; nil means none. Faults from
// [Server.SetFaults] come first.
func WithFaults(faults func(Call) *Fault) Option { return func(s *Server) { s.drawn = faults } }

// WithReport reports each call as soon as its answer is known.
func WithReport(report func(Call)) Option { return func(s *Server) { s.report = report } }

// WithoutCalls keeps no log of the calls, which would grow for as long as the API runs.
func WithoutCalls() Option { return func(s *Server) { s.withoutCalls = true } }

// Server is the API. It is safe for concurrent use.
type Server struct {
	form           Form
	accessToken    string
	email          string
	password       string
	challenge      int
	tokenLifetime  time.Duration
	refreshRefused bool
	accounts       []int64
	otherToken     string
	otherAccount   int64
	goneStatus     int
	latency        time.Duration
	pageSizeLimit  int
	uncounted      bool
	habit          func(*Webhook)
	listener       net.Listener
	random         io.Reader
	drawn          func(Call) *Fault
	report         func(Call)
	withoutCalls   bool

	http *httptest.Server
	// closing ends every delay.
	closing chan struct{}

	mu          sync.Mutex
	connections int
	calls       []*Call
	faults      []*activeFault
	webhooks    []*Webhook
	lastNumber  int
	tokens      map[string]time.Time
	refreshes   map[string]bool
	issued      []string
}

// Start starts the API, which is ready when Start returns.
func Start(options ...Option) *Server {
	server := &Server{
		form:          Reference,
		accessToken:   DefaultAccessToken,
		email:         DefaultEmail,
		password:      DefaultPassword,
		tokenLifetime: 432000 * time.Second,
		accounts:      []int64{DefaultAccountID, 42, 43},
		goneStatus:    http.StatusNotFound,
		habit:         func(*Webhook) {},
		random:        rand.Reader,
		drawn:         func(Call) *Fault { return nil },
		report:        func(Call) {},
		closing:       make(chan struct{}),
		tokens:        map[string]time.Time{},
		refreshes:     map[string]bool{},
	}
	for _, option := range options {
		option(server)
	}
	server.issued = []string{server.accessToken, server.password}
	if server.otherToken != "" {
		server.issued = append(server.issued, server.otherToken)
	}
	server.http = &httptest.Server{Listener: server.listener, Config: &http.Server{}}
	if server.listener == nil {
		server.http = httptest.NewUnstartedServer(nil)
	}
	server.http.Config.Handler = http.HandlerFunc(server.serve)
	server.http.Config.ConnState = server.countConnection
	server.http.Start()
	return server
}

// Close ends the API and every delay.
func (s *Server) Close() {
	close(s.closing)
	s.http.CloseClientConnections()
	s.http.Close()
}

// URL is the API's address on loopback.
func (s *Server) URL() string { return s.http.URL }

func (s *Server) countConnection(_ net.Conn, state http.ConnState) {
	if state != http.StateNew {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections++
}

// Connections returns the number of TCP connections accepted since the start.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Issued returns every token, password and webhook secret that ever existed here.
func (s *Server) Issued() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issued)
}

// maxBody is far above what any call needs.
const maxBody = 1 << 20

func (s *Server) serve(writer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(io.LimitReader(request.Body, maxBody))
	if err != nil {
		return
	}
	call := s.record(request, body)
	s.wait(s.latency)
	fault := s.faultFor(call)
	if fault == nil {
		s.finish(call, writer, s.answer(call, request, 0))
		return
	}
	s.markFaulted(call)
	var normal answer
	if fault.Processed {
		normal = s.answer(call, request, fault.Lag)
	}
	s.wait(fault.Delay)
	if !fault.Processed && !fault.replaces() {
		normal = s.answer(call, request, fault.Lag)
	}
	if fault.Later > 0 {
		time.AfterFunc(fault.Later, func() { s.answer(call, request, 0) })
	}
	s.misbehave(call, writer, *fault, normal)
}

func (s *Server) markFaulted(call *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.Faulted = true
}

// wait pauses, until the server closes at the latest.
func (s *Server) wait(pause time.Duration) {
	if pause <= 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	}
}

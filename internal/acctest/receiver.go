package acctest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// UrlCredentials are in the webhooks' urls, and no text may show them.
const UrlCredentials = "geheim-in-the-url"

// Receiver listens at a webhook's url, and keeps what it gets.
type Receiver struct {
	Server *httptest.Server

	Mu       sync.Mutex
	Received []Posted
}

// Posted is one request that a receiver got.
type Posted struct {
	Method, Path, User, Body string
	Header                   http.Header
}

// NewReceiver starts a receiver that runs until the test ends.
func NewReceiver(t *testing.T, answer http.HandlerFunc) *Receiver {
	t.Helper()
	r := &Receiver{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.keep(request)
		answer(w, request)
	}))
	r.Server.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.Server.Start()
	t.Cleanup(r.Server.Close)
	return r
}

func (r *Receiver) keep(request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	user, _, _ := request.BasicAuth()
	r.Mu.Lock()
	defer r.Mu.Unlock()
	r.Received = append(r.Received, Posted{request.Method, request.URL.Path, user, string(body), request.Header.Clone()})
}

// Deliveries returns what was posted so far.
func (r *Receiver) Deliveries() []Posted {
	r.Mu.Lock()
	defer r.Mu.Unlock()
	return append([]Posted(nil), r.Received...)
}

// Genuine reports whether both headers sign the body with this secret.
func (p Posted) Genuine(secret string) bool {
	return cakemail.Verify([]byte(p.Body), p.Header.Get("X-Cakemail-Signature"), secret) && cakemail.Verify([]byte(p.Body), p.Header.Get("X-Signature"), secret)
}

// Verifying accepts deliveries that are signed with the secret of an active webhook.
func (w *World) Verifying(t *testing.T) *Receiver {
	t.Helper()
	var r *Receiver
	r = NewReceiver(t, func(answer http.ResponseWriter, _ *http.Request) {
		deliveries := r.Deliveries()
		for _, webhook := range w.API.Active() {
			if deliveries[len(deliveries)-1].Genuine(webhook.Secret) {
				answer.WriteHeader(http.StatusNoContent)
				return
			}
		}
		answer.WriteHeader(http.StatusUnauthorized)
	})
	return r
}

// Echoing answers with everything that it got, wherever an answer can hold it.
func Echoing(status int) http.HandlerFunc {
	return func(answer http.ResponseWriter, request *http.Request) {
		echo := request.URL.String() + " " + request.Header.Get("Authorization") + " " + request.Header.Get("X-Signature")
		answer.Header().Set("X-Echo", echo)
		answer.Header().Set("X-Request-Id", UrlCredentials)
		answer.Header().Set("Location", "/elsewhere?"+request.URL.RawQuery)
		answer.WriteHeader(status)
		_, _ = io.WriteString(answer, echo)
	}
}

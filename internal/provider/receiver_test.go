package provider_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// urlCredentials stand in the webhooks' urls, where no text may show them.
const urlCredentials = "geheim-in-the-url"

// receiver is what listens at a webhook's url, and keeps what it was posted.
type receiver struct {
	server *httptest.Server

	mu       sync.Mutex
	received []posted
}

// posted is one request that a receiver got.
type posted struct {
	method, path, user, body string
	header                   http.Header
}

// newReceiver starts a receiver that lives as long as the test.
func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.keep(request)
		answer(w, request)
	}))
	r.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.server.Start()
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) keep(request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	user, _, _ := request.BasicAuth()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received = append(r.received, posted{request.Method, request.URL.Path, user, string(body), request.Header.Clone()})
}

func (r *receiver) deliveries() []posted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]posted(nil), r.received...)
}

// genuine tells whether both headers sign the body with this secret.
func (p posted) genuine(secret string) bool {
	return cakemail.Verify([]byte(p.body), p.header.Get("X-Cakemail-Signature"), secret) && cakemail.Verify([]byte(p.body), p.header.Get("X-Signature"), secret)
}

// verifying accepts what is signed with the secret of an active webhook.
func (w *world) verifying(t *testing.T) *receiver {
	t.Helper()
	var r *receiver
	r = newReceiver(t, func(answer http.ResponseWriter, _ *http.Request) {
		deliveries := r.deliveries()
		for _, webhook := range w.api.Active() {
			if deliveries[len(deliveries)-1].genuine(webhook.Secret) {
				answer.WriteHeader(http.StatusNoContent)
				return
			}
		}
		answer.WriteHeader(http.StatusUnauthorized)
	})
	return r
}

// echoing answers with everything that it was sent, wherever an answer can hold it.
func echoing(status int) http.HandlerFunc {
	return func(answer http.ResponseWriter, request *http.Request) {
		echo := request.URL.String() + " " + request.Header.Get("Authorization") + " " + request.Header.Get("X-Signature")
		answer.Header().Set("X-Echo", echo)
		answer.Header().Set("X-Request-Id", urlCredentials)
		answer.Header().Set("Location", "/elsewhere?"+request.URL.RawQuery)
		answer.WriteHeader(status)
		_, _ = io.WriteString(answer, echo)
	}
}

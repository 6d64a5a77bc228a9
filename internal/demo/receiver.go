package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// receiver is the program at a webhook's url. It accepts only what is signed with its secret.
type receiver struct {
	server   *httptest.Server
	mu       sync.Mutex
	secret   string
	accepted delivery
}

// delivery is a delivery that the receiver got.
type delivery struct {
	path, signature string
	body            []byte
}

func startReceiver() *receiver {
	started := &receiver{}
	started.server = httptest.NewServer(started)
	return started
}

func (r *receiver) close() { r.server.Close() }

func (r *receiver) url(path string) string { return r.server.URL + path }

// trust sets the secret to verify deliveries with.
func (r *receiver) trust(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

// lastAccepted returns the last delivery that was accepted.
func (r *receiver) lastAccepted() delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted
}

// ServeHTTP implements [http.Handler].
func (r *receiver) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		answer.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	signature := cmp.Or(request.Header.Get("X-Cakemail-Signature"), request.Header.Get("X-Signature"))
	// Without this check, a signature with the empty secret would verify.
	if r.secret == "" || !cakemail.Verify(body, signature, r.secret) {
		answer.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.accepted = delivery{request.URL.Path, signature, body}
	answer.WriteHeader(http.StatusNoContent)
}

// post sends a delivery to the receiver, and returns the answer's status.
func (r *receiver) post(ctx context.Context, path string, body []byte, signature string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url(path), bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("building the delivery: %w", err)
	}
	request.Header.Set("X-Cakemail-Signature", signature)
	response, err := r.server.Client().Do(request)
	if err != nil {
		return 0, fmt.Errorf("sending the delivery: %w", err)
	}
	defer response.Body.Close()
	return response.StatusCode, nil
}

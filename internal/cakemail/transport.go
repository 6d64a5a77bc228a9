package cakemail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// maxAnswerBytes is the largest answer that is read; a page of 50 webhooks with
// the longest possible URLs is a tenth of it.
const maxAnswerBytes = 1 << 20

var errAnswerTooLarge = errors.New("the answer is larger than 1 MiB")

// exchange is what the layers below know of one call and its repetitions.
type exchange struct {
	// repeatable calls may be sent again although they may have been processed.
	repeatable bool
	// shielded attempts are not cut short when Terraform stops.
	shielded bool
	started  time.Time
	attempts int
	// failures are the attempts that count: not those that were put off.
	failures int
	// sent tells whether the last attempt got as far as a connection.
	sent bool
	// login tells that it is a token request, of which nothing is ever shown.
	login bool
	// answered tells that a token request got an answer, readable or not.
	answered bool
}

type exchangeKey struct{}

func withExchange(ctx context.Context, exchange *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, exchange)
}

// exchangeFrom returns an exchange that nobody reads when ctx holds none.
func exchangeFrom(ctx context.Context) *exchange {
	if found, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return found
	}
	return &exchange{started: time.Now()}
}

type finishingKey struct{}

// Finishing returns a context whose calls are made although ctx is canceled, so
// that what has begun can be recorded. Once ctx is canceled, such a call gets one attempt.
func Finishing(ctx context.Context) context.Context {
	return context.WithValue(ctx, finishingKey{}, true)
}

func isFinishing(ctx context.Context) bool {
	return ctx.Value(finishingKey{}) != nil
}

// attemptTransport makes one attempt: bounded in time and size, logged, and its
// answer read completely, so that an answer cut short is an error of the attempt.
type attemptTransport struct {
	base    http.RoundTripper
	timeout time.Duration
	secrets *mask.Secrets
}

// RoundTrip implements [http.RoundTripper].
func (t *attemptTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, exchange := request.Context(), exchangeFrom(request.Context())
	if exchange.shielded {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})

	exchange.attempts++
	started := time.Now()
	sent := request.WithContext(ctx)
	if !exchange.repeatable {
		// net/http sends a body again by itself where it can, such as after HTTP/2's GOAWAY.
		sent.GetBody = nil
	}
	response, err := t.base.RoundTrip(sent)
	var body []byte
	if err == nil {
		body, err = bufferBody(response)
	}
	exchange.sent = connected.Load()
	t.log(request, response, body, err, time.Since(started))
	if err != nil {
		return nil, err
	}
	return response, nil
}

// bufferBody replaces the answer's body by its bytes, which it returns.
func bufferBody(response *http.Response) ([]byte, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswerBytes {
		return nil, errAnswerTooLarge
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

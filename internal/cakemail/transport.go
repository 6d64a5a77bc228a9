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
)

const (
	// maxAnswerBytes is the largest answer about one webhook.
	maxAnswerBytes = 1 << 20
	// maxListBytes has room for 10,000 webhooks with the longest possible URLs, since an API may send its list in one page.
	maxListBytes = 32 << 20
)

var errAnswerTooLarge = errors.New("the answer is too large")

// exchange is one call with its retries. Each attempt is logged and bounded in time and size. Its answer is
// read completely, so that an answer cut short is an error of the attempt.
type exchange struct {
	client   *Client
	call     request
	started  time.Time
	attempts int
	// failures are the attempts that count, without those that were put off.
	failures int
	// sent reports whether the last attempt got a connection.
	sent bool
}

func (c *Client) newExchange(call request) *exchange {
	return &exchange{client: c, call: call, started: time.Now()}
}

// RoundTrip implements [http.RoundTripper]: it makes one attempt.
func (e *exchange) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if e.call.finishes || e.call.method != http.MethodGet && !e.call.isLogin {
		// A call that may change something is not cut short when Terraform stops.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, e.client.timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})

	e.attempts++
	started := time.Now()
	sent := request.WithContext(ctx)
	if !e.call.repeatable {
		// With GetBody, net/http may send a body again by itself, such as after HTTP/2's GOAWAY.
		sent.GetBody = nil
	}
	response, err := e.client.transport.RoundTrip(sent)
	var body []byte
	if err == nil {
		body, err = bufferBody(response, e.call.maxAnswer())
	}
	e.sent = connected.Load()
	e.log(request, response, body, err, time.Since(started))
	if err != nil {
		return nil, err
	}
	return response, nil
}

// maxAnswer is the largest answer, in bytes. A GET that names no webhook is a list.
func (r request) maxAnswer() int64 {
	if r.method == http.MethodGet && r.id == "" {
		return maxListBytes
	}
	return maxAnswerBytes
}

// bufferBody reads the answer's body, returns it, and puts it back.
func bufferBody(response *http.Response, most int64) ([]byte, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > most {
		return nil, errAnswerTooLarge
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

package cakemail

import (
	"context"
	"crypto/tls"
	"errors"
	"math"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// DefaultRetryWait is the shortest wait before the first retry.
	DefaultRetryWait = 500 * time.Millisecond
	// MaxRetryWait caps a single wait, even one that the API asked for with Retry-After.
	MaxRetryWait = 30 * time.Second
	// MaxTotalWait is the time after the first attempt from which on no wait begins.
	MaxTotalWait = 2 * time.Minute
)

// retrying returns the HTTP client that makes the attempts of the call.
func (e *exchange) retrying() *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: e, CheckRedirect: refuseRedirect},
		RetryMax:     math.MaxInt32, // CheckRetry counts.
		RetryWaitMin: e.client.retryWait,
		RetryWaitMax: MaxRetryWait,
		CheckRetry:   e.checkRetry,
		Backoff:      e.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

func (e *exchange) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	again := e.mayRepeat(ctx, response, err)
	if !waitsItsTurn(response) {
		e.failures++
	}
	return again && e.client.maxRetries > 0 && e.failures <= e.client.maxRetries, nil
}

func (e *exchange) backoff(shortest, longest time.Duration, _ int, response *http.Response) time.Duration {
	wait := e.client.backoff(shortest, longest, max(e.failures-1, 0), response)
	if retryAfter(response) > 0 {
		e.client.pause.extend(wait + shortest)
	}
	return wait
}

// refuseRedirect returns a redirect to the caller: to follow it could carry the token or the password to
// another host, or turn a POST into a GET.
func refuseRedirect(*http.Request, []*http.Request) error {
	return http.ErrUseLastResponse
}

// mayRepeat is the retry policy. Every call is retried after a 429 and after failures before the request was
// sent. What may have been processed, such as any 5xx, is retried only if that is safe.
func (e *exchange) mayRepeat(ctx context.Context, response *http.Response, err error) bool {
	if ctx.Err() != nil || time.Since(e.started) > MaxTotalWait {
		return false
	}
	if errors.Is(err, errAnswerTooLarge) || errors.Is(err, errChallenge) || neverHeals(err) {
		return false
	}
	if isUnconnected(err) && e.client.isPlanning() {
		return false
	}
	if err == nil && response.StatusCode == http.StatusTooManyRequests {
		return true
	}
	if !e.call.repeatable && (err == nil || e.sent) {
		return false
	}
	// The library knows more failures that retries cannot heal, such as a refused certificate.
	retry, _ := retryablehttp.DefaultRetryPolicy(ctx, response, err)
	return retry
}

// neverHeals recognises failures that the library retries although the next attempt would fail too.
func neverHeals(err error) bool {
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "remote error" {
		// A TLS alert refuses this client, such as one without a certificate.
		return operation.Err.Error() != "tls: internal error"
	}
	_, noAddress := errors.AsType[*net.AddrError](err)
	return noAddress || isPlainPort(err) || isTLSPort(err)
}

// isUnconnected recognises a host that does not exist or refuses connections, unless the network says that this can pass.
func isUnconnected(err error) bool {
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && (operation.Op == "dial" || operation.Op == "proxyconnect") && !operation.Temporary()
}

// isPlainPort recognises a port that does not speak TLS.
func isPlainPort(err error) bool {
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	return noTLS || errors.Is(err, http.ErrSchemeMismatch)
}

// isTLSPort recognises the alert with which a TLS port answers plain HTTP.
func isTLSPort(err error) bool {
	return err != nil && strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`)
}

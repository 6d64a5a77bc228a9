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
	// DefaultRetryWait is the shortest wait before the first repetition.
	DefaultRetryWait = 500 * time.Millisecond
	// MaxRetryWait caps a single wait, also one that the API asked for with Retry-After.
	MaxRetryWait = 30 * time.Second
	// MaxTotalWait is the time after the first attempt from which on no further wait begins.
	MaxTotalWait = 2 * time.Minute
)

// retrying returns what makes the attempts of one call.
func (c *Client) retrying(exchange *exchange) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   c.http,
		RetryMax:     math.MaxInt32, // CheckRetry counts.
		RetryWaitMin: c.retryWait,
		RetryWaitMax: MaxRetryWait,
		CheckRetry: func(ctx context.Context, response *http.Response, err error) (bool, error) {
			again := shouldRetry(ctx, response, err)
			if !waitsItsTurn(response) {
				exchange.failures++
			}
			return again && c.maxRetries > 0 && exchange.failures <= c.maxRetries, nil
		},
		Backoff: func(shortest, longest time.Duration, _ int, response *http.Response) time.Duration {
			wait := c.backoff(shortest, longest, max(exchange.failures-1, 0), response)
			if retryAfter(response) > 0 {
				c.pause.extend(wait + shortest)
			}
			return wait
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// refuseRedirect hands a redirect to the caller: following one could carry the
// token or the password to another host, or turn a POST into a GET.
func refuseRedirect(*http.Request, []*http.Request) error {
	return http.ErrUseLastResponse
}

// shouldRetry is the retry policy: 429 and failures before the request was sent
// for every call; what may have been processed only where that is safe, and any 5xx may.
func shouldRetry(ctx context.Context, response *http.Response, err error) bool {
	exchange := exchangeFrom(ctx)
	if ctx.Err() != nil || time.Since(exchange.started) > MaxTotalWait {
		return false
	}
	if errors.Is(err, errAnswerTooLarge) || errors.Is(err, errChallenge) || neverHeals(err) {
		return false
	}
	if err == nil && response.StatusCode == http.StatusTooManyRequests {
		return true
	}
	if !exchange.repeatable && (err == nil || exchange.sent) {
		return false
	}
	// The library knows more failures that never heal, such as a refused certificate.
	retry, _ := retryablehttp.DefaultRetryPolicy(ctx, response, err)
	return retry
}

// neverHeals tells of failures that the library repeats although the next
// attempt cannot end otherwise.
func neverHeals(err error) bool {
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "remote error" {
		// An alert of TLS refuses this client, such as one without a certificate.
		return operation.Err.Error() != "tls: internal error"
	}
	_, noAddress := errors.AsType[*net.AddrError](err)
	return noAddress || isPlainPort(err) || isTLSPort(err)
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

package cakemail

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
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

func newRetryingClient(client *Client, transport http.RoundTripper) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: transport, CheckRedirect: refuseRedirect},
		RetryMax:     client.maxRetries,
		RetryWaitMin: client.retryWait,
		RetryWaitMax: MaxRetryWait,
		CheckRetry:   shouldRetry,
		Backoff: func(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
			wait := backoff(shortest, longest, attempt, response)
			if askedToWait(response) {
				client.pause.extend(wait + shortest)
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

// shouldRetry is the retry policy: 429, 503 and failures before the request was
// sent for every call; what may have been processed only where that is safe.
func shouldRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	exchange := exchangeFrom(ctx)
	if ctx.Err() != nil || time.Since(exchange.started) > MaxTotalWait {
		return false, nil
	}
	if errors.Is(err, errAnswerTooLarge) || errors.Is(err, errChallenge) {
		return false, nil
	}
	if err == nil && (response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable) {
		return true, nil
	}
	if !exchange.repeatable && (err == nil || exchange.sent) {
		return false, nil
	}
	// The library knows the failures that never heal, such as a refused certificate.
	retry, _ := retryablehttp.DefaultRetryPolicy(ctx, response, err)
	return retry, nil
}

// backoff doubles from one wait to the next, or waits as long as Retry-After
// asks, both with jitter so that parallel calls spread, and capped.
func backoff(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(shortest, longest, attempt, response)
	if wait < 0 || wait > longest {
		wait = longest
	}
	if askedToWait(response) {
		return min(wait+rand.N(shortest), longest)
	}
	return wait/2 + rand.N(wait/2+1)
}

func askedToWait(response *http.Response) bool {
	return response != nil && response.Header.Get("Retry-After") != ""
}

// sharedPause holds new calls back after the API has asked one for a pause, until
// the refused calls have had their turn. Otherwise a new call could take the
// place of one that waits, again and again until that one gives up.
type sharedPause struct {
	mu  sync.Mutex
	end time.Time
}

func (p *sharedPause) extend(duration time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end := time.Now().Add(duration); end.After(p.end) {
		p.end = end
	}
}

// await returns at once when there is no pause, and early when ctx is canceled.
func (p *sharedPause) await(ctx context.Context) {
	p.mu.Lock()
	remaining := time.Until(p.end)
	p.mu.Unlock()
	if remaining > 0 {
		sleep(ctx, remaining)
	}
}

// waitBefore waits before the nth repetition of something that is not a single
// call; it ends early when ctx is canceled.
func (c *Client) waitBefore(ctx context.Context, attempt int) {
	sleep(ctx, backoff(c.retryWait, MaxRetryWait, attempt, nil))
}

func sleep(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

package cakemail

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// backoff doubles each wait, with jitter so that parallel calls spread. Retry-After can only make it longer.
func (c *Client) backoff(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(shortest, longest, attempt, nil)
	wait = wait/2 + c.jitter(wait/2+1)
	if asked := retryAfter(response); asked > 0 {
		wait = max(wait, asked+c.jitter(shortest))
	}
	return min(wait, longest)
}

// retryAfter is how long the answer asks to wait, or 0.
func retryAfter(response *http.Response) time.Duration {
	if response == nil || response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	const longest = time.Hour
	header := response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(longest/time.Second))) * time.Second
	}
	date, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	// The time is by the API's own clock.
	now, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, min(date.Sub(now), longest))
}

// waitsItsTurn reports whether the API has put the call off for a wait that is short enough. Such an attempt
// has not failed.
func waitsItsTurn(response *http.Response) bool {
	asked := retryAfter(response)
	return asked > 0 && asked <= MaxRetryWait && response.StatusCode == http.StatusTooManyRequests
}

// sharedPause holds new calls back after the API has asked for a pause, until the refused calls have had
// their turn. Otherwise new calls could take the place of a waiting call until it gives up.
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

// await returns at once if there is no pause, and early if ctx is canceled.
func (p *sharedPause) await(ctx context.Context) {
	for remaining := p.remaining(); remaining > 0 && ctx.Err() == nil; remaining = p.remaining() {
		sleep(ctx, remaining)
	}
}

func (p *sharedPause) remaining() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.end)
}

// sleep returns early if ctx is canceled.
func sleep(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

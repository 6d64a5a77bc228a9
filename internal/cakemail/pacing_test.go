package cakemail

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func busy(request *http.Request, status int, retryAfter string) *http.Response {
	response := answerWith(request, status, "")
	response.Header.Set("Retry-After", retryAfter)
	return response
}

const oneWebhook = `{"id":"w1","url":"https://a.example/","event":"A.A"}`

// What the API puts off is no failed attempt, so its limit only takes time.
func TestCallsAboveARateLimitWaitTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var last time.Time
		client := clientOf(func(request *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if time.Since(last) < time.Second {
				return busy(request, 429, "1"), nil
			}
			last = time.Now()
			return answerWith(request, 200, oneWebhook), nil
		}, Options{Credentials: Credentials{AccessToken: "token"}, MaxRetries: DefaultMaxRetries})

		failures, took := failuresOf(client, 20)

		for _, err := range failures {
			if err != nil {
				t.Errorf("got %v", err)
			}
		}
		if took < 19*time.Second {
			t.Errorf("20 calls took only %v, at one a second", took)
		}
	})
}

func TestWaitingOnesTurnHasAnEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header   string
		retries  int
		attempts int
		longest  time.Duration
	}{
		"always put off":            {"1", 4, 0, MaxTotalWait + 5*time.Second},
		"put off for too long":      {"3600", 4, 5, 4 * MaxRetryWait},
		"asked for no time":         {"0", 4, 5, 10 * time.Second},
		"nothing is repeated":       {"1", 0, 1, 0},
		"not asked for any time":    {"", 4, 5, 10 * time.Second},
		"asked for what is no time": {"soon", 4, 5, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := clientOf(func(request *http.Request) (*http.Response, error) {
					return busy(request, 429, test.header), nil
				}, Options{Credentials: Credentials{AccessToken: "token"}, MaxRetries: test.retries})

				failures, took := failuresOf(client, 1)

				failure, ok := errors.AsType[*Error](failures[0])
				if !ok || failure.Kind != RateLimited || test.attempts > 0 && failure.Attempts != test.attempts {
					t.Errorf("got %+v, want %d attempts", failure, test.attempts)
				}
				if took > test.longest {
					t.Errorf("gave up after %v, want at most %v", took, test.longest)
				}
			})
		})
	}
}

// A service that is back after three seconds is not given up, whatever it says of when.
func TestAServiceThatIsBackSoonIsNotGivenUp(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"no time":                    func() string { return "0" },
		"nothing":                    func() string { return "" },
		"a date that has passed":     func() string { return time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat) },
		"more than a duration holds": func() string { return "18446744074" },
		"more than a number holds":   func() string { return "99999999999999999999999" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				back := time.Now().Add(3 * time.Second)
				client := clientOf(func(request *http.Request) (*http.Response, error) {
					if time.Now().Before(back) {
						return busy(request, 503, header()), nil
					}
					return answerWith(request, 200, oneWebhook), nil
				}, Options{Credentials: Credentials{AccessToken: "token"}, MaxRetries: DefaultMaxRetries})

				if failures, took := failuresOf(client, 1); failures[0] != nil {
					t.Errorf("given up after %v: %v", took, failures[0])
				}
			})
		})
	}
}

// A date is meant by the clock of the API, which can differ from this one.
func TestADateIsReadByTheClockOfTheAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, ahead := range map[string]time.Duration{"ahead": time.Hour, "right": 0, "behind": -time.Hour} {
			theirs := time.Now().Add(-ahead)
			response := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{
				"Date":        {theirs.UTC().Format(http.TimeFormat)},
				"Retry-After": {theirs.Add(20 * time.Second).UTC().Format(http.TimeFormat)},
			}}
			if got := retryAfter(response); got != 20*time.Second {
				t.Errorf("the local clock is %s: waits %v, want 20 s", name, got)
			}
		}
	})
}

func TestWhatWaitsIsNotCountedAsFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var attempts atomic.Int32
		client := clientOf(func(request *http.Request) (*http.Response, error) {
			switch number := attempts.Add(1); {
			case number <= 5:
				return busy(request, 429, "2"), nil
			case number == 6:
				return answerWith(request, 502, ""), nil
			default:
				return answerWith(request, 200, oneWebhook), nil
			}
		}, Options{Credentials: Credentials{AccessToken: "token"}, MaxRetries: 1})

		failures, took := failuresOf(client, 1)

		// Five turns of 2 s and their jitter, and the shortest backoff for the one failure.
		if failures[0] != nil || took > 5*(2*time.Second+DefaultRetryWait)+DefaultRetryWait {
			t.Errorf("got %v after %v", failures[0], took)
		}
	})
}

// A call that waits already must not set out in the middle of a pause that got longer.
func TestAPauseThatGetsLongerIsWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var pause sharedPause
		pause.extend(time.Second)
		time.AfterFunc(time.Second/2, func() { pause.extend(2 * time.Second) })
		began := time.Now()

		pause.await(t.Context())

		if took := time.Since(began); took != 2500*time.Millisecond {
			t.Errorf("waited %v, want 2.5 s", took)
		}
	})
}

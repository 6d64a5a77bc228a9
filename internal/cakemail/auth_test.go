package cakemail_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

const (
	testEmail    = "jane+ops@example.com"
	testPassword = `p@ss "w&rd+/=%\`
)

// login is an API that hands out the tokens access-1, access-2 and so on, and
// accepts the newest alone.
type login struct {
	*stub
	mu             sync.Mutex
	issued         int
	refusesRefresh bool
	lifetime       int
}

func newLogin(t *testing.T) *login {
	t.Helper()
	l := &login{lifetime: 432000}
	l.stub = newStub(t, func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch {
		case r.URL.Path == "/token" && l.refusesRefresh && r.PostFormValue("grant_type") == "refresh_token":
			answer{Status: 401, Body: `{"detail":[{"msg":"expired","type":"unauthorized"}]}`}.write(w)
		case r.URL.Path == "/token":
			l.issued++
			answer{Body: fmt.Sprintf(`{"access_token":"access-%d","token_type":"bearer","expires_in":%d,"refresh_token":"refresh-%d","accounts":[1]}`, l.issued, l.lifetime, l.issued)}.write(w)
		case r.Header.Get("Authorization") != fmt.Sprintf("Bearer access-%d", l.issued):
			answer{Status: 401, Body: `{"detail":"Not authenticated"}`}.write(w)
		default:
			answer{Body: shown}.write(w)
		}
	})
	return l
}

// expire makes the API refuse every token that it has handed out.
func (l *login) expire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.issued++
}

// grants are the forms of the token requests.
func (l *login) grants(t *testing.T) []url.Values {
	t.Helper()
	var grants []url.Values
	for _, received := range l.received() {
		if received.Path != "/token" {
			continue
		}
		form, err := url.ParseQuery(received.Body)
		wantNoError(t, err)
		grants = append(grants, form)
	}
	return grants
}

func TestAnAccessTokenNeedsNoLoginAndIsNotAskedTwice(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Status: 401, Body: `{"detail":"Not authenticated"}`}))

	_, err := api.client().Get(t.Context(), cakemail.Ref{ID: webhookID})

	failure := wantKind(t, err, cakemail.Unauthorized)
	if failure.Action != "read the webhook" || failure.Message != "Not authenticated" {
		t.Errorf("got %+v", failure)
	}
	if got := len(api.received()); got != 1 {
		t.Errorf("got %d calls, want one", got)
	}
}

func TestAnAccessTokenComesBeforeAPassword(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Body: shown}))
	client := api.client(func(options *cakemail.Options) {
		options.Credentials.Email, options.Credentials.Password = testEmail, testPassword
	})

	_, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})

	wantNoError(t, err)
	if got := api.count("", "/token"); got != 0 {
		t.Errorf("got %d logins", got)
	}
}

func TestOneLoginServesManyConcurrentCalls(t *testing.T) {
	t.Parallel()
	api := newLogin(t)
	client := api.client(withPassword(testEmail, testPassword))

	inParallel(t, 30, func() error {
		_, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})
		return err
	})

	grants := api.grants(t)
	if len(grants) != 1 {
		t.Fatalf("got %d logins, want one", len(grants))
	}
	want := url.Values{"grant_type": {"password"}, "username": {testEmail}, "password": {testPassword}}
	if grants[0].Encode() != want.Encode() {
		t.Errorf("got the form %v, want %v", grants[0], want)
	}
	request := api.received()[0]
	if request.Header.Get("Authorization") != "" || request.Header.Get("User-Agent") != "cakemail-test/1" || request.Query != "" {
		t.Errorf("the login is %+v", request)
	}
}

// inParallel makes so many calls at once.
func inParallel(t *testing.T, count int, call func() error) {
	t.Helper()
	var group sync.WaitGroup
	for range count {
		group.Go(func() {
			if err := call(); err != nil {
				t.Errorf("unexpected error: %v", err)
			}
		})
	}
	group.Wait()
}

func TestAnExpiredTokenIsRenewedOnceAndTheCallsRepeated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusesRefresh bool
		want           []string
	}{
		"by the refresh token":    {false, []string{"password", "refresh_token"}},
		"or else by the password": {true, []string{"password", "refresh_token", "password"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newLogin(t)
			api.refusesRefresh = test.refusesRefresh
			client := api.client(withPassword(testEmail, testPassword))
			_, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})
			wantNoError(t, err)

			api.expire()
			inParallel(t, 20, func() error {
				_, err := client.Archive(t.Context(), cakemail.Ref{ID: webhookID})
				if cakemail.IsKind(err, cakemail.Unreadable) {
					return nil // The stub shows an active webhook.
				}
				return err
			})

			var got []string
			for _, grant := range api.grants(t) {
				got = append(got, grant.Get("grant_type"))
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") {
				t.Errorf("got the logins %v, want %v", got, test.want)
			}
			if refresh := api.grants(t)[1].Get("refresh_token"); refresh != "refresh-1" {
				t.Errorf("got the refresh token %q", refresh)
			}
		})
	}
}

func TestATokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	api := newLogin(t)
	api.lifetime = 5
	client := api.client(withPassword(testEmail, testPassword))
	for range 2 {
		_, err := client.Get(t.Context(), cakemail.Ref{ID: webhookID})
		wantNoError(t, err)
	}
	if got := api.count("GET", "/webhooks/"+webhookID); got != 2 {
		t.Errorf("got %d calls: the API refused a token", got)
	}
	if got := len(api.grants(t)); got != 2 {
		t.Errorf("got %d logins, want two", got)
	}
}

func TestASecondRefusalIsFinalForTheCall(t *testing.T) {
	t.Parallel()
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			answer{Body: `{"access_token":"access-1","token_type":"bearer"}`}.write(w)
			return
		}
		answer{Status: 401}.write(w)
	})

	_, err := api.client(withPassword(testEmail, testPassword)).Get(t.Context(), cakemail.Ref{ID: webhookID})

	wantKind(t, err, cakemail.Unauthorized)
	if logins, calls := api.count("POST", "/token"), api.count("GET", ""); logins != 2 || calls != 2 {
		t.Errorf("got %d logins and %d calls, want two of each", logins, calls)
	}
}

func TestFailingLogins(t *testing.T) {
	t.Parallel()
	refusal := `{"detail":[{"code":"E1","msg":"Invalid credentials","type":"unauthorized"}]}`
	challenge := `{"challenge":"c-1"}`
	for name, test := range map[string]struct {
		answer answer
		want   cakemail.Kind
		final  bool
		logins int // of the first call
	}{
		"wrong password":          {answer{Status: 401, Body: refusal}, cakemail.Unauthorized, true, 1},
		"no access":               {answer{Status: 403, Body: refusal}, cakemail.Forbidden, true, 1},
		"refused, as OAuth says":  {answer{Status: 400, Body: `{"error":"invalid_grant"}`}, cakemail.Invalid, true, 1},
		"refused form":            {answer{Status: 422, Body: refusal}, cakemail.Invalid, true, 1},
		"a challenge with 401":    {answer{Status: 401, Body: challenge}, cakemail.ChallengeRequired, true, 1},
		"a challenge with 200":    {answer{Status: 200, Body: challenge}, cakemail.ChallengeRequired, true, 1},
		"a challenge in detail":   {answer{Status: 401, Body: `{"detail":{"challenge":{"id":"c-1"}}}`}, cakemail.ChallengeRequired, true, 1},
		"no such path":            {answer{Status: 404}, cakemail.Unsupported, false, 1},
		"500":                     {answer{Status: 500}, cakemail.Unavailable, false, 3},
		"503 with HTML":           {answer{Status: 503, Body: "<html>"}, cakemail.Unavailable, false, 3},
		"429":                     {answer{Status: 429}, cakemail.RateLimited, false, 3},
		"504":                     {answer{Status: 504}, cakemail.Timeout, false, 3},
		"cut":                     {answer{Cut: true}, cakemail.Network, false, 3},
		"an HTML page":            {answer{Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>Welcome</html>"}, cakemail.Unreadable, false, 1},
		"an HTML page as JSON":    {answer{Body: "<html>Welcome</html>"}, cakemail.Unreadable, false, 1},
		"an empty 200":            {answer{}, cakemail.Unreadable, false, 1},
		"no token":                {answer{Body: `{"token_type":"bearer"}`}, cakemail.Unreadable, false, 1},
		"a token of another type": {answer{Body: `{"access_token":5}`}, cakemail.Unreadable, false, 1},
		"a lifetime in words":     {answer{Body: `{"access_token":"a","expires_in":"long"}`}, cakemail.Unreadable, false, 1},
		"truncated":               {answer{Body: `{"access_token":"acc`}, cakemail.Unreadable, false, 1},
		"too large":               {answer{Body: strings.Repeat(" ", 10<<20)}, cakemail.Unreadable, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, inTurn(test.answer))
			client := api.client(withPassword(testEmail, testPassword))

			_, first := client.Get(t.Context(), cakemail.Ref{ID: webhookID})
			loginsOfFirst := api.count("POST", "/token")
			_, second := client.Archive(t.Context(), cakemail.Ref{ID: webhookID})

			failure := wantKind(t, first, test.want)
			wantKind(t, second, test.want)
			if want := "read the webhook"; failure.Action != want || !failure.LoginFailed {
				t.Errorf("got the action %q (the login failed: %t), want %q", failure.Action, failure.LoginFailed, want)
			}
			if strings.Contains(first.Error(), "c-1") || strings.Contains(first.Error(), testPassword) {
				t.Errorf("the error tells a secret: %v", first)
			}
			if loginsOfFirst != test.logins {
				t.Errorf("got %d logins, want %d", loginsOfFirst, test.logins)
			}
			if asked := len(api.received()) > loginsOfFirst; asked == test.final {
				t.Errorf("asked again after the failure: %t", asked)
			}
			if got := api.count("", "/webhooks/"+webhookID); got != 0 {
				t.Errorf("got %d calls without a token", got)
			}
		})
	}
}

func TestALoginIsRepeatedUntilTheAPIIsThere(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/token":
			answer{Body: shown}.write(w)
		case requests.Add(1) < 3:
			answer{Status: 502}.write(w)
		default:
			answer{Body: `{"access_token":"access-1","token_type":"bearer","expires_in":1000}`}.write(w)
		}
	})

	_, err := api.client(withPassword(testEmail, testPassword)).Get(t.Context(), cakemail.Ref{ID: webhookID})

	wantNoError(t, err)
	for _, received := range api.received()[:3] {
		if form, _ := url.ParseQuery(received.Body); form.Get("password") != testPassword {
			t.Errorf("a repeated login has the body %q", received.Body)
		}
	}
}

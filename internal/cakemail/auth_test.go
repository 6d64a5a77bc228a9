package cakemail

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// issuer is an API that issues the tokens access-1, access-2 and so on, and accepts only the newest.
type issuer struct {
	*stub
	mu             sync.Mutex
	issued         int
	refusesRefresh bool
}

func newIssuer() *issuer {
	i := &issuer{}
	i.stub = newStub(func(r *http.Request) answer {
		i.mu.Lock()
		defer i.mu.Unlock()
		switch {
		case kindOfCall(r) == "login" && i.refusesRefresh && r.PostFormValue("grant_type") == "refresh_token":
			return answer{Status: 401, Body: `{"detail":[{"msg":"expired","type":"unauthorized"}]}`}
		case kindOfCall(r) == "login":
			i.issued++
			return answer{After: time.Second, Body: fmt.Sprintf(
				`{"access_token":"access-%d","token_type":"bearer","expires_in":432000,"refresh_token":"refresh-%d","accounts":[1]}`,
				i.issued, i.issued)}
		case r.Header.Get("Authorization") != fmt.Sprintf("Bearer access-%d", i.issued):
			return answer{Status: 401, Body: `{"detail":"Not authenticated"}`}
		}
		return answer{Body: shown}
	})
	return i
}

// expire makes the API refuse every token that it has issued.
func (i *issuer) expire() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.issued++
}

// grants are the forms of the logins.
func (i *issuer) grants(t bubble) []url.Values {
	t.Helper()
	var grants []url.Values
	for _, received := range i.received() {
		if received.Kind == "login" {
			form, err := url.ParseQuery(received.Body)
			wantNoError(t, err)
			grants = append(grants, form)
		}
	}
	return grants
}

func wantNone(t bubble, errs []error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
	}
}

func TestLogin_IsNotNeededWithAnAccessToken(t *testing.T) {
	api := newStub(inTurn(answer{Status: 401, Body: `{"detail":"Not authenticated"}`}))

	client := api.client(withPassword, func(options *Options) { options.Credentials.AccessToken = testToken })
	_, err := collect(client.List(t.Context(), ListOptions{}))

	if failure := wantKind(t, err, Unauthorized); failure.Action != listAction || failure.Message != "Not authenticated" || failure.LoginFailed {
		t.Errorf("got %+v", failure)
	}
	api.wantHeard(t, "list")
}

func TestLogin_ServesAllCalls(t *testing.T) {
	story(t, "that need it at the same time", func(t bubble) {
		api := newIssuer()
		errs, _ := readsOf(t, api.client(withPassword), 30)
		wantNone(t, errs)
		grants := api.grants(t)
		want := url.Values{"grant_type": {"password"}, "username": {byPassword.Email}, "password": {byPassword.Password}}
		if len(grants) != 1 || grants[0].Encode() != want.Encode() {
			t.Errorf("got the forms %v, want one: %v", grants, want)
		}
		first := api.received()[0]
		if first.Header.Get("Authorization") != "" || first.Header.Get("User-Agent") != "cakemail-test/1" || first.Query != "" {
			t.Errorf("the login is %+v", first)
		}
	})
	for name, refusesRefresh := range map[string]bool{"until the token is refused, when one refreshes it": false, "or else logs in again": true} {
		story(t, name, func(t bubble) {
			api := newIssuer()
			api.refusesRefresh = refusesRefresh
			client := api.client(withPassword)
			_, err := client.Get(t.Context(), Ref{ID: webhookID})
			wantNoError(t, err)

			api.expire()
			errs, _ := readsOf(t, client, 20)

			wantNone(t, errs)
			var got []string
			for _, grant := range api.grants(t) {
				got = append(got, grant.Get("grant_type")+grant.Get("refresh_token"))
			}
			want := "password refresh_tokenrefresh-1"
			if refusesRefresh {
				want += " password"
			}
			if strings.Join(got, " ") != want {
				t.Errorf("got the logins %v, want %s", got, want)
			}
		})
	}
	as := func(contentType string) answer {
		return answer{Header: map[string]string{"Content-Type": contentType}, Body: ` {"access_token":"access-1"}`}
	}
	for name, login := range map[string]answer{
		"for longer than the token lasts, as the API says": {Body: `{"access_token":"access-1","expires_in":5}`},
		"with a lifetime that is over":                     {Body: `{"access_token":"access-1","expires_in":-1}`},
		"with a lifetime that is no whole number":          {Body: `{"access_token":"access-1","expires_in":3600.5}`},
		"with a lifetime in words":                         {Body: `{"access_token":"access-1","expires_in":"an hour"}`},
		"with a refresh token of what type":                {Body: `{"access_token":"access-1","refresh_token":5}`},
		"as plain text":                                    as("text/plain; charset=utf-8"),
		"as a form":                                        as("application/x-www-form-urlencoded"),
		"without a type":                                   as(""),
	} {
		story(t, name, func(t bubble) {
			api := newStub(script{"login": {login}}.api())
			client := api.client(withPassword)
			for range 2 {
				_, err := client.Get(t.Context(), Ref{ID: webhookID})
				wantNoError(t, err)
			}
			api.wantHeard(t, "login read read")
			if got := api.received()[1].Header.Get("Authorization"); got != "Bearer access-1" {
				t.Errorf("got the header %q", got)
			}
		})
	}
	type renewal struct {
		answer answer
		kind   Kind
		logins string
	}
	const thrice = "refresh refresh refresh"
	stories(t, map[string]renewal{
		"and by the password after a refusal":      {answer{Status: 401}, succeeds, "refresh password"},
		"and by the password after a bad request":  {answer{Status: 400}, succeeds, "refresh password"},
		"and by the password where there is none":  {answer{Status: 404}, succeeds, "refresh password"},
		"and by the password after a page":         {answer{Body: "<html>"}, succeeds, "refresh password"},
		"but not by the password after a cut":      {answer{Cut: true}, Network, thrice},
		"but not by the password after a silence":  {answer{After: never}, Timeout, thrice},
		"but not by the password after a 503":      {answer{Status: 503}, Unavailable, thrice},
		"but not by the password while it is busy": {answer{Status: 429}, RateLimited, thrice},
	}, func(t bubble, row renewal) {
		grants, isFirst := []string{}, true
		api := newStub(func(r *http.Request) answer {
			switch {
			case kindOfCall(r) != "login" && r.Header.Get("Authorization") == "Bearer access-1":
				return answer{Status: 401}
			case kindOfCall(r) != "login":
				return answer{Body: shown}
			case isFirst:
				isFirst = false
				return answer{Body: `{"access_token":"access-1","refresh_token":"refresh-1"}`}
			}
			grants = append(grants, strings.TrimSuffix(r.PostFormValue("grant_type"), "_token"))
			if r.PostFormValue("grant_type") == "refresh_token" {
				return row.answer
			}
			return answer{Body: `{"access_token":"access-2"}`}
		})
		_, err := api.client(withPassword).Get(t.Context(), Ref{ID: webhookID})
		wantKind(t, err, row.kind)
		if got := strings.Join(grants, " "); got != row.logins {
			t.Errorf("got the logins %s, want %s", got, row.logins)
		}
	})
	story(t, "but not twice where the next token is refused too", func(t bubble) {
		api := newStub(script{"read": {{Status: 401}}}.api())
		_, err := api.client(withPassword).Get(t.Context(), Ref{ID: webhookID})
		wantKind(t, err, Unauthorized)
		api.wantHeard(t, "login read login read")
	})
}

func TestLogin_Fails(t *testing.T) {
	refusal := `{"detail":[{"code":"E1","msg":"Invalid credentials","type":"unauthorized"}]}`
	challenge := `{"challenge":"c-1"}`
	type row struct {
		answer answer
		want   Kind
		// final means that no call asks again.
		final  bool
		logins int
	}
	stories(t, map[string]row{
		"by a wrong password":      {answer{Status: 401, Body: refusal}, Unauthorized, true, 1},
		"by a user without access": {answer{Status: 403, Body: refusal}, Forbidden, true, 1},
		"as OAuth says":            {answer{Status: 400, Body: `{"error":"invalid_grant"}`}, Invalid, true, 1},
		"by a challenge with 401":  {answer{Status: 401, Body: challenge}, ChallengeRequired, true, 1},
		"by a challenge with 200":  {answer{Body: challenge}, ChallengeRequired, true, 1},
		"by a challenge in detail": {answer{Status: 401, Body: `{"detail":{"challenge":{"id":"c-1"}}}`}, ChallengeRequired, true, 1},
		"where there is none":      {answer{Status: 404}, Unsupported, false, 1},
		"by a 500":                 {answer{Status: 500}, Unavailable, false, 3},
		"by a cut":                 {answer{Cut: true}, Network, false, 3},
		"by an HTML page":          {answer{Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>"}, Unreadable, false, 1},
		"by an empty 200":          {answer{}, Unreadable, false, 1},
		"by no token":              {answer{Body: `{"token_type":"bearer","challenge":""}`}, Unreadable, false, 1},
		"by a token of what type":  {answer{Body: `{"access_token":5}`}, Unreadable, false, 1},
		"by plain text":            {answer{Header: map[string]string{"Content-Type": "text/plain"}, Body: "no"}, Unreadable, false, 1},
		"by too large a one":       {answer{Body: strings.Repeat(" ", 10<<20)}, Unreadable, false, 1},
	}, func(t bubble, row row) {
		api := newStub(inTurn(row.answer))
		client := api.client(withPassword)

		_, first := client.Get(t.Context(), Ref{ID: webhookID})
		logins := len(api.received())
		_, second := client.Archive(t.Context(), Ref{ID: webhookID})

		failure := wantKind(t, first, row.want)
		wantKind(t, second, row.want)
		if failure.Action != "read the webhook" || !failure.LoginFailed || failure.MayHaveHappened {
			t.Errorf("got %+v", failure)
		}
		if text := failure.Error(); strings.Contains(text, "c-1") || strings.Contains(text, byPassword.Password) {
			t.Errorf("the error tells a secret: %v", text)
		}
		if asked := len(api.received()) - logins; logins != row.logins || asked > 0 == row.final {
			t.Errorf("got %d logins and %d more for the next call, want %d", logins, asked, row.logins)
		}
		if strings.Trim(api.heard(), "login ") != "" {
			t.Errorf("got calls without a token: %s", api.heard())
		}
	})
	story(t, "and is repeated until the API is there", func(t bubble) {
		good := answer{Body: `{"access_token":"access-1","token_type":"bearer","expires_in":1000}`}
		api := newStub(script{"login": {{Status: 502}, {Status: 502}, good}}.api())
		_, err := api.client(withPassword).Get(t.Context(), Ref{ID: webhookID})
		wantNoError(t, err)
		api.wantHeard(t, "login login login read")
		if form, _ := url.ParseQuery(api.received()[2].Body); form.Get("password") != byPassword.Password {
			t.Errorf("a repeated login has the form %v", form)
		}
	})
	story(t, "for all calls that wait, at once", func(t bubble) {
		silent := newStub(inTurn(answer{After: never}))
		_, alone := readsOf(t, silent.client(withPassword), 1)
		errs, together := readsOf(t, silent.client(withPassword), 10)
		for _, err := range errs {
			wantKind(t, err, Timeout)
		}
		// The waits before the retries have jitter.
		if together > alone+2*time.Second {
			t.Errorf("one call fails after %v, ten after %v", alone, together)
		}
	})
}

func TestLogin_IsStoppedByItsOwnCallAlone(t *testing.T) {
	story(t, "so that another call logs in itself", func(t bubble) {
		token := answer{Body: `{"access_token":"access-1","token_type":"bearer"}`}
		api := newStub(script{"login": {{After: never}, token}}.api())
		client := api.client(withPassword)
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		var group sync.WaitGroup
		group.Go(func() {
			_, err := client.Get(ctx, Ref{ID: webhookID})
			wantKind(t, err, Stopped)
		})
		time.Sleep(time.Second / 2)
		group.Go(func() {
			_, err := client.Get(t.Context(), Ref{ID: webhookID})
			wantNoError(t, err)
		})
		group.Wait()
		api.wantHeard(t, "login login read")
	})
	story(t, "but waiting for another's ends when the caller stops", func(t bubble) {
		client := newStub(script{"login": {{After: time.Minute / 4, Status: 403}}}.api()).client(withPassword)
		var group sync.WaitGroup
		group.Go(func() { _, _ = client.Get(t.Context(), Ref{ID: webhookID}) })
		time.Sleep(time.Second)
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		began := time.Now()
		_, err := client.Get(ctx, Ref{ID: webhookID})
		wantKind(t, err, Stopped)
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v", took)
		}
		group.Wait()
	})
}

package cakemailtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

type tokenAnswer struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (c *caller) login(t *testing.T, form url.Values) (status int, answer tokenAnswer) {
	t.Helper()
	status, body := c.do(t, "POST /token", form.Encode())
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	return status, answer
}

func password(password string) url.Values {
	return url.Values{"grant_type": {"password"}, "username": {cakemailtest.DefaultEmail}, "password": {password}}
}

func TestToken_IsGranted(t *testing.T) {
	t.Parallel()
	right := password(cakemailtest.DefaultPassword)
	with := func(option cakemailtest.Option) []cakemailtest.Option { return []cakemailtest.Option{option} }
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		form    url.Values
		status  int
		token   bool
	}{
		"the right password":      {nil, right, 200, true},
		"a wrong password":        {nil, password("guess"), 401, false},
		"no e-mail address":       {nil, url.Values{"grant_type": {"password"}, "username": {"ops"}}, 422, false},
		"an unknown grant":        {nil, url.Values{"grant_type": {"magic"}}, 422, false},
		"an unknown refresh":      {nil, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"guess"}}, 401, false},
		"a challenge with 401":    {with(cakemailtest.WithChallenge(401)), right, 401, false},
		"a challenge with 200":    {with(cakemailtest.WithChallenge(200)), right, 200, false},
		"another user's password": {with(cakemailtest.WithUser("a@example.com", "secret")), right, 401, false},
	} {
		if status, answer := start(t, test.options...).login(t, test.form); status != test.status || (answer.Access != "") != test.token {
			t.Errorf("%s: %d with token %t, want %d", name, status, answer.Access != "", test.status)
		}
	}
}

func TestToken_Ends(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		revoked bool
		// old and renewed are the statuses of calls with a first and a second token.
		old, renewed int
	}{
		"never":                              {nil, false, 200, 200},
		"by time":                            {[]cakemailtest.Option{cakemailtest.WithTokenLifetime(time.Nanosecond)}, false, 401, 401},
		"by revocation":                      {nil, true, 401, 200},
		"for good, where refresh is refused": {[]cakemailtest.Option{cakemailtest.WithRefreshRefused()}, true, 401, 401},
	} {
		api := start(t, test.options...)
		_, first := api.login(t, password(cakemailtest.DefaultPassword))
		if test.revoked {
			api.api.RevokeTokens()
		}
		api.token = first.Access
		old, _ := api.do(t, "GET /webhooks", "")
		_, second := api.login(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}})
		api.token = second.Access
		renewed, _ := api.do(t, "GET /webhooks", "")
		if old != test.old || renewed != test.renewed {
			t.Errorf("%s: the first is answered with %d, the second with %d", name, old, renewed)
		}
	}
	for _, token := range []string{"", "guess", cakemailtest.DefaultAccessToken} {
		api := start(t, cakemailtest.WithAccessToken("chosen"))
		api.token = token
		if status, body := api.do(t, "GET /webhooks", ""); status != http.StatusUnauthorized || body != `{"detail":"Not authenticated"}` {
			t.Errorf("%q: %d %s", token, status, body)
		}
	}
}

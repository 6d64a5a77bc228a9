package cakemailtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

type tokenAnswer struct {
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	Expires   int    `json:"expires_in"`
	Challenge string `json:"challenge"`
}

func (c *caller) login(t *testing.T, form url.Values) (int, tokenAnswer) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.api.URL()+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer tokenAnswer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

func password(password string) url.Values {
	return url.Values{"grant_type": {"password"}, "username": {cakemailtest.DefaultEmail}, "password": {password}}
}

func TestTokenGrants(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		form    url.Values
		want    int
	}{
		"the right password":   {form: password(cakemailtest.DefaultPassword), want: 200},
		"a wrong password":     {form: password("guess"), want: 401},
		"no e-mail address":    {form: url.Values{"grant_type": {"password"}, "username": {"ops"}}, want: 422},
		"an unknown grant":     {form: url.Values{"grant_type": {"magic"}}, want: 422},
		"an unknown refresh":   {form: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"guess"}}, want: 401},
		"a challenge with 401": {options: []cakemailtest.Option{cakemailtest.WithChallenge(401)}, form: password(cakemailtest.DefaultPassword), want: 401},
		"a challenge with 200": {options: []cakemailtest.Option{cakemailtest.WithChallenge(200)}, form: password(cakemailtest.DefaultPassword), want: 200},
		"another user's password": {
			options: []cakemailtest.Option{cakemailtest.WithUser("a@example.com", "secret")}, form: password(cakemailtest.DefaultPassword), want: 401,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, answer := start(t, test.options...).login(t, test.form)
			if status != test.want || (answer.Access != "") == (len(test.options) > 0 || status != 200) {
				t.Errorf("%d with token %t, want %d", status, answer.Access != "", test.want)
			}
		})
	}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	t.Run("by time", func(t *testing.T) {
		t.Parallel()
		api := start(t, cakemailtest.WithTokenLifetime(time.Nanosecond))
		_, answer := api.login(t, password(cakemailtest.DefaultPassword))
		api.token = answer.Access
		if status, _ := api.do(t, "GET", "/webhooks", ""); status != http.StatusUnauthorized {
			t.Errorf("an expired token is answered with %d", status)
		}
	})
	t.Run("by revocation, and are renewed", func(t *testing.T) {
		t.Parallel()
		api := start(t)
		_, first := api.login(t, password(cakemailtest.DefaultPassword))
		api.api.RevokeTokens()
		api.token = first.Access
		if status, _ := api.do(t, "GET", "/webhooks", ""); status != http.StatusUnauthorized {
			t.Errorf("a revoked token is answered with %d", status)
		}
		_, second := api.login(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}})
		api.token = second.Access
		if status, _ := api.do(t, "GET", "/webhooks", ""); status != http.StatusOK {
			t.Errorf("a renewed token is answered with %d", status)
		}
	})
	t.Run("and are not renewed where that is refused", func(t *testing.T) {
		t.Parallel()
		api := start(t, cakemailtest.WithRefreshRefused())
		_, first := api.login(t, password(cakemailtest.DefaultPassword))
		if status, _ := api.login(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}}); status != http.StatusUnauthorized {
			t.Errorf("the refresh token is answered with %d", status)
		}
	})
}

func TestCallsNeedAToken(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"none": "", "an unknown one": "guess", "the default one where another was chosen": cakemailtest.DefaultAccessToken,
	} {
		api := start(t, cakemailtest.WithAccessToken("chosen"))
		api.token = token
		if status, body := api.do(t, "GET", "/webhooks", ""); status != http.StatusUnauthorized || body != `{"detail":"Not authenticated"}` {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

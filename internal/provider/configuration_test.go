package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// environment holds the variables that the provider looks up.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

// connected resolves configuration and environment, and returns the messages too.
func connected(model providerModel, variables environment) (*connection, diag.Diagnostics) {
	var diags diag.Diagnostics
	return connect(model, variables.get, cakemail.Options{UserAgent: "test"}, &diags), diags
}

// firstCall lists webhooks, and returns the first call that reached the API.
func firstCall(t *testing.T, api *cakemailtest.Server, made *connection) cakemailtest.Call {
	t.Helper()
	for range made.api.List(t.Context(), cakemail.ListOptions{Account: made.account.ValueInt64()}) {
		break
	}
	calls := api.Calls()
	if len(calls) == 0 {
		t.Fatal("no call reached the API")
	}
	return calls[0]
}

func TestConfigurationBeatsEnvironment(t *testing.T) {
	t.Parallel()
	login := environment{envEmail: cakemailtest.DefaultEmail, envPassword: cakemailtest.DefaultPassword}
	for name, test := range map[string]struct {
		model     providerModel
		variables environment
		// credentials is how messages name them; token or user is what reaches the API.
		credentials, token, user string
	}{
		"token of the environment": {
			variables:   environment{envAccessToken: "from-environment"},
			credentials: "CAKEMAIL_ACCESS_TOKEN", token: "from-environment",
		},
		"token of both": {
			model: providerModel{AccessToken: types.StringValue("from-block")}, variables: environment{envAccessToken: "from-environment"},
			credentials: "access_token in the provider block", token: "from-block",
		},
		"token of the configuration, login of the environment": {
			model: providerModel{AccessToken: types.StringValue("from-block")}, variables: login,
			credentials: "access_token in the provider block", token: "from-block",
		},
		"login of the environment": {
			variables:   login,
			credentials: "CAKEMAIL_EMAIL and CAKEMAIL_PASSWORD",
			user:        "ops@example.com",
		},
		"login of the configuration, token of the environment": {
			model:       providerModel{Email: types.StringValue("block@example.com"), Password: types.StringValue("s3cret")},
			variables:   environment{envAccessToken: "from-environment"},
			credentials: "email in the provider block and password in the provider block", user: "block@example.com",
		},
		"e-mail address of the configuration, everything in the environment": {
			model:       providerModel{Email: types.StringValue("block@example.com")},
			variables:   environment{envAccessToken: "from-environment", envEmail: "other@example.com", envPassword: "s3cret"},
			credentials: "email in the provider block and CAKEMAIL_PASSWORD",
			user:        "block@example.com",
		},
		"password of the configuration, e-mail address of the environment": {
			model: providerModel{Password: types.StringValue("s3cret")}, variables: login,
			credentials: "CAKEMAIL_EMAIL and password in the provider block", user: "ops@example.com",
		},
		"token and login of the environment": {
			variables:   environment{envAccessToken: "from-environment", envEmail: "ops@example.com", envPassword: "s3cret"},
			credentials: "CAKEMAIL_ACCESS_TOKEN", token: "from-environment",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := cakemailtest.Start()
			t.Cleanup(api.Close)
			variables := maps.Clone(test.variables)
			variables[envBaseURL] = api.URL()

			made, diags := connected(test.model, variables)
			if len(diags) > 0 || made.facts.Credentials != test.credentials {
				t.Fatalf("got %q, want %q; %v", made.facts.Credentials, test.credentials, diags)
			}
			call := firstCall(t, api, made)
			if test.token != "" && call.Header.Get("Authorization") != "Bearer "+test.token {
				t.Errorf("the API got %q", call.Header.Get("Authorization"))
			}
			if want := "username=" + strings.ReplaceAll(test.user, "@", "%40"); test.user != "" && !strings.Contains(string(call.Body), want) {
				t.Errorf("the login holds no %s", want)
			}
		})
	}
}

func TestBaseURLAndAccountOfConfigurationAndEnvironment(t *testing.T) {
	t.Parallel()
	api := cakemailtest.Start()
	t.Cleanup(api.Close)
	for name, test := range map[string]struct {
		model     providerModel
		variables environment
		from      string
		account   types.Int64
	}{
		"defaults":          {providerModel{}, nil, "", types.Int64Null()},
		"empty environment": {providerModel{}, environment{envBaseURL: "", envAccountID: ""}, "", types.Int64Null()},
		"environment": {providerModel{}, environment{envBaseURL: api.URL(), envAccountID: "42"},
			"the environment variable CAKEMAIL_API_BASE", types.Int64Value(42)},
		"environment with spaces": {providerModel{}, environment{envBaseURL: " " + api.URL() + "/\n", envAccountID: " 42\n"},
			"the environment variable CAKEMAIL_API_BASE", types.Int64Value(42)},
		"configuration": {providerModel{BaseURL: types.StringValue(api.URL()), AccountID: types.Int64Value(7)}, nil,
			"base_url in the provider block", types.Int64Value(7)},
		"both": {providerModel{BaseURL: types.StringValue(api.URL()), AccountID: types.Int64Value(7)},
			environment{envBaseURL: "https://example.com", envAccountID: "42"}, "base_url in the provider block", types.Int64Value(7)},
		"malformed, but not needed": {providerModel{BaseURL: types.StringValue(api.URL()), AccountID: types.Int64Value(7)},
			environment{envBaseURL: "nonsense", envAccountID: "nonsense"}, "base_url in the provider block", types.Int64Value(7)},
		"account unknown until then": {providerModel{AccountID: types.Int64Unknown()}, environment{envAccountID: "42"}, "", types.Int64Unknown()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := environment{envAccessToken: "token"}
			maps.Copy(variables, test.variables)
			made, diags := connected(test.model, variables)
			if len(diags) > 0 || made.facts.AddressFrom != test.from || !made.account.Equal(test.account) {
				t.Fatalf("got %q and %s, want %q and %s; %v", made.facts.AddressFrom, made.account, test.from, test.account, diags)
			}
			if test.from != "" {
				call := firstCall(t, api, made)
				if call.Path != "/webhooks" {
					t.Errorf("the API was called at %s", call.Path)
				}
			}
		})
	}
}

func TestMalformedEnvironment(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variable, value string
		attribute       string
		want            []string
	}{
		"address without a scheme": {envBaseURL, "api.cakemail.dev", "base_url", []string{"CAKEMAIL_API_BASE does not begin with https:// or http://",
			"such as https://api.cakemail.dev."}},
		"address with a query":    {envBaseURL, "https://api.cakemail.dev?key=geheim", "base_url", []string{"must not have a query"}},
		"address with a password": {envBaseURL, "https://user:geheim@api.cakemail.dev", "base_url", []string{"a user name"}},
		"account that is no number": {envAccountID, "acme", "account_id", []string{"CAKEMAIL_ACCOUNT_ID must be an account number",
			"for example 42, or unset."}},
		"account 0":               {envAccountID, "0", "account_id", []string{"must be an account number"}},
		"account with a fraction": {envAccountID, "42.5", "account_id", []string{"must be an account number"}},
		"account above 64 bits":   {envAccountID, "9223372036854775808", "account_id", []string{"must be an account number"}},
		"token with the word Bearer": {envAccessToken, "Bearer geheim", "access_token",
			[]string{"The environment variable CAKEMAIL_ACCESS_TOKEN begins with Bearer. Remove that word"}},
		"token with a line break": {envAccessToken, "geheim\n", "access_token", []string{"a line break",
			"Remove it. For a value from a file:\n  export CAKEMAIL_ACCESS_TOKEN=$(tr -d '\\r\\n' < FILE)"}},
		"password with a line break": {envPassword, "geheim\n", "password", []string{"The environment variable CAKEMAIL_PASSWORD begins or ends with a line break",
			"  export CAKEMAIL_PASSWORD=$(tr -d '\\r\\n' < FILE)"}},
		"e-mail address with a line break": {envEmail, "ops@example.com\r\n", "email", []string{"begins or ends with a line break", "export CAKEMAIL_EMAIL="}},
		"address with a space":             {envBaseURL, "https://api.cakemail.dev/ v1", "base_url", []string{"Remove it, or percent-encode it"}},
		"e-mail address that is none": {envEmail, "ops", "email", []string{"The environment variable CAKEMAIL_EMAIL is not an e-mail address, " +
			"such as ops@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := environment{envAccessToken: "token"}
			if test.variable == envEmail || test.variable == envPassword {
				variables = environment{envEmail: "ops@example.com", envPassword: "geheim"}
			}
			variables[test.variable] = test.value
			made, diags := connected(providerModel{}, variables)
			expectOneError(t, diags, test.attribute, test.want...)
			if detail := diags[0].Detail(); strings.Contains(detail, "trimspace()") || strings.Contains(detail, "Leave it out") {
				t.Errorf("the advice does not fit a variable: %q", detail)
			}
			if made.api != nil {
				t.Error("there is a client despite the error")
			}
		})
	}
}

// Go ignores a proxy whose address it cannot read, or takes another host for it.
func TestProxyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const unreadable = "http://jane:gehe%im@proxy.example:3128"
	for name, test := range map[string]struct {
		variables environment
		// told is the variable that the warning names, or "".
		told string
	}{
		"escapes":               {environment{"HTTPS_PROXY": unreadable}, "HTTPS_PROXY"},
		"in small letters":      {environment{"https_proxy": unreadable}, "https_proxy"},
		"without a scheme":      {environment{"HTTPS_PROXY": "jane:gehe%im@proxy.example:3128"}, "HTTPS_PROXY"},
		"a slash":               {environment{"HTTPS_PROXY": "http://jane:gehe/im@proxy.example"}, "HTTPS_PROXY"},
		"a space":               {environment{"HTTPS_PROXY": "http://jane:gehe im@proxy.example"}, "HTTPS_PROXY"},
		"a line break":          {environment{"HTTPS_PROXY": "http://proxy.example\n"}, "HTTPS_PROXY"},
		"no host":               {environment{"HTTPS_PROXY": "http://"}, "HTTPS_PROXY"},
		"of another scheme":     {environment{"HTTP_PROXY": unreadable}, ""},
		"for http":              {environment{"HTTP_PROXY": unreadable, envBaseURL: "http://localhost:8080"}, "HTTP_PROXY"},
		"that is not looked at": {environment{"HTTPS_PROXY": "http://proxy.example", "https_proxy": unreadable}, ""},
		"but can":               {environment{"HTTPS_PROXY": "http://jane:gehe%25im@proxy.example:3128"}, ""},
		"but can, as a host":    {environment{"HTTPS_PROXY": "proxy.example:3128"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.variables[envAccessToken] = "token"
			made, diags := connected(providerModel{}, test.variables)
			if made.api == nil || diags.HasError() || len(diags) > 0 != (test.told != "") {
				t.Fatalf("got %v", diags)
			}
			if test.told == "" {
				return
			}
			told := diags[0].Summary() + "\n" + diags[0].Detail()
			want := "Invalid " + test.told + "\nThe environment variable " + test.told + " is not the address of a proxy, so calls may bypass it."
			if !strings.HasPrefix(told, want) || strings.Contains(told, "gehe") {
				t.Errorf("got %s", told)
			}
		})
	}
}

func TestUnencryptedEnvironmentIsAWarning(t *testing.T) {
	t.Parallel()
	for address, warns := range map[string]bool{
		"http://api.cakemail.dev": true, "http://10.0.0.1:8080": true, "http://localhost.example.com": true,
		"https://api.cakemail.dev": false, "http://localhost:8080": false, "http://127.0.0.1": false, "http://127.8.8.8": false, "http://[::1]:80": false,
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			made, diags := connected(providerModel{}, environment{envAccessToken: "token", envBaseURL: address})
			if diags.HasError() || made.api == nil || (diags.WarningsCount() == 1) != warns {
				t.Errorf("got %v, want a warning: %t", diags, warns)
			}
			if warns && !strings.Contains(diags[0].Detail(), "CAKEMAIL_API_BASE begins with http://.\nCredentials and secrets travel to ") {
				t.Errorf("the warning is %q", diags[0].Detail())
			}
		})
	}
}

func TestUnknownArgumentsMakeNoClientAndNoError(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]providerModel{
		"base_url": {BaseURL: types.StringUnknown()}, "access_token": {AccessToken: types.StringUnknown()},
		"email": {Email: types.StringUnknown()}, "password": {Password: types.StringUnknown()},
		"account_id": {AccountID: types.Int64Unknown()}, "max_retries": {MaxRetries: types.Int64Unknown()}, "request_timeout": {RequestTimeout: types.Int64Unknown()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, diags := connected(model, nil)
			if len(diags) > 0 || made.api != nil || !slices.Equal(made.unknown, []string{name}) {
				t.Errorf("got %v, unknown %q", diags, made.unknown)
			}
			made.client(&diags)
			if len(diags) != 1 || !strings.Contains(diags[0].Detail(), "The provider needs "+name+" now, but Terraform knows that only after apply.") {
				t.Errorf("got %v", diags)
			}
		})
	}
}

func TestMaxRetriesOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		retries types.Int64
		calls   int
	}{
		"unset": {types.Int64Null(), 5},
		"never": {types.Int64Value(0), 1},
		"once":  {types.Int64Value(1), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := cakemailtest.Start()
			t.Cleanup(api.Close)
			api.SetFaults(cakemailtest.Fault{Status: 503, Header: map[string][]string{"Retry-After": {"0"}}})
			made, _ := connected(providerModel{MaxRetries: test.retries}, environment{envBaseURL: api.URL(), envAccessToken: "token"})
			firstCall(t, api, made)
			if calls := api.Count(cakemailtest.List); calls != test.calls {
				t.Errorf("%d calls, want %d", calls, test.calls)
			}
		})
	}
}

// expectOneError wants one error on the attribute, with these parts in its detail, and without the tests' secrets.
func expectOneError(t *testing.T, diags diag.Diagnostics, attribute string, parts ...string) {
	t.Helper()
	if diags.ErrorsCount() != 1 {
		t.Fatalf("got %v, want one error", diags)
	}
	problem := diags.Errors()[0]
	if located, ok := problem.(diag.DiagnosticWithPath); !ok || located.Path().String() != attribute {
		t.Errorf("the error is not on %s: %v", attribute, problem)
	}
	for _, part := range parts {
		if !strings.Contains(problem.Detail(), part) {
			t.Errorf("the message holds no %q: %q", part, problem.Detail())
		}
	}
	if strings.Contains(problem.Detail(), "geheim") || len(problem.Detail()) > 600 {
		t.Errorf("the message tells too much: %q", problem.Detail())
	}
}

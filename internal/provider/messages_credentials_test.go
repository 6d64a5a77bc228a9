package provider_test

import (
	"maps"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// TestErrorsOfCredentials are as real Terraform tells them. None of them makes a webhook.
func TestErrorsOfCredentials(t *testing.T) {
	t.Parallel()
	const byLogin = "the e-mail address from the environment variable CAKEMAIL_EMAIL " +
		"and the password from the environment variable CAKEMAIL_PASSWORD."
	refused := func(credentials string) message {
		return message{"error", "", "The credentials were refused", "Credentials: " + credentials}
	}
	login := map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail, "CAKEMAIL_PASSWORD": cakemailtest.DefaultPassword}
	token := map[string]string{"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken}
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		// environment is what the provider sees beside the API's address.
		environment map[string]string
		// provider is the argument -var for the provider block.
		provider string
		want     message
	}{
		"a refused token of the configuration": {
			environment: token, provider: `{access_token="not-this-one"}`,
			want: refused("the access token from access_token in the provider block."),
		},
		"a refused password": {environment: with(login, map[string]string{"CAKEMAIL_PASSWORD": "not this one"}), want: refused(byLogin)},
		"a challenge of multi-factor authentication as 401": {
			options: []cakemailtest.Option{cakemailtest.WithChallenge(401)}, environment: login,
			want: message{"error", "", "The login needs multi-factor authentication", "because the login failed.\nCredentials: " + byLogin},
		},
		"a challenge of multi-factor authentication as 200": {
			options: []cakemailtest.Option{cakemailtest.WithChallenge(200)}, environment: login,
			want: message{"error", "", "The login needs multi-factor authentication", "set access_token or CAKEMAIL_ACCESS_TOKEN."},
		},
		"no credentials": {want: message{"error", "", "Missing Cakemail credentials", "CAKEMAIL_ACCESS_TOKEN"}},
		"an e-mail address without a password": {
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail},
			want:        message{"error", "password", "Missing password", "The environment variable CAKEMAIL_EMAIL is set, but no password."},
		},
		"a malformed account in the environment": {
			environment: with(token, map[string]string{"CAKEMAIL_ACCOUNT_ID": "acme"}),
			want:        message{"error", "account_id", "Invalid CAKEMAIL_ACCOUNT_ID", ""},
		},
		"a token and a login in the configuration": {
			provider: `{access_token="t0ken",email="ops@example.com",password="p@ss"}`,
			want:     message{"error", "access_token", "Two kinds of credentials", "Set access_token, or email and password, not both."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.options...)
			delete(w.environment, "CAKEMAIL_ACCESS_TOKEN")
			maps.Copy(w.environment, test.environment)
			workspace := w.workspace(t, "configured.tf")
			provider := "{}"
			if test.provider != "" {
				provider = test.provider
			}

			// The plan has warned of them already.
			w.expectMessages(t, errorsIn(tell(t, workspace, "apply", "-auto-approve", "-var", "provider_arguments="+provider)), test.want)
			if created := w.api.Count(cakemailtest.Create); created > 0 {
				t.Errorf("%d webhooks were created", created)
			}
		})
	}
}

var notKnownYet = message{"error", "", "The provider's configuration is not known yet", "The provider's access_token will be known only after apply"}

// TestCredentialsUnknownWhilePlanning goes through a life of a provider whose
// token another resource makes.
func TestCredentialsUnknownWhilePlanning(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := newWorld(t)
	delete(w.environment, "CAKEMAIL_ACCESS_TOKEN")
	workspace := w.workspace(t, "unknown.tf", "TF_VAR_access_token="+cakemailtest.DefaultAccessToken)

	w.expectMessages(t, tell(t, workspace, "apply", "-auto-approve"))
	w.only(t)
	w.expectMessages(t, tell(t, workspace, "plan", "-replace=terraform_data.token"),
		message{"warning", "", "The webhook was not refreshed", "The webhook ID is shown as the state has it."})
	w.expectMessages(t, tell(t, workspace, "plan", "-replace=terraform_data.token", "-refresh=false", "-var", "read=true"), notKnownYet)
}

// A webhook must not lose its secret to an account that turns out to be the same.
func TestAccountUnknownWhilePlanning(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := newWorld(t)
	workspace := w.workspace(t, "unknown_account.tf")
	terraform(t, workspace, "apply", "-auto-approve")
	before := w.only(t)
	if before.AccountID != 42 {
		t.Errorf("the webhook is in account %d, want 42", before.AccountID)
	}

	terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account")
	if after := w.only(t); after.ID != before.ID {
		t.Error("the webhook was replaced although its account is the same")
	}

	// An account that is another one shows in the first plan that knows it.
	terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account", "-var", "account=43")
	terraform(t, workspace, "apply", "-auto-approve", "-var", "account=43")
	if after := w.only(t); after.AccountID != 43 {
		t.Errorf("the webhook is in account %d, want 43", after.AccountID)
	}
	terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "account=43")
}

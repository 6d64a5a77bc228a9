package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"maps"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// TestErrorsOfCredentials are as real Terraform tells them. None of them makes a webhook.
func TestErrorsOfCredentials(t *testing.T) {
	t.Parallel()
	const byLogin = "the e-mail address from the environment variable CAKEMAIL_EMAIL " +
		"and the password from the environment variable CAKEMAIL_PASSWORD."
	refused := func(credentials string) acctest.Message {
		return acctest.Error("", "The credentials were refused", "Credentials: "+credentials)
	}
	login := map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail, "CAKEMAIL_PASSWORD": cakemailtest.DefaultPassword}
	token := map[string]string{"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken}
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		// environment is what the provider sees beside the API's address.
		environment map[string]string
		// provider is the argument -var for the provider block.
		provider string
		want     acctest.Message
	}{
		"a refused token of the configuration": {
			environment: token, provider: `{access_token="not-this-one"}`,
			want: refused("the access token from access_token in the provider block."),
		},
		"a refused password": {environment: acctest.With(login, map[string]string{"CAKEMAIL_PASSWORD": "not this one"}), want: refused(byLogin)},
		"a challenge of multi-factor authentication as 401": {
			options: []cakemailtest.Option{cakemailtest.WithChallenge(401)}, environment: login,
			want: acctest.Error("", "The login needs multi-factor authentication", "because the login failed.\nCredentials: "+byLogin),
		},
		"a challenge of multi-factor authentication as 200": {
			options: []cakemailtest.Option{cakemailtest.WithChallenge(200)}, environment: login,
			want: acctest.Error("", "The login needs multi-factor authentication", "set access_token or CAKEMAIL_ACCESS_TOKEN."),
		},
		"no credentials": {want: acctest.Error("", "Missing Cakemail credentials", "CAKEMAIL_ACCESS_TOKEN")},
		"an e-mail address without a password": {
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail},
			want:        acctest.Error("password", "Missing password", "The environment variable CAKEMAIL_EMAIL is set, but no password."),
		},
		"a malformed account in the environment": {
			environment: acctest.With(token, map[string]string{"CAKEMAIL_ACCOUNT_ID": "acme"}),
			want:        acctest.Error("account_id", "Invalid CAKEMAIL_ACCOUNT_ID", ""),
		},
		"a token and a login in the configuration": {
			provider: `{access_token="t0ken",email="ops@example.com",password="p@ss"}`,
			want:     acctest.Error("access_token", "Two kinds of credentials", "Set access_token, or email and password, not both."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, test.options...)
			delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
			maps.Copy(w.Environment, test.environment)
			workspace := w.Workspace(t, "configured.tf")
			provider := "{}"
			if test.provider != "" {
				provider = test.provider
			}

			// The plan has warned of them already.
			w.ExpectMessages(t, acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "provider_arguments="+provider)), test.want)
			if created := w.API.Count(cakemailtest.Create); created > 0 {
				t.Errorf("%d webhooks were created", created)
			}
		})
	}
}

var notKnownYet = acctest.Error("", "The provider's configuration is not known yet", "The provider's access_token will be known only after apply")

// TestCredentialsUnknownWhilePlanning goes through a life of a provider whose
// token another resource makes.
func TestCredentialsUnknownWhilePlanning(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
	workspace := w.Workspace(t, "unknown.tf", "TF_VAR_access_token="+cakemailtest.DefaultAccessToken)

	w.ExpectMessages(t, acctest.Tell(t, workspace, "apply", "-auto-approve"))
	onlyWebhook(t, w)
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-replace=terraform_data.token"),
		acctest.Warning("", "The webhook was not refreshed", "The webhook ID is shown as the state has it."))
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-replace=terraform_data.token", "-refresh=false", "-var", "read=true"), notKnownYet)
}

// A webhook must not lose its secret to an account that turns out to be the same.
func TestAccountUnknownWhilePlanning(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "unknown_account.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	before := onlyWebhook(t, w)
	if before.AccountID != 42 {
		t.Errorf("the webhook is in account %d, want 42", before.AccountID)
	}

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account")
	if after := onlyWebhook(t, w); after.ID != before.ID {
		t.Error("the webhook was replaced although its account is the same")
	}

	// An account that is another one shows in the first plan that knows it.
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account", "-var", "account=43")
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "account=43")
	if after := onlyWebhook(t, w); after.AccountID != 43 {
		t.Errorf("the webhook is in account %d, want 43", after.AccountID)
	}
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "account=43")
}

package provider_test

import (
	"maps"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const (
	loginAttempt = listSummary + " (url https://example.com/cakemail), because the login failed.\n\n"
	logins       = "the e-mail address ops@example.com (from the environment variable CAKEMAIL_EMAIL) and the password (from the environment variable CAKEMAIL_PASSWORD)"
	useToken     = "needs multi-factor authentication, which the provider cannot complete. " +
		"Use an access token instead: access_token in the provider block, or the environment variable CAKEMAIL_ACCESS_TOKEN."
	getNewOnes = " Check them, or get new ones, and run Terraform again." + requestLine
)

// TestErrorsOfCredentials reads each message in full, as real Terraform tells it.
// None of them makes a webhook.
func TestErrorsOfCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		// environment is what the provider sees beside the API's address.
		environment map[string]string
		// provider is the argument -var for the provider block.
		provider string
		want     []message
	}{
		"a refused token of the configuration": {
			environment: map[string]string{"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken},
			provider:    `{access_token="not-this-one"}`,
			want: []message{{"error", "", "The credentials were refused", listAttempt +
				"The API answered 401 Unauthorized: Not authenticated.\n\nThe refused credentials are the access token from access_token in the provider block." + getNewOnes}},
		},
		"a refused token of the environment": {
			environment: map[string]string{"CAKEMAIL_ACCESS_TOKEN": "not-this-one"},
			want: []message{{"error", "", "The credentials were refused", listAttempt +
				"The API answered 401 Unauthorized: Not authenticated.\n\nThe refused credentials are the access token from the environment variable CAKEMAIL_ACCESS_TOKEN." + getNewOnes}},
		},
		"a refused password": {
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail, "CAKEMAIL_PASSWORD": "not this one"},
			want: []message{{"error", "", "The credentials were refused", loginAttempt +
				"The API answered 401 Unauthorized.\n\nThe refused credentials are " + logins + "." + getNewOnes}},
		},
		"a refused e-mail address of the configuration": {
			environment: map[string]string{"CAKEMAIL_PASSWORD": cakemailtest.DefaultPassword},
			provider:    `{email="somebody@example.com"}`,
			want: []message{{"error", "", "The credentials were refused", loginAttempt +
				"The API answered 401 Unauthorized.\n\nThe refused credentials are the e-mail address somebody@example.com (from email in the provider block) " +
				"and the password (from the environment variable CAKEMAIL_PASSWORD)." + getNewOnes}},
		},
		"a challenge of multi-factor authentication as 401": {
			options:     []cakemailtest.Option{cakemailtest.WithChallenge(401)},
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail, "CAKEMAIL_PASSWORD": cakemailtest.DefaultPassword},
			want:        []message{{"error", "", "The login needs multi-factor authentication", loginAttempt + "The login with " + logins + " " + useToken}},
		},
		"a challenge of multi-factor authentication as 200": {
			options:     []cakemailtest.Option{cakemailtest.WithChallenge(200)},
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail, "CAKEMAIL_PASSWORD": cakemailtest.DefaultPassword},
			want:        []message{{"error", "", "The login needs multi-factor authentication", loginAttempt + "The login with " + logins + " " + useToken}},
		},
		"no credentials": {
			want: []message{{"error", "", "Missing Cakemail credentials",
				"The provider needs one of two:\n\n" +
					"  - an access token: access_token in the provider block, or the environment variable CAKEMAIL_ACCESS_TOKEN; or\n" +
					"  - an e-mail address and a password: email and password in the provider block, or the environment variables CAKEMAIL_EMAIL and CAKEMAIL_PASSWORD.\n\n" +
					"Accounts with multi-factor authentication need the access token."}},
		},
		"an e-mail address without a password": {
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail},
			want: []message{{"error", "password", "Missing password",
				"There is an e-mail address (from the environment variable CAKEMAIL_EMAIL) but no password. Set password in the provider block or the environment variable CAKEMAIL_PASSWORD."}},
		},
		"a password without an e-mail address": {
			provider: `{password="p@ss"}`,
			want: []message{{"error", "email", "Missing e-mail address",
				"There is a password (from password in the provider block) but no e-mail address. Set email in the provider block or the environment variable CAKEMAIL_EMAIL."}},
		},
		"a malformed address in the environment": {
			environment: map[string]string{"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken, "CAKEMAIL_API_BASE": "api.cakemail.dev"},
			want: []message{{"error", "base_url", "Invalid CAKEMAIL_API_BASE",
				"The environment variable CAKEMAIL_API_BASE does not begin with https:// or http://. Set it to an address such as https://api.cakemail.dev, or unset it."}},
		},
		"a malformed account in the environment": {
			environment: map[string]string{"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken, "CAKEMAIL_ACCOUNT_ID": "acme"},
			want: []message{{"error", "account_id", "Invalid CAKEMAIL_ACCOUNT_ID",
				`The environment variable CAKEMAIL_ACCOUNT_ID is not a whole number of at least 1. Set it to the account's number, for example 42, or unset it.`}},
		},
		"a token and a login in the configuration": {
			provider: `{access_token="t0ken",email="ops@example.com",password="p@ss"}`,
			want: []message{
				{"error", "access_token", "Invalid Attribute Combination", `Attribute "email" cannot be specified when "access_token" is specified`},
				{"error", "access_token", "Invalid Attribute Combination", `Attribute "password" cannot be specified when "access_token" is specified`},
			},
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
			w.expectMessages(t, errorsIn(tell(t, workspace, "apply", "-auto-approve", "-var", "provider_arguments="+provider)), test.want...)
			if created := w.api.Count(cakemailtest.Create); created > 0 {
				t.Errorf("%d webhooks were created", created)
			}
		})
	}
}

const notKnownYet = "The provider's access_token will be known only after apply, because it comes from a resource that is still to be created or changed, " +
	"so the Cakemail API cannot be called now. First apply what it comes from (terraform apply -target=...), or give the provider a value that is known."

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
	w.expectMessages(t, tell(t, workspace, "plan", "-replace=terraform_data.token"), message{"warning", "", "Webhook not refreshed",
		"The state of the webhook (id ID, url https://example.com/cakemail) is shown as it was. " + notKnownYet})
	w.expectMessages(t, tell(t, workspace, "plan", "-replace=terraform_data.token", "-refresh=false", "-var", "read=true"),
		message{"error", "", "The provider's configuration is not known yet", notKnownYet})
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

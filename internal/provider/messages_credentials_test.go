package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// In the first plan, with real Terraform.
func TestErrorsOfCredentials(t *testing.T) {
	t.Parallel()
	const byLogin = "CAKEMAIL_EMAIL and CAKEMAIL_PASSWORD."
	refused := func(credentials string) acctest.Message {
		return acctest.Error("", "The credentials were refused", "Check or renew "+credentials)
	}
	login := map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail, "CAKEMAIL_PASSWORD": cakemailtest.DefaultPassword}
	token := map[string]string{"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken}
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		// environment is what the provider sees besides the API's address.
		environment map[string]string
		// provider is the -var argument for the provider block.
		provider string
		want     acctest.Message
	}{
		"a refused token of the configuration": {
			environment: token, provider: `{access_token="not-this-one"}`,
			want: refused("access_token in the provider block."),
		},
		"a refused password": {environment: acctest.With(login, map[string]string{"CAKEMAIL_PASSWORD": "not this one"}), want: refused(byLogin)},
		"a challenge of multi-factor authentication as 401": {
			options: []cakemailtest.Option{cakemailtest.WithChallenge(401)}, environment: login,
			want: acctest.Error("", "The login needs multi-factor authentication", "Cannot log in to list the webhooks.\nThe login uses "+byLogin),
		},
		"a challenge of multi-factor authentication as 200": {
			options: []cakemailtest.Option{cakemailtest.WithChallenge(200)}, environment: login,
			want: acctest.Error("", "The login needs multi-factor authentication", "set access_token or CAKEMAIL_ACCESS_TOKEN."),
		},
		"no credentials": {want: acctest.Error("", "Missing Cakemail credentials", "CAKEMAIL_ACCESS_TOKEN")},
		"an e-mail address without a password": {
			environment: map[string]string{"CAKEMAIL_EMAIL": cakemailtest.DefaultEmail},
			want:        acctest.Error("password", "Missing password", "There is CAKEMAIL_EMAIL, but no password."),
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

			w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-var", "provider_arguments="+provider), test.want)
		})
	}
}

// A first plan fails if a person has to do something before the apply can succeed, and only then.
func TestPlansThatNoApplyCanFollow(t *testing.T) {
	t.Parallel()
	const cannotTell = "The plan cannot check for existing webhooks."
	list := func(fault cakemailtest.Fault) cakemailtest.Fault {
		fault.Operation = cakemailtest.List
		return fault
	}
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		// address is the API's address, or "" for the right one.
		address string
		want    acctest.Message
	}{
		"401": {cakemailtest.Fault{Status: 401}, "", acctest.Error("", "The credentials were refused", "Cannot list the webhooks.")},
		"403": {list(cakemailtest.Fault{Status: 403}), "", acctest.Error("", "The credentials do not permit this call", "Cannot list the webhooks.")},
		"404": {cakemailtest.Fault{Status: 404}, "", acctest.Error("", "There is no Cakemail webhook API at HOST", "Cannot list the webhooks.")},
		"302": {
			cakemailtest.Fault{Status: 302, Header: map[string][]string{"Location": {"https://www.example.com"}}}, "",
			acctest.Error("", "HOST redirects to www.example.com", "Use the API's own address."),
		},
		"a page": {
			cakemailtest.Fault{Status: 200, Body: "<html>", ContentType: "text/html"}, "",
			acctest.Error("", "HOST does not answer like Cakemail", "Cannot list the webhooks."),
		},
		"422": {
			list(cakemailtest.Fault{Status: 422, Body: `{"detail":[{"loc":["query","account_id"],"msg":"not yours"}]}`}), "",
			acctest.Error("", "The API refused account_id", "The API said: not yours."),
		},
		"429":        {cakemailtest.Fault{Status: 429}, "", acctest.Warning("", "The API answered 429 Too Many Requests", cannotTell)},
		"503":        {cakemailtest.Fault{Status: 503}, "", acctest.Warning("", "The API answered 503 Service Unavailable", cannotTell)},
		"a hang-up":  {cakemailtest.Fault{Cut: true}, "", acctest.Warning("", "No answer from HOST", cannotTell)},
		"no host":    {cakemailtest.Fault{}, "https://api.invalid", acctest.Warning("", "No answer from api.invalid", cannotTell)},
		"no service": {cakemailtest.Fault{}, "http://127.0.0.1:1", acctest.Warning("", "No answer from 127.0.0.1:1", cannotTell)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, refresh := range []string{"-refresh=true", "-refresh=false"} {
				w := acctest.NewWorld(t)
				w.API.SetFaults(test.fault)
				if test.address != "" {
					w.Environment["CAKEMAIL_API_BASE"] = test.address
				}
				workspace := w.Workspace(t, "many.tf")
				w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", refresh, "-var", "max_retries=1"), test.want)
			}
		})
	}
}

// A plan reports this even if other values are known only after apply.
func TestPlansThatNoApplyCanFollowWithAnUnknownURL(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	w.API.SetFaults(cakemailtest.Fault{Status: 401})
	w.ExpectMessages(t, acctest.Tell(t, w.Workspace(t, "unknown_url.tf"), "plan"), acctest.Error("", "The credentials were refused", ""))
}

// A plan's list tries a host once that does not exist or refuses connections. An apply tries it as often as usual.
func TestAPlanTriesAHostOnceThatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://api.invalid", "http://127.0.0.1:1"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.Environment["CAKEMAIL_API_BASE"] = address
			workspace := w.Workspace(t, "many.tf")
			for _, said := range acctest.Tell(t, workspace, "plan", "-var", "max_retries=2") {
				if strings.Contains(said.Detail, "Tried ") {
					t.Errorf("got %s", said)
				}
			}
			told := acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "number=1", "-var", "max_retries=2"))
			if len(told) != 1 || !strings.Contains(told[0].Detail, "Tried 3 times") {
				t.Errorf("got %s", acctest.Indented(told))
			}
		})
	}
}

var notKnownYet = acctest.Error(
	"",
	"The provider's configuration is not known yet",
	"The provider needs access_token now, but Terraform knows that only after apply",
)

// Another resource makes the provider's token, through a webhook's whole life.
func TestCredentialsUnknownWhilePlanning(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
	workspace := w.Workspace(t, "unknown.tf", "TF_VAR_access_token="+cakemailtest.DefaultAccessToken)

	w.ExpectMessages(t, acctest.Tell(t, workspace, "apply", "-auto-approve"))
	onlyWebhook(t, w)
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-replace=terraform_data.token"),
		acctest.Warning("", "The webhook was not refreshed", "The plan shows the webhook ID as it is in the state."))
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-replace=terraform_data.token", "-refresh=false", "-var", "read=true"), notKnownYet)
}

// A webhook must not lose its secret when the account turns out to be the same.
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

	// Another account shows in the first plan that knows it.
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account", "-var", "account=43")
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "account=43")
	if after := onlyWebhook(t, w); after.AccountID != 43 {
		t.Errorf("the webhook is in account %d, want 43", after.AccountID)
	}
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "account=43")
}

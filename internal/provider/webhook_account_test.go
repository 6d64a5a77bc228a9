package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const account42 = "CAKEMAIL_ACCOUNT_ID=42"

// Naming the account that the webhook is in changes the state alone.
func TestNamingTheAccountForTheFirstTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environment []string
		arguments   []string
	}{
		"in the resource":    {nil, []string{"-var", "account_id=1"}},
		"in the environment": {[]string{"CAKEMAIL_ACCOUNT_ID=1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				unnamed := w.Workspace(t, "webhook.tf")
				acctest.Terraform(t, unnamed, "apply", "-auto-approve")
				before := acctest.StateOf(t, unnamed)
				named := w.WorkspaceIn(t, unnamed.Folder, test.environment...)
				w.Api.ResetCalls()

				output := acctest.Terraform(t, named, append([]string{"apply", "-auto-approve"}, test.arguments...)...)

				if !strings.Contains(output, "0 added, 1 changed, 0 destroyed") || acctest.StateOf(t, named)[0] != before[0] {
					t.Errorf("the webhook was %+v, and is %+v:\n%s", before, acctest.StateOf(t, named), output)
				}
				// One is the refresh; the plan and the apply's own plan ask for the account.
				if got := w.Api.Counts(); !maps.Equal(got, counts{cakemailtest.Show: 3}) {
					t.Errorf("got the calls %v", got)
				}
				acctest.Terraform(t, named, append([]string{"plan", "-detailed-exitcode"}, test.arguments...)...)
				acctest.Terraform(t, unnamed, "plan", "-detailed-exitcode")
			})
		})
	}
}

// A webhook that is not in the account that is named is replaced, as the plan
// says, and one of which that cannot be told is left alone.
func TestNamingAnotherAccount(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		c := w.NewCore(t, nil)
		c.MustApply(hook(nil))
		before := c.Text("id")

		w.ExpectMessages(t, c.Apply(hook(acctest.Arguments{"account_id": int64(99)})), acctest.Error("", "The credentials do not permit this call",
			"Cannot read the webhook ID in account 99."))
		if c.Text("id") != before || onlyWebhook(t, w).ID != before {
			t.Fatal("the webhook was touched")
		}
		c.MustApply(hook(acctest.Arguments{"account_id": int64(42)}))
		if onlyWebhook(t, w).AccountID != 42 {
			t.Errorf("the webhook is in account %d, want 42", onlyWebhook(t, w).AccountID)
		}
	})
}

// Only the state knows the account, so a replacement would move the webhook.
func TestAReplacementDoesNotLeaveTheAccount(t *testing.T) {
	t.Parallel()
	leaves := acctest.Error("", "The replacement would leave the webhook's account", "The webhook is in account 42, which only the state knows.")
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		existing := w.Api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		workspace := w.Workspace(t, "webhook.tf")
		acctest.Terraform(t, workspace, "import", acctest.TestWebhook, "42/"+existing.ID)
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")

		for name, arguments := range map[string][]string{
			"other events": {"-var", `events=["Email.Bounced"]`},
			"-replace":     {"-replace=" + acctest.TestWebhook},
		} {
			told := acctest.ErrorsIn(acctest.Tell(t, workspace, append([]string{"apply", "-auto-approve"}, arguments...)...))
			for index := range told {
				told[index].Attribute = ""
			}
			w.ExpectMessages(t, told, leaves)
			if onlyWebhook(t, w).ID != existing.ID {
				t.Errorf("%s: the webhook was touched", name)
			}
		}
		acctest.Terraform(t, w.WorkspaceIn(t, workspace.Folder, account42), "apply", "-auto-approve", "-var", `events=["Email.Bounced"]`)
		if after := onlyWebhook(t, w); after.AccountID != 42 || after.ID == existing.ID {
			t.Errorf("the webhook became %+v", after)
		}
		// Without an account, nothing but the state says where to archive it.
		acctest.Terraform(t, workspace, "destroy", "-auto-approve", "-var", `events=["Email.Bounced"]`)
		if active := w.Api.Active(); len(active) > 0 {
			t.Errorf("%d webhooks are active after destroy", len(active))
		}
	})
}

// A saved plan that is applied with another account archives nothing.
func TestAPlanAppliedWithAnotherAccount(t *testing.T) {
	t.Parallel()
	const bounced = `events=["Email.Bounced"]`
	for name, test := range map[string]struct {
		prepare, plan, destroy []string
	}{
		"a replacement": {nil, []string{"-var", bounced}, []string{"-var", bounced}},
		"-replace":      {nil, []string{"-replace=" + acctest.TestWebhook}, nil},
		"a tainted one": {[]string{"taint", acctest.TestWebhook}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			planned := w.Workspace(t, "webhook.tf", account42)
			acctest.Terraform(t, planned, "apply", "-auto-approve")
			before := onlyWebhook(t, w)
			if test.prepare != nil {
				acctest.Terraform(t, planned, test.prepare...)
			}
			acctest.Terraform(t, planned, append([]string{"plan", "-out=saved"}, test.plan...)...)
			applied := w.WorkspaceIn(t, planned.Folder)

			w.ExpectMessages(t, acctest.Tell(t, applied, "apply", "saved"), acctest.Error("", "The plan was made for another account",
				"The plan is for account 42, but the provider has the account of the credentials."))
			if onlyWebhook(t, w).ID != before.ID {
				t.Error("the webhook was touched")
			}
			acctest.Terraform(t, planned, append([]string{"apply", "-auto-approve"}, test.plan...)...)
			if onlyWebhook(t, w).AccountID != 42 {
				t.Errorf("the webhook is in account %d, want 42", onlyWebhook(t, w).AccountID)
			}
			// What names the plan's account has gone with the apply.
			acctest.Terraform(t, applied, append([]string{"destroy", "-auto-approve"}, test.destroy...)...)
			if active := w.Api.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active after destroy", len(active))
			}
		})
	}
}

// An account that is unknown in the plan and another one in the apply waits for
// the next plan, whatever else changes.
func TestAChangeWhileTheAccountIsUnknown(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "unknown_account.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	before := onlyWebhook(t, w)

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account", "-var", "account=43", "-var", "url=https://example.com/new")

	if after := onlyWebhook(t, w); after.ID != before.ID || after.URL != "https://example.com/new" || after.AccountID != 42 {
		t.Errorf("the webhook became %+v", after)
	}
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "account=43", "-var", "url=https://example.com/new")
	if after := onlyWebhook(t, w); after.AccountID != 43 {
		t.Errorf("the webhook is in account %d, want 43", after.AccountID)
	}
}

// The same where the state has no account yet.
func TestAChangeWhileTheFirstAccountIsUnknown(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	existing := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	unnamed := w.Workspace(t, "webhook.tf")
	acctest.Terraform(t, unnamed, "import", acctest.TestWebhook, existing.ID)
	other := w.Workspace(t, "unknown_account.tf")
	acctest.CopyState(t, unnamed, other)

	acctest.Terraform(t, other, "apply", "-auto-approve", "-var", "account=1", "-var", "url=https://example.com/new")

	if after := onlyWebhook(t, w); after.ID != existing.ID || after.URL != "https://example.com/new" {
		t.Errorf("the webhook became %+v", after)
	}
	acctest.Terraform(t, other, "apply", "-auto-approve", "-var", "account=1", "-var", "url=https://example.com/new")
	if after := onlyWebhook(t, w); after.ID != existing.ID {
		t.Error("the webhook was replaced")
	}
	acctest.Terraform(t, other, "plan", "-detailed-exitcode", "-var", "account=1", "-var", "url=https://example.com/new")
}

// An account that comes from a resource that changes is unknown in the plan. The old
// webhook is archived before it is known, so what is planned must hold afterwards.
func TestAReplacementInAnAccountThatIsUnknown(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string][]string{
		"the same account": {"-var", "revision=2"},
		"another account":  {"-var", "revision=2", "-var", "account=43"},
		"and other events": {"-var", "revision=2", "-var", "event=Email.Bounced"},
		"and -replace":     {"-var", "revision=2", "-replace=" + acctest.TestWebhook},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				workspace := w.Workspace(t, "unknown_webhook_account.tf")
				acctest.Terraform(t, workspace, "apply", "-auto-approve")

				acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, variables...)...)

				account := int64(42)
				if slices.Contains(variables, "account=43") {
					account = 43
				}
				if active, state := w.Api.Active(), acctest.StateOf(t, workspace); len(active) != 1 || active[0].AccountID != account || len(state) != 1 ||
					state[0].ID != active[0].ID {
					t.Errorf("active are %+v, the state holds %+v", active, state)
				}
			})
		})
	}
}

// What is tainted and in an account by its state alone does not leave it either.
func TestATaintedWebhookDoesNotLeaveItsAccount(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		webhook := w.Api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		workspace := w.Workspace(t, "webhook.tf")
		acctest.Terraform(t, workspace, "import", acctest.TestWebhook, "42/"+webhook.ID)
		acctest.Terraform(t, workspace, "taint", acctest.TestWebhook)

		told := acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve"))

		if len(told) != 1 || told[0].Summary != "The replacement would leave the webhook's account" {
			t.Errorf("got %s", acctest.Indented(told))
		}
		if active := w.Api.Active(); len(active) != 1 || active[0].ID != webhook.ID {
			t.Errorf("active are %+v", active)
		}
	})
}

// The account is named while the API cannot be asked yet whether the webhook is in it.
func TestAnAccountThatIsNamedWhileTheTokenIsUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variable string
		want     []string
	}{
		"in the provider": {"provider_account=42", nil},
		"in the resource": {"account=42", []string{"The webhook is in another account"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			workspace := w.Workspace(t, "unknown_token.tf", "TF_VAR_token="+cakemailtest.DefaultAccessToken)
			acctest.Terraform(t, workspace, "apply", "-auto-approve")

			var got []string
			for _, message := range acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "revision=2", "-var", test.variable)) {
				got = append(got, message.Summary)
			}

			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].ID != onlyWebhook(t, w).ID {
				t.Errorf("the state holds %+v, the API %+v", state, w.Api.Webhooks())
			}
		})
	}
}

package provider_test

import (
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
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				unnamed := w.workspace(t, "webhook.tf")
				terraform(t, unnamed, "apply", "-auto-approve")
				before := stateOf(t, unnamed)
				named := w.workspaceIn(t, unnamed.Folder, test.environment...)
				w.api.ResetCalls()

				output := terraform(t, named, append([]string{"apply", "-auto-approve"}, test.arguments...)...)

				if !strings.Contains(output, "0 added, 1 changed, 0 destroyed") || stateOf(t, named)[0] != before[0] {
					t.Errorf("the webhook was %+v, and is %+v:\n%s", before, stateOf(t, named), output)
				}
				// One is the refresh; the plan and the apply's own plan ask for the account.
				if got := w.api.Counts(); !maps.Equal(got, counts{cakemailtest.Show: 3}) {
					t.Errorf("got the calls %v", got)
				}
				terraform(t, named, append([]string{"plan", "-detailed-exitcode"}, test.arguments...)...)
				terraform(t, unnamed, "plan", "-detailed-exitcode")
			})
		})
	}
}

// A webhook that is not in the account that is named is replaced, as the plan
// says, and one of which that cannot be told is left alone.
func TestNamingAnotherAccount(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		c := w.newCore(t, nil)
		c.mustApply(hook(nil))
		before := c.text("id")

		w.expectMessages(t, c.apply(hook(arguments{"account_id": int64(99)})), message{"error", "", "The credentials do not permit this call",
			"Cannot read the webhook ID in account 99."})
		if c.text("id") != before || w.only(t).ID != before {
			t.Fatal("the webhook was touched")
		}
		c.mustApply(hook(arguments{"account_id": int64(42)}))
		if w.only(t).AccountID != 42 {
			t.Errorf("the webhook is in account %d, want 42", w.only(t).AccountID)
		}
	})
}

// Only the state knows the account, so a replacement would move the webhook.
func TestAReplacementDoesNotLeaveTheAccount(t *testing.T) {
	t.Parallel()
	leaves := message{"error", "", "The replacement would leave the webhook's account", "The webhook is in account 42, which only the state knows."}
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		existing := w.api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		workspace := w.workspace(t, "webhook.tf")
		terraform(t, workspace, "import", testWebhook, "42/"+existing.ID)
		terraform(t, workspace, "plan", "-detailed-exitcode")

		for name, arguments := range map[string][]string{
			"other events": {"-var", `events=["Email.Bounced"]`},
			"-replace":     {"-replace=" + testWebhook},
		} {
			told := errorsIn(tell(t, workspace, append([]string{"apply", "-auto-approve"}, arguments...)...))
			for index := range told {
				told[index].attribute = ""
			}
			w.expectMessages(t, told, leaves)
			if w.only(t).ID != existing.ID {
				t.Errorf("%s: the webhook was touched", name)
			}
		}
		terraform(t, w.workspaceIn(t, workspace.Folder, account42), "apply", "-auto-approve", "-var", `events=["Email.Bounced"]`)
		if after := w.only(t); after.AccountID != 42 || after.ID == existing.ID {
			t.Errorf("the webhook became %+v", after)
		}
		// Without an account, nothing but the state says where to archive it.
		terraform(t, workspace, "destroy", "-auto-approve", "-var", `events=["Email.Bounced"]`)
		if active := w.api.Active(); len(active) > 0 {
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
		"-replace":      {nil, []string{"-replace=" + testWebhook}, nil},
		"a tainted one": {[]string{"taint", testWebhook}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			planned := w.workspace(t, "webhook.tf", account42)
			terraform(t, planned, "apply", "-auto-approve")
			before := w.only(t)
			if test.prepare != nil {
				terraform(t, planned, test.prepare...)
			}
			terraform(t, planned, append([]string{"plan", "-out=saved"}, test.plan...)...)
			applied := w.workspaceIn(t, planned.Folder)

			w.expectMessages(t, tell(t, applied, "apply", "saved"), message{"error", "", "The plan was made for another account",
				"The plan is for account 42, but the provider has the account of the credentials."})
			if w.only(t).ID != before.ID {
				t.Error("the webhook was touched")
			}
			terraform(t, planned, append([]string{"apply", "-auto-approve"}, test.plan...)...)
			if w.only(t).AccountID != 42 {
				t.Errorf("the webhook is in account %d, want 42", w.only(t).AccountID)
			}
			// What names the plan's account has gone with the apply.
			terraform(t, applied, append([]string{"destroy", "-auto-approve"}, test.destroy...)...)
			if active := w.api.Active(); len(active) > 0 {
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
	w := newWorld(t)
	workspace := w.workspace(t, "unknown_account.tf")
	terraform(t, workspace, "apply", "-auto-approve")
	before := w.only(t)

	terraform(t, workspace, "apply", "-auto-approve", "-replace=terraform_data.account", "-var", "account=43", "-var", "url=https://example.com/new")

	if after := w.only(t); after.ID != before.ID || after.URL != "https://example.com/new" || after.AccountID != 42 {
		t.Errorf("the webhook became %+v", after)
	}
	terraform(t, workspace, "apply", "-auto-approve", "-var", "account=43", "-var", "url=https://example.com/new")
	if after := w.only(t); after.AccountID != 43 {
		t.Errorf("the webhook is in account %d, want 43", after.AccountID)
	}
}

// The same where the state has no account yet.
func TestAChangeWhileTheFirstAccountIsUnknown(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := newWorld(t)
	existing := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	unnamed := w.workspace(t, "webhook.tf")
	terraform(t, unnamed, "import", testWebhook, existing.ID)
	other := w.workspace(t, "unknown_account.tf")
	copyState(t, unnamed, other)

	terraform(t, other, "apply", "-auto-approve", "-var", "account=1", "-var", "url=https://example.com/new")

	if after := w.only(t); after.ID != existing.ID || after.URL != "https://example.com/new" {
		t.Errorf("the webhook became %+v", after)
	}
	terraform(t, other, "apply", "-auto-approve", "-var", "account=1", "-var", "url=https://example.com/new")
	if after := w.only(t); after.ID != existing.ID {
		t.Error("the webhook was replaced")
	}
	terraform(t, other, "plan", "-detailed-exitcode", "-var", "account=1", "-var", "url=https://example.com/new")
}

// An account that comes from a resource that changes is unknown in the plan. The old
// webhook is archived before it is known, so what is planned must hold afterwards.
func TestAReplacementInAnAccountThatIsUnknown(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string][]string{
		"the same account": {"-var", "revision=2"},
		"another account":  {"-var", "revision=2", "-var", "account=43"},
		"and other events": {"-var", "revision=2", "-var", "event=Email.Bounced"},
		"and -replace":     {"-var", "revision=2", "-replace=" + testWebhook},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				workspace := w.workspace(t, "unknown_webhook_account.tf")
				terraform(t, workspace, "apply", "-auto-approve")

				terraform(t, workspace, append([]string{"apply", "-auto-approve"}, variables...)...)

				account := int64(42)
				if slices.Contains(variables, "account=43") {
					account = 43
				}
				if active, state := w.api.Active(), stateOf(t, workspace); len(active) != 1 || active[0].AccountID != account || len(state) != 1 || state[0].ID != active[0].ID {
					t.Errorf("active are %+v, the state holds %+v", active, state)
				}
			})
		})
	}
}

// What is tainted and in an account by its state alone does not leave it either.
func TestATaintedWebhookDoesNotLeaveItsAccount(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		webhook := w.api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		workspace := w.workspace(t, "webhook.tf")
		terraform(t, workspace, "import", testWebhook, "42/"+webhook.ID)
		terraform(t, workspace, "taint", testWebhook)

		told := errorsIn(tell(t, workspace, "apply", "-auto-approve"))

		if len(told) != 1 || told[0].summary != "The replacement would leave the webhook's account" {
			t.Errorf("got %s", indented(told))
		}
		if active := w.api.Active(); len(active) != 1 || active[0].ID != webhook.ID {
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
			w := newWorld(t)
			workspace := w.workspace(t, "unknown_token.tf", "TF_VAR_token="+cakemailtest.DefaultAccessToken)
			terraform(t, workspace, "apply", "-auto-approve")

			var got []string
			for _, message := range errorsIn(tell(t, workspace, "apply", "-auto-approve", "-var", "revision=2", "-var", test.variable)) {
				got = append(got, message.summary)
			}

			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if state := stateOf(t, workspace); len(state) != 1 || state[0].ID != w.only(t).ID {
				t.Errorf("the state holds %+v, the API %+v", state, w.api.Webhooks())
			}
		})
	}
}

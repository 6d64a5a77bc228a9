package provider_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const account42 = "CAKEMAIL_ACCOUNT_ID=42"

// later is another process with the same state and this provider configuration.
func later(w *acctest.World, c *acctest.Core, provider acctest.Arguments) *acctest.Core {
	c.T.Helper()
	other := w.NewCore(c.T, provider)
	other.State, other.Private, other.Tainted = c.State, c.Private, c.Tainted
	return other
}

func TestWebhookResource_AccountOfTheProviderOrTheResource(t *testing.T) {
	t.Parallel()
	own := acctest.Arguments{"account_id": int64(43)}
	for name, test := range map[string]struct {
		config acctest.Arguments
		want   int64
	}{"the provider's": {nil, 42}, "the resource's beats it": {own, 43}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, acctest.Arguments{"account_id": int64(42)})
			c.MustApply(hook(test.config))
			expectAgreement(t, w, c, acctest.Arguments{"account_id": test.want})
			w.ExpectMessages(t, c.Destroy())
			for _, call := range w.API.Calls() {
				if call.AccountID != test.want {
					t.Errorf("%s %s was made for account %d, want %d", call.Method, call.Path, call.AccountID, test.want)
				}
			}
		})
	}
}

func TestWebhookResource_AccountThatIsNamed(t *testing.T) {
	t.Parallel()
	named := acctest.Arguments{"account_id": int64(1)}
	for name, test := range map[string]struct{ provider, config acctest.Arguments }{
		"in the resource changes the state alone": {nil, named},
		"in the provider changes the state alone": {named, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				unnamed := w.NewCore(t, nil)
				unnamed.MustApply(hook(nil))
				w.API.ResetCalls()
				c := later(w, unnamed, test.provider)
				c.MustApply(hook(test.config))

				// One is the refresh; the other is the plan's look into the account.
				if got := w.API.Counts(); !maps.Equal(got, counts{cakemailtest.Show: 2}) {
					t.Errorf("got the calls %v", got)
				}
				expectAgreement(t, w, c, named)
				c.ExpectNoChange(hook(test.config))
				later(w, c, nil).ExpectNoChange(hook(nil))
			})
		})
	}
	t.Run("and cannot be read leaves the webhook alone", func(t *testing.T) {
		t.Parallel()
		acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
			t.Helper()
			w := acctest.NewWorld(t, cakemailtest.WithForm(form))
			c := w.NewCore(t, nil)
			c.MustApply(hook(nil))
			w.ExpectMessages(t, c.Apply(hook(acctest.Arguments{"account_id": int64(99)})),
				acctest.Error("", "The credentials do not permit this call", "Check account_id, and the user's rights in account 99."))
			expectAgreement(t, w, c, nil)
		})
	})
}

// Only the state knows the account, so a replacement would move the webhook.
func TestWebhookResource_AccountIsNotLeftByAReplacement(t *testing.T) {
	t.Parallel()
	bounced := hook(acctest.Arguments{"events": []string{"Email.Bounced"}})
	for name, replace := range map[string]func(*acctest.Core) []acctest.Message{
		"by other events": func(c *acctest.Core) []acctest.Message { return c.Apply(bounced) },
		"by -replace": func(c *acctest.Core) []acctest.Message {
			// The plan says so already.
			config := acctest.Block(c.Webhook, hook(nil))
			return c.MessagesOf(c.PlanFrom(tftypes.NewValue(c.Webhook, nil), config, c.Plan(c.State, config).PlannedPrivate).Diagnostics)
		},
		"of a tainted one": func(c *acctest.Core) []acctest.Message { c.Tainted = true; return c.Apply(hook(nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				existing := w.API.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				c := w.NewCore(t, nil)
				w.ExpectMessages(t, c.ImportState("42/"+existing.ID))
				c.ExpectNoChange(hook(nil))

				w.ExpectMessages(t, acctest.ErrorsIn(replace(c)),
					acctest.Error("account_id", "The replacement would be in another account", "The webhook's account, 42, is only in the state."))
				if onlyWebhook(t, w).ID != existing.ID {
					t.Error("the webhook was touched")
				}
				named := later(w, c, acctest.Arguments{"account_id": int64(42)})
				named.MustApply(bounced)
				if after := onlyWebhook(t, w); after.AccountID != 42 || after.ID == existing.ID {
					t.Errorf("the webhook became %+v", after)
				}
				// Without an account, only the state says where to archive it.
				w.ExpectMessages(t, later(w, named, nil).Destroy())
				if active := w.API.Active(); len(active) > 0 {
					t.Errorf("%d webhooks are active after destroy", len(active))
				}
			})
		})
	}
}

// A saved plan that is applied with another account archives nothing.
func TestWebhookResource_AccountOfASavedPlan(t *testing.T) {
	t.Parallel()
	const bounced = `events=["Email.Bounced"]`
	for name, test := range map[string]struct{ prepare, plan, destroy []string }{
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
			// After the apply, nothing names the plan's account any more.
			acctest.Terraform(t, applied, append([]string{"destroy", "-auto-approve"}, test.destroy...)...)
			if active := w.API.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active after destroy", len(active))
			}
		})
	}
}

// If the account is unknown in the plan and another one in the apply, the next plan moves the webhook, whatever
// else changes.
func TestWebhookResource_AccountThatIsUnknownInThePlanOfAChange(t *testing.T) {
	t.Parallel()
	changed := hook(acctest.Arguments{"url": "https://example.com/new"})
	for name, test := range map[string]struct {
		before         acctest.Arguments
		then           int64
		refresh, moves bool
	}{
		"another one":                    {acctest.Arguments{"account_id": int64(42)}, 43, true, true},
		"another one, without a refresh": {acctest.Arguments{"account_id": int64(42)}, 43, false, true},
		"the first, and no move":         {nil, 1, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, test.before)
			c.MustApply(hook(nil))
			before := onlyWebhook(t, w)
			planning, applying := later(w, c, acctest.Arguments{"account_id": tftypes.UnknownValue}), later(w, c, acctest.Arguments{"account_id": test.then})
			if test.refresh {
				planning.Refresh()
			}
			planned := planning.Plan(planning.State, acctest.Block(c.Webhook, changed))
			if len(planned.RequiresReplace) > 0 {
				t.Errorf("the plan replaces for %s", planned.RequiresReplace)
			}

			w.ExpectMessages(t, applying.Change(acctest.Block(c.Webhook, changed), planned.PlannedState, planned.PlannedPrivate))

			if after := onlyWebhook(t, w); after.ID != before.ID || after.URL != "https://example.com/new" || after.AccountID != before.AccountID {
				t.Errorf("the webhook became %+v", after)
			}
			applying.MustApply(changed)
			expectAgreement(t, w, applying, acctest.Arguments{"account_id": test.then})
			if isMoved := onlyWebhook(t, w).ID != before.ID; isMoved != test.moves {
				t.Errorf("the webhook was replaced: %t", isMoved)
			}
			applying.ExpectNoChange(changed)
		})
	}
}

// A plan without a refresh looks like the apply of a saved plan, so the next plan moves the webhook.
func TestWebhookResource_AccountThatChangesWithoutARefresh(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, acctest.Arguments{"account_id": int64(42)})
	c.MustApply(hook(nil))
	w.ExpectMessages(t, c.Refresh())
	other := later(w, c, acctest.Arguments{"account_id": int64(43)})
	other.ExpectNoChange(hook(nil))
	other.MustApply(hook(nil))
	expectAgreement(t, w, other, acctest.Arguments{"account_id": int64(43)})
}

// If the account comes from a resource that changes, it is unknown in the plan. The old webhook is archived
// before the account is known, so the plan must still hold then.
func TestWebhookResource_AccountThatIsUnknownInThePlanOfAReplacement(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	for name, variables := range map[string][]string{
		"the same account": {"-var", "revision=2"},
		"another account":  {"-var", "revision=2", "-var", "account=43"},
		"and other events": {"-var", "revision=2", "-var", "event=Email.Bounced"},
		"and -replace":     {"-var", "revision=2", "-replace=" + acctest.TestWebhook},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			workspace := w.Workspace(t, "unknown_webhook_account.tf")
			acctest.Terraform(t, workspace, "apply", "-auto-approve")

			acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, variables...)...)

			account := int64(42)
			if slices.Contains(variables, "account=43") {
				account = 43
			}
			if active, state := onlyWebhook(t, w), acctest.StateOf(t, workspace); active.AccountID != account || len(state) != 1 || state[0].ID != active.ID {
				t.Errorf("active is %+v, the state holds %+v", active, state)
			}
		})
	}
}

// The account is named before the API can be asked whether the webhook is in it.
func TestWebhookResource_AccountThatIsNamedWhileTheTokenIsUnknown(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	for name, test := range map[string]struct {
		variable string
		want     []acctest.Message
	}{
		"in the provider": {"provider_account=42", nil},
		"in the resource": {"account=42", []acctest.Message{acctest.Error("account_id", "The webhook is in another account", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			workspace := w.Workspace(t, "unknown_token.tf", "TF_VAR_token="+cakemailtest.DefaultAccessToken)
			acctest.Terraform(t, workspace, "apply", "-auto-approve")

			told := acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "revision=2", "-var", test.variable)

			w.ExpectMessages(t, acctest.ErrorsIn(told), test.want...)
			if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].ID != onlyWebhook(t, w).ID {
				t.Errorf("the state holds %+v, the API %+v", state, w.API.Webhooks())
			}
		})
	}
}

// A saved plan of a change holds, whatever account the provider has now. With somebody else's credentials, it ends
// with one message and changes nothing.
func TestWebhookResource_AccountOfASavedChange(t *testing.T) {
	t.Parallel()
	const account1, account43 = "CAKEMAIL_ACCOUNT_ID=1", "CAKEMAIL_ACCOUNT_ID=43"
	for name, test := range map[string]struct {
		// before, planned and applied are the environments of the steps.
		before, planned, applied []string
		// isElsewhere means that the apply has other credentials, whose accounts have no webhook.
		isElsewhere bool
	}{
		"another token":                      {nil, nil, nil, true},
		"another token, the account named":   {nil, []string{account1}, []string{account1}, true},
		"another token, no account any more": {[]string{account42}, []string{account42}, nil, true},
		"another token, the account as ever": {[]string{account42}, []string{account42}, []string{account42}, true},
		"an account, where there was none":   {nil, nil, []string{account42}, false},
		"another account":                    {[]string{account42}, []string{account42}, []string{account43}, false},
		"another account, with others":       {[]string{account42}, []string{account42}, []string{account43}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
			applying := w
			if test.isElsewhere {
				applying = acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
			}
			workspace := w.Workspace(t, "webhook.tf", test.before...)
			acctest.Terraform(t, workspace, "apply", "-auto-approve")
			was := onlyWebhook(t, w)
			change := []string{"-var", "rate_limit=7", "-var", "url=https://example.com/new"}
			planned := w.WorkspaceIn(t, workspace.Folder, test.planned...)
			acctest.Terraform(t, planned, append([]string{"plan", "-out=saved"}, change...)...)

			told := acctest.Tell(t, applying.WorkspaceIn(t, workspace.Folder, test.applied...), "apply", "saved")

			is := onlyWebhook(t, w)
			if test.isElsewhere {
				w.ExpectMessages(t, told, acctest.Error("", "There is no webhook ID", "or the credentials changed.\nPlan again"))
				if is.URL != was.URL {
					t.Errorf("the webhook became %+v", is)
				}
				acctest.Terraform(t, planned, append([]string{"apply", "-auto-approve"}, change...)...)
			} else {
				w.ExpectMessages(t, told)
			}
			if is = onlyWebhook(t, w); is.ID != was.ID || is.URL != "https://example.com/new" || is.AccountID != was.AccountID {
				t.Errorf("the webhook became %+v", is)
			}
		})
	}
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// only returns the one active webhook, or fails the test.
func onlyWebhook(t *testing.T, w *acctest.World) cakemailtest.Webhook {
	t.Helper()
	active := w.Api.Active()
	if len(active) != 1 {
		t.Fatalf("%d webhooks are active, want 1", len(active))
	}
	return active[0]
}

func TestWebhookDrift(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(api *cakemailtest.Server, id string)
		action plancheck.ResourceActionType
		checks []plancheck.PlanCheck
		sameID bool
		forms  []cakemailtest.Form
	}{
		"archived elsewhere is healed in place": {
			change: func(api *cakemailtest.Server, id string) {
				api.Change(id, func(webhook *cakemailtest.Webhook) { webhook.Archived = true })
			},
			action: plancheck.ResourceActionUpdate,
			checks: known(),
			sameID: true,
			forms:  []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
		"gone elsewhere is created again": {
			change: func(api *cakemailtest.Server, id string) { api.Remove(id) },
			action: plancheck.ResourceActionCreate,
			forms:  []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
		"another url elsewhere is set right in place": {
			change: func(api *cakemailtest.Server, id string) {
				api.Change(id, func(webhook *cakemailtest.Webhook) { webhook.URL = "https://example.com/elsewhere" })
			},
			action: plancheck.ResourceActionUpdate,
			checks: known(),
			sameID: true,
			forms:  []cakemailtest.Form{cakemailtest.Reference},
		},
		"another url elsewhere is replaced where the API cannot change it": {
			change: func(api *cakemailtest.Server, id string) {
				api.Change(id, func(webhook *cakemailtest.Webhook) { webhook.URL = "https://example.com/elsewhere" })
			},
			action: plancheck.ResourceActionReplace,
			forms:  []cakemailtest.Form{cakemailtest.Guide},
		},
		"other events elsewhere are replaced": {
			change: func(api *cakemailtest.Server, id string) {
				api.Change(id, func(webhook *cakemailtest.Webhook) { webhook.Events = []string{"Email.Bounced"} })
			},
			action: plancheck.ResourceActionReplace,
			forms:  []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
		"an unset rate limit follows the API": {
			change: func(api *cakemailtest.Server, id string) {
				api.Change(id, func(webhook *cakemailtest.Webhook) { webhook.RateLimit = 77 })
			},
			action: plancheck.ResourceActionNoop,
			sameID: true,
			forms:  []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
	} {
		for _, form := range test.forms {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				identity := statecheck.CompareValue(compare.ValuesDiffer())
				if test.sameID {
					identity = statecheck.CompareValue(compare.ValuesSame())
				}
				before := acctest.WebhookStep(nil)
				before.ConfigStateChecks = []statecheck.StateCheck{identity.AddStateValue(acctest.TestWebhook, attribute("id"))}
				after := planned(acctest.WebhookStep(nil), test.action, test.checks...)
				after.PreConfig = func() { test.change(w.Api, onlyWebhook(t, w).ID) }
				after.ConfigStateChecks = []statecheck.StateCheck{
					expect("archived", knownvalue.Bool(false)),
					identity.AddStateValue(acctest.TestWebhook, attribute("id")),
				}
				w.Run(t, before, after)
			})
		}
	}
}

func TestWebhookEventsHaveNoOrder(t *testing.T) {
	t.Parallel()
	// The fake of the guide's form answers events in reverse order.
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	events := func(names ...string) config.Variables {
		var values []config.Variable
		for _, name := range names {
			values = append(values, config.StringVariable(name))
		}
		return config.Variables{"events": config.SetVariable(values...)}
	}
	w.Run(t,
		acctest.WebhookStep(events("Contact.Added", "Email.Bounced", "Email.Opened")),
		planned(acctest.WebhookStep(events("Email.Opened", "Contact.Added", "Email.Bounced")), plancheck.ResourceActionNoop),
	)
}

func TestWebhookInAnotherAccount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environment string
		variables   config.Variables
		want        int64
	}{
		"the provider's account":                {environment: "42", want: 42},
		"the resource's account beats that one": {environment: "42", variables: config.Variables{"account_id": config.IntegerVariable(43)}, want: 43},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.Environment["CAKEMAIL_ACCOUNT_ID"] = test.environment
			step := acctest.WebhookStep(test.variables)
			step.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("account_id"), knownvalue.Int64Exact(test.want)),
			}
			step.ConfigStateChecks = []statecheck.StateCheck{expect("account_id", knownvalue.Int64Exact(test.want))}
			step.PostApplyFunc = func() {
				if got := onlyWebhook(t, w).AccountID; got != test.want {
					t.Errorf("the webhook is in account %d, want %d", got, test.want)
				}
				for _, call := range w.Api.Calls() {
					if call.AccountID != test.want {
						t.Errorf("%s %s was made for account %d, want %d", call.Method, call.Path, call.AccountID, test.want)
					}
				}
			}
			w.Run(t, step)
		})
	}
}

func TestWebhookIsImported(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		for name, test := range map[string]struct {
			account   int64
			variables config.Variables
			importID  func(id string) string
		}{
			"by id": {importID: func(id string) string { return id }},
			"by account and id": {account: 42, variables: config.Variables{"account_id": config.IntegerVariable(42)},
				importID: func(id string) string { return "42/" + id }},
			"by account, then none": {account: 42, importID: func(id string) string { return "42/" + id }},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				existing := w.Api.Add(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				imported := acctest.WebhookStep(test.variables)
				imported.ResourceName = acctest.TestWebhook
				imported.ImportState = true
				imported.ImportStateId = test.importID(existing.ID)
				imported.ImportStatePersist = true
				unchanged := planned(acctest.WebhookStep(test.variables), plancheck.ResourceActionNoop)
				unchanged.ConfigStateChecks = []statecheck.StateCheck{
					expect("id", knownvalue.StringExact(existing.ID)),
					expect("secret", knownvalue.StringExact(existing.Secret)),
				}
				w.Run(t, imported, unchanged)
			})
		}
	})
}

func TestWebhookIsDestroyedWhenAlreadyArchivedOrGone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(api *cakemailtest.Server, id string){
		"archived": func(api *cakemailtest.Server, id string) {
			api.Change(id, func(webhook *cakemailtest.Webhook) { webhook.Archived = true })
		},
		"gone": func(api *cakemailtest.Server, id string) { api.Remove(id) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				for _, refresh := range []string{"-refresh=true", "-refresh=false"} {
					t.Run(refresh, func(t *testing.T) {
						t.Parallel()
						w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPatience(acctest.ShortPatience)
						workspace := w.Workspace(t, "webhook.tf")
						acctest.Terraform(t, workspace, "apply", "-auto-approve")
						change(w.Api, onlyWebhook(t, w).ID)
						acctest.Terraform(t, workspace, "destroy", "-auto-approve", refresh)
						if left := acctest.StateOf(t, workspace); len(left) > 0 {
							t.Errorf("the state still holds %+v", left)
						}
					})
				}
			})
		})
	}
}

func TestWebhookIsArchivedFromTheStart(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		step := acctest.WebhookStep(config.Variables{"archived": config.BoolVariable(true)})
		step.ConfigStateChecks = []statecheck.StateCheck{
			expect("archived", knownvalue.Bool(true)),
			expect("secret", knownvalue.NotNull()),
		}
		step.PostApplyFunc = func() {
			if active := w.Api.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active, want none", len(active))
			}
		}
		w.Run(t, step, resource.TestStep{
			ConfigFile:      step.ConfigFile,
			ConfigVariables: step.ConfigVariables,
			PlanOnly:        true,
		})
	})
}

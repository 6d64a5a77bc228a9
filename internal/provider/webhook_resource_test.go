package provider_test

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func attribute(name string) tfjsonpath.Path { return tfjsonpath.New(name) }

func expect(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(acctest.TestWebhook, attribute(name), value)
}

// planned expects this action in the plan of the step.
func planned(step resource.TestStep, action plancheck.ResourceActionType, checks ...plancheck.PlanCheck) resource.TestStep {
	step.ConfigPlanChecks.PreApply = append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(acctest.TestWebhook, action)}, checks...)
	return step
}

// known expects id and secret to be known in the plan.
func known() []plancheck.PlanCheck {
	return []plancheck.PlanCheck{
		plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("id"), knownvalue.NotNull()),
		plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("secret"), knownvalue.NotNull()),
		plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("hash_function"), knownvalue.StringExact("sha256")),
	}
}

// onlyWebhook returns the single active webhook, or fails the test.
func onlyWebhook(t *testing.T, w *acctest.World) cakemailtest.Webhook {
	t.Helper()
	active := w.API.Active()
	if len(active) != 1 {
		t.Fatalf("%d webhooks are active, want 1", len(active))
	}
	return active[0]
}

// changesOf returns the changing calls in order.
func changesOf(w *acctest.World) []cakemailtest.Operation {
	changing := []cakemailtest.Operation{cakemailtest.Create, cakemailtest.Update, cakemailtest.Archive, cakemailtest.Unarchive}
	var changes []cakemailtest.Operation
	for _, call := range w.API.Calls() {
		if slices.Contains(changing, call.Operation) {
			changes = append(changes, call.Operation)
		}
	}
	return changes
}

// A webhook's life in real Terraform. Tests over the plugin protocol have each change by itself.
func TestWebhookResource_Life(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		limit, period, change := int64(50), "second", plancheck.ResourceActionUpdate
		if form == cakemailtest.Guide {
			limit, period, change = 100, "hour", plancheck.ResourceActionReplace
		}
		unknown := []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("id")), plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("secret")),
			plancheck.ExpectSensitiveValue(acctest.TestWebhook, attribute("secret")),
		}
		create := planned(acctest.WebhookStep(nil), plancheck.ResourceActionCreate, unknown...)
		create.ConfigStateChecks = []statecheck.StateCheck{
			expect("id", knownvalue.NotNull()),
			expect("url", knownvalue.StringExact("https://example.com/cakemail")),
			expect("events", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("Contact.Added")})),
			expect("rate_limit", knownvalue.Int64Exact(limit)),
			expect("rate_limit_period", knownvalue.StringExact(period)),
			expect("archived", knownvalue.Bool(false)),
			expect("account_id", knownvalue.Null()),
			expect("store_secret", knownvalue.Bool(true)),
			expect("secret", knownvalue.StringRegexp(regexp.MustCompile(`^.{20,}$`))),
			expect("hash_function", knownvalue.StringExact("sha256")),
		}
		same, other := statecheck.CompareValue(compare.ValuesSame()), statecheck.CompareValue(compare.ValuesDiffer())
		pause := planned(acctest.WebhookStep(config.Variables{"archived": config.BoolVariable(true)}), plancheck.ResourceActionUpdate, known()...)
		resume := planned(acctest.WebhookStep(nil), plancheck.ResourceActionUpdate, known()...)
		for _, step := range []*resource.TestStep{&create, &pause, &resume} {
			step.ConfigStateChecks = append(step.ConfigStateChecks, same.AddStateValue(acctest.TestWebhook, attribute("secret")))
		}
		events := config.Variables{"events": config.SetVariable(config.StringVariable("Email.Bounced"))}
		replace := planned(acctest.WebhookStep(events), plancheck.ResourceActionReplace, unknown...)
		resume.ConfigStateChecks = append(resume.ConfigStateChecks, other.AddStateValue(acctest.TestWebhook, attribute("secret")))
		replace.ConfigStateChecks = []statecheck.StateCheck{other.AddStateValue(acctest.TestWebhook, attribute("secret"))}
		w.Run(t, create, planned(acctest.WebhookStep(nil), plancheck.ResourceActionNoop), pause, resume, replace,
			planned(acctest.WebhookStep(acctest.With(events, config.Variables{"url": config.StringVariable("https://example.com/new")})), change))
	})
}

func TestWebhookResource_DestroyWhatIsArchivedOrGone(t *testing.T) {
	t.Parallel()
	for name, elsewhere := range map[string]func(*acctest.World, string){
		"archived": changing(func(webhook *cakemailtest.Webhook) { webhook.Archived = true }),
		"gone":     func(w *acctest.World, id string) { w.API.Remove(id) },
	} {
		// A missing webhook may be in an account that other credentials reach.
		said := map[string]string{"seen by the refresh": "The webhook ID was not found in the account of the credentials",
			"without a refresh": "The webhook ID was not found, so nothing was archived"}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				for when, destroy := range map[string]func(*acctest.Core) []acctest.Message{
					"seen by the refresh": (*acctest.Core).Destroy, "without a refresh": (*acctest.Core).Archive,
				} {
					t.Run(when, func(t *testing.T) {
						t.Parallel()
						w := acctest.NewWorld(t, cakemailtest.WithForm(form))
						c := w.NewCore(t, nil)
						c.MustApply(hook(nil))
						elsewhere(w, onlyWebhook(t, w).ID)
						var want []acctest.Message
						if name == "gone" {
							want = []acctest.Message{acctest.Warning("", said[when], "the webhook may still deliver")}
						}
						w.ExpectMessages(t, destroy(c), want...)
						if !c.State.IsNull() {
							t.Errorf("the state still holds %s", c.State)
						}
					})
				}
			})
		})
	}
}

// counts are the number of calls by operation; missing operations have none.
type counts = map[cakemailtest.Operation]int

func TestWebhookResource_CallsAreNoMoreThanThePlanNeeds(t *testing.T) {
	t.Parallel()
	const number = 5
	for form, want := range map[cakemailtest.Form]struct{ create, change counts }{
		// terraform apply runs one process to plan and one to apply. Each logs in, and lists the account if something is
		// created.
		cakemailtest.Reference: {
			create: counts{cakemailtest.Token: 2, cakemailtest.List: 2, cakemailtest.Create: number, cakemailtest.Show: number},
			change: counts{cakemailtest.Token: 2, cakemailtest.Show: number, cakemailtest.Update: number},
		},
		// The guide's form has no PATCH, so a change replaces. Its list does not say where it ends, so the plan asks for
		// a second page. In the apply, nothing is active any more.
		cakemailtest.Guide: {
			create: counts{cakemailtest.Token: 2, cakemailtest.List: 2, cakemailtest.Create: number},
			change: counts{cakemailtest.Token: 2, cakemailtest.Show: number, cakemailtest.List: 3, cakemailtest.Create: number, cakemailtest.Archive: number},
		},
	} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
			workspace := w.Workspace(t, "many.tf")
			for _, phase := range []struct {
				name      string
				arguments []string
				want      counts
			}{
				{"create", []string{"apply", "-auto-approve"}, want.create},
				{"plan without changes", []string{"plan", "-detailed-exitcode"}, counts{cakemailtest.Token: 1, cakemailtest.Show: number}},
				{"change", []string{"apply", "-auto-approve", "-parallelism=1", "-var", "path=new"}, want.change},
				{"destroy", []string{"destroy", "-auto-approve", "-var", "path=new"},
					counts{cakemailtest.Token: 2, cakemailtest.Show: number, cakemailtest.Archive: number}},
			} {
				w.API.ResetCalls()
				acctest.Terraform(t, workspace, phase.arguments...)
				if got := w.API.Counts(); !maps.Equal(got, phase.want) {
					t.Errorf("%s: %v calls, want %v", phase.name, got, phase.want)
				}
			}
			if active := w.API.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active after destroy", len(active))
			}
		})
	}
}

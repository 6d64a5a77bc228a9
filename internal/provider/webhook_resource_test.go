package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func attribute(name string) tfjsonpath.Path { return tfjsonpath.New(name) }

func expect(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(acctest.TestWebhook, attribute(name), value)
}

// planned expects the action of the plan, whatever else the step does.
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

func TestWebhookIsCreatedWithTheDefaultsOfTheAPI(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		limit, period := int64(50), "second"
		if form == cakemailtest.Guide {
			limit, period = 100, "hour"
		}
		create := planned(acctest.WebhookStep(nil), plancheck.ResourceActionCreate,
			plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("id")),
			plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("secret")),
			plancheck.ExpectSensitiveValue(acctest.TestWebhook, attribute("secret")))
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
		unchanged := planned(acctest.WebhookStep(nil), plancheck.ResourceActionNoop)
		w.Run(t, create, unchanged)
	})
}

func TestWebhookChangesInPlace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after config.Variables
		attribute     string
		value         knownvalue.Check
		forms         []cakemailtest.Form
	}{
		"url": {
			after:     config.Variables{"url": config.StringVariable("https://example.com/new")},
			attribute: "url", value: knownvalue.StringExact("https://example.com/new"),
			forms: []cakemailtest.Form{cakemailtest.Reference},
		},
		"rate limit": {
			before:    config.Variables{"rate_limit": config.IntegerVariable(10)},
			after:     config.Variables{"rate_limit": config.IntegerVariable(20)},
			attribute: "rate_limit", value: knownvalue.Int64Exact(20),
			forms: []cakemailtest.Form{cakemailtest.Reference},
		},
		"rate limit set later": {
			after:     config.Variables{"rate_limit": config.IntegerVariable(7)},
			attribute: "rate_limit", value: knownvalue.Int64Exact(7),
			forms: []cakemailtest.Form{cakemailtest.Reference},
		},
		"rate limit period": {
			after:     config.Variables{"rate_limit_period": config.StringVariable("minute")},
			attribute: "rate_limit_period", value: knownvalue.StringExact("minute"),
			forms: []cakemailtest.Form{cakemailtest.Reference},
		},
		"archive": {
			after:     config.Variables{"archived": config.BoolVariable(true)},
			attribute: "archived", value: knownvalue.Bool(true),
			forms: []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
		"unarchive": {
			before:    config.Variables{"archived": config.BoolVariable(true)},
			after:     config.Variables{"archived": config.BoolVariable(false)},
			attribute: "archived", value: knownvalue.Bool(false),
			forms: []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
	} {
		for _, form := range test.forms {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				sameID := statecheck.CompareValue(compare.ValuesSame())
				sameSecret := statecheck.CompareValue(compare.ValuesSame())
				before := acctest.WebhookStep(test.before)
				before.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(acctest.TestWebhook, attribute("id")),
					sameSecret.AddStateValue(acctest.TestWebhook, attribute("secret")),
				}
				after := planned(acctest.WebhookStep(test.after), plancheck.ResourceActionUpdate, known()...)
				after.ConfigStateChecks = []statecheck.StateCheck{
					expect(test.attribute, test.value),
					sameID.AddStateValue(acctest.TestWebhook, attribute("id")),
					sameSecret.AddStateValue(acctest.TestWebhook, attribute("secret")),
				}
				acctest.NewWorld(t, cakemailtest.WithForm(form)).Run(t, before, after)
			})
		}
	}
}

func TestWebhookIsReplaced(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after config.Variables
		forms []cakemailtest.Form
	}{
		"by another event": {
			after: config.Variables{"events": config.SetVariable(config.StringVariable("Email.Bounced"))},
			forms: []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
		"by one event more": {
			after: config.Variables{"events": config.SetVariable(config.StringVariable("Contact.Added"), config.StringVariable("Email.Bounced"))},
			forms: []cakemailtest.Form{cakemailtest.Guide},
		},
		"by another account": {
			after: config.Variables{"account_id": config.IntegerVariable(42)},
			forms: []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide},
		},
		"by another url where the API cannot change it": {
			after: config.Variables{"url": config.StringVariable("https://example.com/new")},
			forms: []cakemailtest.Form{cakemailtest.Guide},
		},
		"by another rate limit where the API cannot change it": {
			after: config.Variables{"rate_limit": config.IntegerVariable(7)},
			forms: []cakemailtest.Form{cakemailtest.Guide},
		},
		"by another period where the API cannot change it": {
			after: config.Variables{"rate_limit_period": config.StringVariable("day")},
			forms: []cakemailtest.Form{cakemailtest.Guide},
		},
	} {
		for _, form := range test.forms {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				otherID := statecheck.CompareValue(compare.ValuesDiffer())
				otherSecret := statecheck.CompareValue(compare.ValuesDiffer())
				before := acctest.WebhookStep(nil)
				before.ConfigStateChecks = []statecheck.StateCheck{
					otherID.AddStateValue(acctest.TestWebhook, attribute("id")),
					otherSecret.AddStateValue(acctest.TestWebhook, attribute("secret")),
				}
				after := planned(acctest.WebhookStep(test.after), plancheck.ResourceActionReplace,
					plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("id")),
					plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("secret")))
				after.ConfigStateChecks = []statecheck.StateCheck{
					otherID.AddStateValue(acctest.TestWebhook, attribute("id")),
					otherSecret.AddStateValue(acctest.TestWebhook, attribute("secret")),
				}
				acctest.NewWorld(t, cakemailtest.WithForm(form)).Run(t, before, after)
			})
		}
	}
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A URL that is only written otherwise is no difference, in the plan and in what is imported.
func TestEqualURLsAreNoDifference(t *testing.T) {
	t.Parallel()
	for name, urls := range map[string][2]string{
		"no path":         {"https://example.com/", "https://example.com"},
		"upper-case host": {"https://example.com/hook", "HTTPS://Example.COM/hook"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				saved, configured := urls[0], urls[1]
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				existing := w.Api.Add(cakemailtest.Webhook{URL: saved, Events: []string{"Contact.Added"}})
				workspace := w.Workspace(t, "webhook.tf")

				acctest.Terraform(t, workspace, "import", "-var", "url="+configured, acctest.TestWebhook, existing.ID)
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url="+configured)
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url="+saved)
				// Together with another change, the url stays as it is too.
				acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "url="+configured, "-var", "archived=true")

				webhook := w.Api.Webhooks()[0]
				if len(w.Api.Webhooks()) != 1 || webhook.URL != saved || !webhook.Archived || w.Api.Count(cakemailtest.Update) > 0 {
					t.Errorf("the API holds %+v after %v", w.Api.Webhooks(), w.Api.Counts())
				}
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url="+configured, "-var", "archived=true")
			})
		})
	}
}

// What the configuration does not set is the API's to say, also when it says
// something new in the middle of a change.
func TestAnUnsetValueFollowsTheAPI(t *testing.T) {
	t.Parallel()
	move := func(webhook *cakemailtest.Webhook) { webhook.RateLimit, webhook.RateLimitPeriod = 70, "minute" }
	for name, change := range map[string]func(w *acctest.World, id string){
		"drifted after the plan": func(w *acctest.World, id string) { w.Api.Change(id, move) },
		"moved by the API": func(w *acctest.World, id string) {
			w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: func(body []byte) []byte {
				w.Api.Change(id, move)
				return acctest.Replacing(`"rate_limit":50`, `"rate_limit":70`, `"second"`, `"minute"`)(body)
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			workspace := w.Workspace(t, "webhook.tf")
			acctest.Terraform(t, workspace, "apply", "-auto-approve")
			acctest.Terraform(t, workspace, "plan", "-out=saved", "-var", "url=https://example.com/new")
			change(w, onlyWebhook(t, w).ID)

			acctest.Terraform(t, workspace, "apply", "saved")

			acctest.Terraform(t, workspace, "apply", "-refresh-only", "-auto-approve", "-var", "url=https://example.com/new")
			acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url=https://example.com/new")
			if output := acctest.Terraform(t, workspace, "state", "show", acctest.TestWebhook); !strings.Contains(output, `"minute"`) ||
				!strings.Contains(output, "70") {
				t.Errorf("the state is not what the API says:\n%s", output)
			}
		})
	}
}

// What somebody changed between plan and apply is saved, and an error that names it.
func TestWhatChangedAfterThePlanIsNamed(t *testing.T) {
	t.Parallel()
	changed := func(name, difference string) acctest.Message {
		return acctest.Error(name, "The webhook's "+name+" changed after the plan", difference)
	}
	both := []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}
	for name, test := range map[string]struct {
		forms         []cakemailtest.Form
		before, after []string
		change        func(*cakemailtest.Webhook)
		want          acctest.Message
	}{
		"the rate limit, during a pause": {
			both[:1], []string{"-var", "rate_limit=10"}, []string{"-var", "rate_limit=10", "-var", "archived=true"},
			func(webhook *cakemailtest.Webhook) { webhook.RateLimit = 70 },
			changed("rate_limit", "The plan has 10, the API 70."),
		},
		"a pause, while the secret is read": {
			both, []string{"-var", "store_secret=false"}, nil,
			func(webhook *cakemailtest.Webhook) { webhook.Archived = true },
			changed("archived", "The plan has false, the API true."),
		},
		"the events, while the secret is read": {
			both, []string{"-var", "store_secret=false"}, nil,
			func(webhook *cakemailtest.Webhook) { webhook.Events = []string{"Email.Bounced"} },
			changed("events", "The plan has Contact.Added, the API Email.Bounced."),
		},
		"the hash function, while the secret is read": {
			both, []string{"-var", "store_secret=false"}, nil,
			func(webhook *cakemailtest.Webhook) { webhook.HashFunction = "sha512" },
			changed("hash_function", `The plan has "sha256", the API "sha512".`),
		},
	} {
		for _, form := range test.forms {
			t.Run(name+", "+string(form), func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				workspace := w.Workspace(t, "webhook.tf")
				acctest.Terraform(t, workspace, slices.Concat([]string{"apply", "-auto-approve"}, test.before)...)
				acctest.Terraform(t, workspace, slices.Concat([]string{"plan", "-out=saved"}, test.after)...)
				w.Api.Change(onlyWebhook(t, w).ID, test.change)

				got := acctest.Tell(t, workspace, "apply", "saved")
				// Terraform shows the line of the configuration, not the attribute.
				if len(got) == 1 {
					got[0].Attribute = test.want.Attribute
				}
				w.ExpectMessages(t, got, test.want)
				acctest.Terraform(t, workspace, slices.Concat([]string{"apply", "-auto-approve"}, test.after)...)
				acctest.Terraform(t, workspace, slices.Concat([]string{"plan", "-detailed-exitcode"}, test.after)...)
			})
		}
	}
}

// A secret that changed elsewhere is not shown by the message that says so.
func TestASecretThatChangedAfterThePlan(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	c.MustApply(hook(nil))
	config := acctest.Block(c.Webhook, hook(acctest.Arguments{"url": "https://example.com/new"}))
	planned := c.Plan(c.State, config)
	w.Api.SetFaults(
		// The secret is told by the show call, which is made when the change tells too little.
		cakemailtest.Fault{Operation: cakemailtest.Update, Processed: true, Rewrite: func([]byte) []byte { return nil }},
		cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(onlyWebhook(t, w).Secret, "another-secret-altogether")},
	)

	w.ExpectMessages(
		t,
		c.Change(config, planned.PlannedState, planned.PlannedPrivate),
		acctest.Error("secret", "The webhook's secret changed after the plan", "Somebody changed the webhook ID."),
	)
	if c.Text("secret") != "another-secret-altogether" {
		t.Error("the state does not hold the new secret")
	}
}

// A pause that was refused has not happened, whatever the answer to the create left out.
func TestAWebhookWhoseFirstPauseWasRefusedIsActive(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := w.Workspace(t, "webhook.tf")
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403})
		acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve", "-var", "archived=true")
		w.Api.SetFaults()
		acctest.Terraform(t, workspace, "untaint", acctest.TestWebhook)

		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-refresh=false", "-var", "archived=true")

		if active := w.Api.Active(); len(active) > 0 {
			t.Errorf("%d webhooks are active, want the only one paused", len(active))
		}
	})
}

// An API whose show answer does not tell whether a webhook is archived.
func TestImportWhereNothingTellsWhetherItIsArchived(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	existing := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"archived":false,`, "")})
	c := w.NewCore(t, nil)
	w.ExpectMessages(t, c.ImportState(existing.ID))
	c.ExpectNoChange(hook(nil))
}

// A webhook of two events, made when the API took them, is nobody's business
// until it is to be made anew.
func TestAWebhookOfTwoEventsWhereTheAPINowTakesOne(t *testing.T) {
	t.Parallel()
	given := acctest.Arguments{"events": []string{"Contact.Added", "Contact.Removed"}}
	for name, test := range map[string]struct {
		do   func(*acctest.Core) []acctest.Message
		want []acctest.Message
	}{
		"is left alone": {func(c *acctest.Core) []acctest.Message { c.ExpectNoChange(hook(given)); return nil }, nil},
		"is paused": {func(c *acctest.Core) []acctest.Message {
			return c.Apply(hook(acctest.Arguments{"events": given["events"], "archived": true}))
		}, nil},
		"is destroyed": {func(c *acctest.Core) []acctest.Message { return c.Destroy() }, nil},
		"is not replaced": {
			func(c *acctest.Core) []acctest.Message {
				return c.Apply(hook(acctest.Arguments{"events": []string{"Contact.Added", "Email.Bounced"}}))
			},
			[]acctest.Message{acctest.Error("events", "This API takes one event per webhook", `for_each = toset(["Contact.Added", "Email.Bounced"])`)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
			c := w.NewCore(t, nil)
			c.MustApply(hook(given))
			// An API that has moved to the reference's form tells one event.
			w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: func([]byte) []byte {
				return []byte(
					`{"id":"` + c.Text("id") + `","signature":{"key":"` + c.Text("secret") + `","hash_function":"sha256"},"data":{"url":"https://example.com/cakemail",` +
						`"event":"Contact.Added","rate_limit":100,"rate_limit_period":"hour","status":"active"}}`,
				)
			}})
			w.ExpectMessages(t, c.Refresh())

			w.ExpectMessages(t, test.do(c), test.want...)
			if created := w.Api.Count(cakemailtest.Create); created != 1 {
				t.Errorf("%d webhooks were created, want 1", created)
			}
		})
	}
}

// Events that are not known yet cannot be counted: they may turn out to be one.
func TestUnknownEventsAreNotCounted(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	c.MustApply(hook(nil))
	for name, events := range map[string][]any{
		"two unknown": {tftypes.UnknownValue, tftypes.UnknownValue},
		"one known":   {"Email.Bounced", tftypes.UnknownValue},
	} {
		planned := c.Plan(c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"events": events})))
		if problems := acctest.ErrorsIn(acctest.MessagesOf(planned.Diagnostics)); len(problems) > 0 {
			t.Errorf("%s: got %s", name, acctest.Indented(problems))
		}
	}
}

package provider_test

import (
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
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				saved, configured := urls[0], urls[1]
				w := newWorld(t, cakemailtest.WithForm(form))
				existing := w.api.Add(cakemailtest.Webhook{URL: saved, Events: []string{"Contact.Added"}})
				workspace := w.workspace(t, "webhook.tf")

				terraform(t, workspace, "import", "-var", "url="+configured, testWebhook, existing.ID)
				terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url="+configured)
				terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url="+saved)
				// Together with another change, the url stays as it is too.
				terraform(t, workspace, "apply", "-auto-approve", "-var", "url="+configured, "-var", "archived=true")

				webhook := w.api.Webhooks()[0]
				if len(w.api.Webhooks()) != 1 || webhook.URL != saved || !webhook.Archived || w.api.Count(cakemailtest.Update) > 0 {
					t.Errorf("the API holds %+v after %v", w.api.Webhooks(), w.api.Counts())
				}
				terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url="+configured, "-var", "archived=true")
			})
		})
	}
}

// What the configuration does not set is the API's to say, also when it says
// something new in the middle of a change.
func TestAnUnsetValueFollowsTheAPI(t *testing.T) {
	t.Parallel()
	move := func(webhook *cakemailtest.Webhook) { webhook.RateLimit, webhook.RateLimitPeriod = 70, "minute" }
	for name, change := range map[string]func(w *world, id string){
		"drifted after the plan": func(w *world, id string) { w.api.Change(id, move) },
		"moved by the API": func(w *world, id string) {
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: func(body []byte) []byte {
				w.api.Change(id, move)
				return replacing(`"rate_limit":50`, `"rate_limit":70`, `"second"`, `"minute"`)(body)
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			workspace := w.workspace(t, "webhook.tf")
			terraform(t, workspace, "apply", "-auto-approve")
			terraform(t, workspace, "plan", "-out=saved", "-var", "url=https://example.com/new")
			change(w, w.only(t).ID)

			terraform(t, workspace, "apply", "saved")

			terraform(t, workspace, "apply", "-refresh-only", "-auto-approve", "-var", "url=https://example.com/new")
			terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url=https://example.com/new")
			if output := terraform(t, workspace, "state", "show", testWebhook); !strings.Contains(output, `"minute"`) || !strings.Contains(output, "70") {
				t.Errorf("the state is not what the API says:\n%s", output)
			}
		})
	}
}

// What somebody changed between plan and apply is saved, and an error that names it.
func TestWhatChangedAfterThePlanIsNamed(t *testing.T) {
	t.Parallel()
	changed := func(name, difference string) message {
		return message{"error", name, "The webhook's " + name + " changed after the plan", difference}
	}
	both := []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}
	for name, test := range map[string]struct {
		forms         []cakemailtest.Form
		before, after []string
		change        func(*cakemailtest.Webhook)
		want          message
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
				w := newWorld(t, cakemailtest.WithForm(form))
				workspace := w.workspace(t, "webhook.tf")
				terraform(t, workspace, slices.Concat([]string{"apply", "-auto-approve"}, test.before)...)
				terraform(t, workspace, slices.Concat([]string{"plan", "-out=saved"}, test.after)...)
				w.api.Change(w.only(t).ID, test.change)

				got := tell(t, workspace, "apply", "saved")
				// Terraform shows the line of the configuration, not the attribute.
				if len(got) == 1 {
					got[0].attribute = test.want.attribute
				}
				w.expectMessages(t, got, test.want)
				terraform(t, workspace, slices.Concat([]string{"apply", "-auto-approve"}, test.after)...)
				terraform(t, workspace, slices.Concat([]string{"plan", "-detailed-exitcode"}, test.after)...)
			})
		}
	}
}

// A secret that changed elsewhere is not shown by the message that says so.
func TestASecretThatChangedAfterThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, nil)
	c.mustApply(hook(nil))
	config := block(c.webhook, hook(arguments{"url": "https://example.com/new"}))
	planned := c.plan(c.state, config)
	w.api.SetFaults(
		// The secret is told by the show call, which is made when the change tells too little.
		cakemailtest.Fault{Operation: cakemailtest.Update, Processed: true, Rewrite: func([]byte) []byte { return nil }},
		cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: replacing(w.only(t).Secret, "another-secret-altogether")},
	)

	w.expectMessages(t, c.change(config, planned.PlannedState, planned.PlannedPrivate), message{"error", "secret", "The webhook's secret changed after the plan", "Somebody changed the webhook ID."})
	if c.text("secret") != "another-secret-altogether" {
		t.Error("the state does not hold the new secret")
	}
}

// A pause that was refused has not happened, whatever the answer to the create left out.
func TestAWebhookWhoseFirstPauseWasRefusedIsActive(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		workspace := w.workspace(t, "webhook.tf")
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403})
		refusedTerraform(t, workspace, "apply", "-auto-approve", "-var", "archived=true")
		w.api.SetFaults()
		terraform(t, workspace, "untaint", testWebhook)

		terraform(t, workspace, "apply", "-auto-approve", "-refresh=false", "-var", "archived=true")

		if active := w.api.Active(); len(active) > 0 {
			t.Errorf("%d webhooks are active, want the only one paused", len(active))
		}
	})
}

// An API whose show answer does not tell whether a webhook is archived.
func TestImportWhereNothingTellsWhetherItIsArchived(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	existing := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: replacing(`"archived":false,`, "")})
	c := w.newCore(t, nil)
	w.expectMessages(t, c.importState(existing.ID))
	c.expectNoChange(hook(nil))
}

// A webhook of two events, made when the API took them, is nobody's business
// until it is to be made anew.
func TestAWebhookOfTwoEventsWhereTheAPINowTakesOne(t *testing.T) {
	t.Parallel()
	given := arguments{"events": []string{"Contact.Added", "Contact.Removed"}}
	for name, test := range map[string]struct {
		do   func(*core) []message
		want []message
	}{
		"is left alone": {func(c *core) []message { c.expectNoChange(hook(given)); return nil }, nil},
		"is paused":     {func(c *core) []message { return c.apply(hook(arguments{"events": given["events"], "archived": true})) }, nil},
		"is destroyed":  {func(c *core) []message { return c.destroy() }, nil},
		"is not replaced": {
			func(c *core) []message {
				return c.apply(hook(arguments{"events": []string{"Contact.Added", "Email.Bounced"}}))
			},
			[]message{{"error", "events", "This API takes one event per webhook", `for_each = toset(["Contact.Added", "Email.Bounced"])`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
			c := w.newCore(t, nil)
			c.mustApply(hook(given))
			// An API that has moved to the reference's form tells one event.
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: func([]byte) []byte {
				return []byte(`{"id":"` + c.text("id") + `","signature":{"key":"` + c.text("secret") + `","hash_function":"sha256"},"data":{"url":"https://example.com/cakemail",` +
					`"event":"Contact.Added","rate_limit":100,"rate_limit_period":"hour","status":"active"}}`)
			}})
			w.expectMessages(t, c.refresh())

			w.expectMessages(t, test.do(c), test.want...)
			if created := w.api.Count(cakemailtest.Create); created != 1 {
				t.Errorf("%d webhooks were created, want 1", created)
			}
		})
	}
}

// Events that are not known yet cannot be counted: they may turn out to be one.
func TestUnknownEventsAreNotCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, nil)
	c.mustApply(hook(nil))
	for name, events := range map[string][]any{
		"two unknown": {tftypes.UnknownValue, tftypes.UnknownValue},
		"one known":   {"Email.Bounced", tftypes.UnknownValue},
	} {
		planned := c.plan(c.state, block(c.webhook, hook(arguments{"events": events})))
		if problems := errorsIn(messagesOf(planned.Diagnostics)); len(problems) > 0 {
			t.Errorf("%s: got %s", name, indented(problems))
		}
	}
}

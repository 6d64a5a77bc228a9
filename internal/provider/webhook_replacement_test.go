package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A replacement whose create is refused has archived the old webhook already. The
// message says so, and what it says brings the old one back.
func TestARefusedReplacement(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare   []string
		arguments []string
	}{
		"other events":  {nil, []string{"-var", `events=["Email.Bounced"]`}},
		"-replace":      {nil, []string{"-replace=" + testWebhook}},
		"a tainted one": {[]string{"taint", testWebhook}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			workspace := w.workspace(t, "configured.tf")
			terraform(t, workspace, "apply", "-auto-approve")
			before := w.only(t)
			if test.prepare != nil {
				terraform(t, workspace, test.prepare...)
			}
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","events"],"msg":"not for this account"}]}`})

			told := tell(t, workspace, append([]string{"apply", "-auto-approve"}, test.arguments...)...)

			var during []message
			for _, message := range told {
				if !strings.HasPrefix(message.summary, "The secret of the webhook ") {
					during = append(during, message)
				}
			}
			w.expectMessages(t, during,
				message{"error", "events", "The API refused events", "It said: not for this account."},
				message{"warning", "", "The webhook that was to be replaced is archived", "  terraform import ADDRESS ID\n  terraform apply"})
			w.api.SetFaults()
			terraform(t, workspace, "import", testWebhook, before.ID)
			terraform(t, workspace, "apply", "-auto-approve")
			if after := w.only(t); after.ID != before.ID || stateOf(t, workspace)[0].Secret != before.Secret {
				t.Errorf("the webhook is %+v, want the old one back", after)
			}
		})
	}
}

// With create_before_destroy, a refused create leaves the old webhook at work, so
// there is nothing to get back.
func TestARefusedReplacementThatIsCreatedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workspace := w.workspace(t, "create_before_destroy.tf")
	terraform(t, workspace, "apply", "-auto-approve")
	before := w.only(t)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":"no"}`})

	told := tell(t, workspace, "apply", "-auto-approve", "-var", `events=["Email.Bounced"]`)

	for _, message := range told {
		if message.summary == "The webhook that was to be replaced is archived" {
			t.Errorf("got %s", message)
		}
	}
	if state := stateOf(t, workspace); w.only(t).ID != before.ID || len(state) != 1 || state[0].ID != before.ID {
		t.Errorf("the state holds %+v", state)
	}
}

// The list does not show the old webhook before the create whose answer is lost, so
// the old one looks new: it must neither be archived as its own replacement nor doubled.
func TestAReplacedWebhookIsNotTakenForItsReplacement(t *testing.T) {
	t.Parallel()
	for name, configuration := range map[string]string{"created first": "create_before_destroy.tf", "destroyed first": "webhook.tf"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form)).withPatience(cakemail.Patience{LostCreate: 2 * time.Second, NewWebhook: 10 * time.Second})
				workspace := w.workspace(t, configuration)
				terraform(t, workspace, "apply", "-auto-approve")
				created := time.Now()
				w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Lag: time.Hour}, cakemailtest.Fault{
					Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: func(body []byte) []byte {
						// The first look shows the old webhook, which is older, and not yet the new one.
						w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Lag: time.Since(created)})
						return body
					},
				})

				output := terraform(t, workspace, "apply", "-auto-approve", "-refresh=false", "-replace=cakemail_webhook.test")

				w.api.SetFaults()
				if name == "created first" && !strings.Contains(output, "was not replaced") {
					t.Errorf("the old webhook was not taken for the new one, so the test shows nothing:\n%s", output)
				}
				active, state := w.api.Active(), stateOf(t, workspace)
				if len(active) != 1 || len(state) != 1 || state[0].ID != active[0].ID || state[0].Tainted {
					t.Errorf("the state holds %+v, active are %+v\n%s", state, active, output)
				}
				if plan := terraform(t, workspace, "plan"); !strings.Contains(plan, "No changes.") {
					t.Errorf("the next plan is not empty:\n%s", plan)
				}
			})
		})
	}
}

// What is unknown in the plan can turn out to be what the API refuses, when the old
// webhook is archived already.
func TestAReplacementThatTurnsOutToBeRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  cakemailtest.Fault
		events string
		want   string
	}{
		"several events": {cakemailtest.Fault{}, `events=["Email.Bounced","Contact.Added"]`, "This API takes one event per webhook"},
		"another event":  {cakemailtest.Fault{Operation: cakemailtest.Create, Status: 403}, `events=["Email.Bounced"]`, "The credentials do not permit this call"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.api.Add(cakemailtest.Webhook{URL: "https://example.com/other", Events: []string{"Contact.Added"}})
			workspace := w.workspace(t, "unknown_events.tf")
			terraform(t, workspace, "apply", "-auto-approve")
			if test.fault.Status != 0 {
				w.api.SetFaults(test.fault)
			}

			told := tell(t, workspace, "apply", "-auto-approve", "-var", test.events)

			if problems := errorsIn(told); len(problems) != 1 || problems[0].summary != test.want || strings.Contains(problems[0].detail, "Nothing was changed") {
				t.Errorf("got %s, want %q", indented(problems), test.want)
			}
			if last := told[len(told)-1]; last.summary != "The webhook that was to be replaced is archived" {
				t.Errorf("got %s", indented(told))
			}
		})
	}
}

// A webhook with several events is not archived where the API takes one event now.
func TestSeveralEventsAreRefusedBeforeTheWebhookIsArchived(t *testing.T) {
	t.Parallel()
	given := hook(arguments{"events": []string{"Contact.Added", "Contact.Removed"}})
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	c := w.newCore(t, nil)
	c.mustApply(given)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: func([]byte) []byte {
		return []byte(`{"id":"` + c.text("id") + `","signature":{"key":"` + c.text("secret") + `","hash_function":"sha256"},"data":{"url":"https://example.com/cakemail",` +
			`"event":"Contact.Added","rate_limit":100,"rate_limit_period":"hour","status":"active"}}`)
	}})
	w.expectMessages(t, c.refresh())
	first := c.plan(c.state, block(c.webhook, given))
	w.expectMessages(t, messagesOf(first.Diagnostics))

	told := errorsIn(c.replace(given, first.PlannedPrivate))

	if len(told) != 1 || told[0].summary != "This API takes one event per webhook" {
		t.Errorf("got %s", indented(told))
	}
	if archived := w.api.Count(cakemailtest.Archive); archived > 0 {
		t.Errorf("%d webhooks were archived", archived)
	}
}

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
				if message.summary != "The webhook's secret will change" {
					during = append(during, message)
				}
			}
			w.expectMessages(t, during,
				message{"error", "events", "The API refused events", "Cannot create the webhook (url https://example.com/cakemail).\n\n" +
					"The API said of events: not for this account.\n\nChange the value and apply again; the refused call changed nothing." + requestLine},
				message{"warning", "", "The webhook that was to be replaced is archived",
					"The webhook" + ofTheWebhook + " was archived first, and then the create of its replacement failed. So Cakemail delivers nothing for this resource now. " +
						"Correct the cause and apply again, which creates the replacement.\n\n" +
						"To get the archived webhook back, with its id and its secret, put the configuration back to what it was and run these commands. " +
						"If the resource is in the state, first take it out with terraform state rm ADDRESS.\n\n" +
						"  terraform import ADDRESS 'ID'\n  terraform apply"})
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
	// The look at 2.25 s finds the old webhook, which is older, and not yet the new one.
	const lag, patience = 2500 * time.Millisecond, 3600 * time.Millisecond
	for name, configuration := range map[string]string{"created first": "create_before_destroy.tf", "destroyed first": "webhook.tf"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form)).withPatience(cakemail.Patience{LostCreate: patience, NewWebhook: 6 * time.Second})
				workspace := w.workspace(t, configuration)
				terraform(t, workspace, "apply", "-auto-approve")
				w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Lag: lag}, cakemailtest.Fault{Operation: cakemailtest.Create, Cut: true, Processed: true})

				output := terraform(t, workspace, "apply", "-auto-approve", "-refresh=false", "-replace=cakemail_webhook.test")

				w.api.SetFaults()
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

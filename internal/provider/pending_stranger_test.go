package provider_test

import (
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A replacement without a refresh is not told which equal webhooks were there
// before its create of unknown outcome, so it archives none.
func TestAPendingWebhookIsNotMistakenForAnother(t *testing.T) {
	t.Parallel()
	for name, processed := range map[string]bool{"somebody else's": false, "what the create made": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form)).withPatience(shortPatience)
				if !processed {
					w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				}
				workspace := w.workspace(t, "configured.tf")
				w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Processed: processed, Status: 502, Rewrite: func(body []byte) []byte {
					w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Status: 403})
					return body
				}})
				refusedTerraform(t, workspace, "apply", "-auto-approve")
				if state := stateOf(t, workspace); len(state) != 1 || state[0].ID != "" {
					t.Fatalf("the state holds %+v, want a webhook of unknown outcome", state)
				}
				w.api.SetFaults()
				before := w.only(t)

				told := message{"error", "", "It is unknown whose the webhook ID is", "  terraform state rm ADDRESS\n  terraform import ADDRESS ID"}
				w.expectMessages(t, errorsIn(tell(t, workspace, "apply", "-auto-approve", "-refresh=false")), told)
				w.expectMessages(t, errorsIn(tell(t, workspace, "apply", "-auto-approve")), told)
				if w.only(t).ID != before.ID {
					t.Fatal("the webhook was archived")
				}
				terraform(t, workspace, "state", "rm", testWebhook)
				terraform(t, workspace, "import", testWebhook, before.ID)
				terraform(t, workspace, "plan", "-detailed-exitcode")
			})
		})
	}
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

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
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPatience(acctest.ShortPatience)
				if !processed {
					w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				}
				workspace := w.Workspace(t, "configured.tf")
				w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Processed: processed, Status: 502, Rewrite: func(body []byte) []byte {
					w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Status: 403})
					return body
				}})
				acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
				if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].ID != "" {
					t.Fatalf("the state holds %+v, want a webhook of unknown outcome", state)
				}
				w.Api.SetFaults()
				before := onlyWebhook(t, w)

				told := acctest.Error("", "It is unknown whose the webhook ID is", "  terraform state rm ADDRESS\n  terraform import ADDRESS ID")
				w.ExpectMessages(t, acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve", "-refresh=false")), told)
				w.ExpectMessages(t, acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve")), told)
				if onlyWebhook(t, w).ID != before.ID {
					t.Fatal("the webhook was archived")
				}
				acctest.Terraform(t, workspace, "state", "rm", acctest.TestWebhook)
				acctest.Terraform(t, workspace, "import", acctest.TestWebhook, before.ID)
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
			})
		})
	}
}

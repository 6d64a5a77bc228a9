package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"slices"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// A create of unknown outcome that later turns out to be one of several webhooks
// ends every plan; doing what the message says leads out of that.
func TestAPendingWebhookThatSeveralCouldBe(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
	workspace := w.Workspace(t, "configured.tf")
	w.Api.SetFaults(
		cakemailtest.Fault{Operation: cakemailtest.Create, Processed: true, Cut: true},
		cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403},
	)
	acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
	w.Api.SetFaults()
	equal := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})

	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan"), acctest.Error("", "There is more than one new webhook",
		"  terraform state rm ADDRESS\n  terraform import ADDRESS ID\n  terraform import ADDRESS ID\nEvery plan ends here"))

	acctest.Terraform(t, workspace, "state", "rm", acctest.TestWebhook)
	acctest.Terraform(t, workspace, "import", acctest.TestWebhook, equal.ID)
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
}

// Taking the block of such a webhook away archives what was made, too.
func TestAPendingWebhookThatIsTakenAway(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPatience(acctest.ShortPatience)
		workspace := w.Workspace(t, "equal_in_turn.tf")
		w.Api.SetFaults(
			cakemailtest.Fault{Operation: cakemailtest.Create, Processed: true, Cut: true},
			cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403},
		)
		acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
		w.Api.SetFaults()

		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=0")

		expectInState(t, w, workspace, 0)
	})
}

// expectInState fails unless so many webhooks are active, and all of them in the
// state, each once.
func expectInState(t *testing.T, w *acctest.World, workspace *terraformcli.Workspace, number int) {
	t.Helper()
	var active, inState []string
	for _, webhook := range w.Api.Active() {
		active = append(active, webhook.ID)
	}
	for _, webhook := range acctest.StateOf(t, workspace) {
		inState = append(inState, webhook.ID)
	}
	slices.Sort(active)
	slices.Sort(inState)
	if len(active) != number || !slices.Equal(active, inState) {
		t.Errorf("active are %q, the state holds %q; want %d of each", active, inState, number)
	}
}

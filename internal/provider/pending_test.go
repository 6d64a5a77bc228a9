package provider_test

import (
	"slices"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// A create of unknown outcome that later turns out to be one of several webhooks
// ends every plan; doing what the message says leads out of that.
func TestAPendingWebhookThatSeveralCouldBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withPatience(shortPatience)
	workspace := w.workspace(t, "configured.tf")
	w.api.SetFaults(
		cakemailtest.Fault{Operation: cakemailtest.Create, Processed: true, Cut: true},
		cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403},
	)
	refusedTerraform(t, workspace, "apply", "-auto-approve")
	w.api.SetFaults()
	equal := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})

	w.expectMessages(t, tell(t, workspace, "plan"), message{"error", "", "There is more than one new webhook",
		"  terraform state rm ADDRESS\n  terraform import ADDRESS ID\n  terraform import ADDRESS ID\nEvery plan ends here"})

	terraform(t, workspace, "state", "rm", testWebhook)
	terraform(t, workspace, "import", testWebhook, equal.ID)
	terraform(t, workspace, "plan", "-detailed-exitcode")
}

// Taking the block of such a webhook away archives what was made, too.
func TestAPendingWebhookThatIsTakenAway(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form)).withPatience(shortPatience)
		workspace := w.workspace(t, "equal_in_turn.tf")
		w.api.SetFaults(
			cakemailtest.Fault{Operation: cakemailtest.Create, Processed: true, Cut: true},
			cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403},
		)
		refusedTerraform(t, workspace, "apply", "-auto-approve")
		w.api.SetFaults()

		terraform(t, workspace, "apply", "-auto-approve", "-var", "number=0")

		w.expectInState(t, workspace, 0)
	})
}

// expectInState fails unless so many webhooks are active, and all of them in the
// state, each once.
func (w *world) expectInState(t *testing.T, workspace *terraformcli.Workspace, number int) {
	t.Helper()
	var active, inState []string
	for _, webhook := range w.api.Active() {
		active = append(active, webhook.ID)
	}
	for _, webhook := range stateOf(t, workspace) {
		inState = append(inState, webhook.ID)
	}
	slices.Sort(active)
	slices.Sort(inState)
	if len(active) != number || !slices.Equal(active, inState) {
		t.Errorf("active are %q, the state holds %q; want %d of each", active, inState, number)
	}
}

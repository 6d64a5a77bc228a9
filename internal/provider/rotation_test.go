package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"encoding/json"
	"slices"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// consumer stands for whatever takes the secret: it changes when the webhook does.
const consumer = `
resource "cakemail_webhook" "consumer" {
  url    = "https://example.com/${cakemail_webhook.contacts.id}"
  events = ["Email.Bounced"]
}
`

func TestRotationExample(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := exampleWorkspace(t, w, "guides/rotate-secret/main.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		before := acctest.StateOf(t, workspace)[0]
		w.Api.ResetCalls()

		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "rotation=2026-12")

		after := acctest.StateOf(t, workspace)[0]
		if after.ID == before.ID || after.Secret == before.Secret || after.Secret == "" {
			t.Error("the webhook or its secret is the same as before")
		}
		if active := w.Api.Active(); len(active) != 1 || active[0].ID != after.ID {
			t.Errorf("got the active webhooks %+v, want the new one alone", active)
		}
		if changes, want := changesOf(w), []cakemailtest.Operation{cakemailtest.Create, cakemailtest.Archive}; !slices.Equal(changes, want) {
			t.Errorf("got the calls %v, want %v", changes, want)
		}
	})
}

// The guide promises that what takes the secret has the new one before the old webhook stops.
func TestRotationReachesConsumersBeforeTheOldWebhookStops(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	w := acctest.NewWorld(t)
	workspace := exampleWorkspace(t, w, "guides/rotate-secret/main.tf")
	writeExample(t, workspace, "consumer.tf", consumer)
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	w.Api.ResetCalls()

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "rotation=2026-12")

	want := []cakemailtest.Operation{cakemailtest.Create, cakemailtest.Update, cakemailtest.Archive}
	if changes := changesOf(w); !slices.Equal(changes, want) {
		t.Errorf("got the calls %v, want %v", changes, want)
	}
}

// The guide promises that in each step one of the webhooks is as it was, and that
// receivers get the secrets of all.
func TestRotationInTwoSteps(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := exampleWorkspace(t, w, "guides/rotate-in-two-steps/main.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		old := w.Api.Active()

		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", `secrets=["2026-05", "2026-11"]`)
		both := w.Api.Active()
		if len(old) != 1 || len(both) != 2 || both[0].ID != old[0].ID || both[0].Secret == both[1].Secret {
			t.Fatalf("got %+v, want %+v and another one", both, old)
		}
		if secret, want := secretOutput(t, workspace), both[0].Secret+" "+both[1].Secret; secret != want {
			t.Error("the output is not both secrets, separated by a space")
		}

		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", `secrets=["2026-11"]`)
		left := w.Api.Active()
		if len(left) != 1 || left[0].ID != both[1].ID || secretOutput(t, workspace) != both[1].Secret {
			t.Errorf("got %+v, want the newer one, with its secret in the output", left)
		}
	})
}

// secretOutput reads the output `secret`.
func secretOutput(t *testing.T, workspace *terraformcli.Workspace) string {
	t.Helper()
	var secret string
	if err := json.Unmarshal([]byte(acctest.Terraform(t, workspace, "output", "-json", "secret")), &secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestReplacingByHandRotates(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := exampleWorkspace(t, w, "resources/cakemail_webhook/resource.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		before := acctest.StateOf(t, workspace)[0]
		w.Api.ResetCalls()

		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-replace=cakemail_webhook.example")

		after := acctest.StateOf(t, workspace)[0]
		if after.ID == before.ID || after.Secret == before.Secret || after.Secret == "" {
			t.Error("the webhook or its secret is the same as before")
		}
		// Without create_before_destroy there is a moment without a webhook, as the guide says.
		want := []cakemailtest.Operation{cakemailtest.Archive, cakemailtest.Create}
		if changes := changesOf(w); !slices.Equal(changes, want) {
			t.Errorf("got the calls %v, want %v", changes, want)
		}
	})
}

// changes are the calls that changed something, in the order they were made.
func changesOf(w *acctest.World) []cakemailtest.Operation {
	changing := []cakemailtest.Operation{cakemailtest.Create, cakemailtest.Update, cakemailtest.Archive, cakemailtest.Unarchive}
	var changes []cakemailtest.Operation
	for _, call := range w.Api.Calls() {
		if slices.Contains(changing, call.Operation) {
			changes = append(changes, call.Operation)
		}
	}
	return changes
}

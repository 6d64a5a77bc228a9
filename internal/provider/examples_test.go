package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// existingID is the id that the examples import and read.
const existingID = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"

// requirements is what the registry's snippets leave out.
const requirements = "terraform {\n  required_providers {\n    cakemail = {\n      source = \"cakemail/cakemail\"\n    }\n  }\n}\n"

// exampleWorkspace is a folder with one of the examples, ready to apply.
func (w *world) exampleWorkspace(t *testing.T, path string) *terraformcli.Workspace {
	t.Helper()
	workspace := w.workspace(t, "released.tf")
	example, err := os.ReadFile(filepath.Join("..", "..", "examples", path))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(example), "required_providers") {
		example = append([]byte(requirements), example...)
	}
	if err := os.WriteFile(filepath.Join(workspace.Folder, "main.tf"), example, 0o600); err != nil {
		t.Fatal(err)
	}
	return workspace
}

// What a newcomer copies can be applied, is stable, and goes without a trace.
func TestExamplesCanBeApplied(t *testing.T) {
	t.Parallel()
	for path, test := range map[string]struct {
		needs     since
		active    int
		existing  bool
		variables []string
	}{
		"provider/provider.tf":                                              {active: 1},
		"resources/cakemail_webhook/resource.tf":                            {active: 1},
		"resources/cakemail_webhook/resource_everything.tf":                 {active: 1},
		"data-sources/cakemail_webhook/data-source.tf":                      {existing: true, active: 1, variables: []string{"-var", "webhook_id=" + existingID}},
		"data-sources/cakemail_webhooks/data-source.tf":                     {existing: true, active: 1},
		"functions/sign/function.tf":                                        {needs: functions, active: 1},
		"ephemeral-resources/cakemail_webhook_secret/ephemeral-resource.tf": {needs: ephemeralResources, active: 1},
		"guides/agencies/main.tf":                                           {active: 2},
		"guides/import-block/main.tf":                                       {needs: importBlocks, existing: true, active: 1},
		"guides/import-by-identity/main.tf":                                 {needs: identities, existing: true, active: 1},
		"guides/one-webhook-per-event/main.tf":                              {active: 3},
		"guides/pause/main.tf":                                              {active: 1},
		"guides/rotate-secret/main.tf":                                      {needs: terraformData, active: 1},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			test.needs.orSkip(t)
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				if test.existing {
					w.addExisting(path)
				}
				workspace := w.exampleWorkspace(t, path)
				terraform(t, workspace, append([]string{"apply", "-auto-approve"}, test.variables...)...)
				if active := len(w.api.Active()); active != test.active {
					t.Errorf("%d webhooks are active, want %d", active, test.active)
				}
				terraform(t, workspace, append([]string{"plan", "-detailed-exitcode"}, test.variables...)...)
				managed := len(stateOf(t, workspace))
				terraform(t, workspace, append([]string{"destroy", "-auto-approve"}, test.variables...)...)
				if active := len(w.api.Active()); active != test.active-managed {
					t.Errorf("%d webhooks are active after destroy, want %d", active, test.active-managed)
				}
			})
		})
	}
}

// addExisting puts the webhook into the API that the example imports or reads.
func (w *world) addExisting(path string) {
	webhook := cakemailtest.Webhook{ID: existingID, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}}
	if strings.Contains(path, "identity") {
		webhook.AccountID = 42
	}
	w.api.Add(webhook)
}

func TestRotationExample(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		workspace := w.exampleWorkspace(t, "guides/rotate-secret/main.tf")
		terraform(t, workspace, "apply", "-auto-approve")
		before := stateOf(t, workspace)[0]
		w.api.ResetCalls()

		terraform(t, workspace, "apply", "-auto-approve", "-var", "rotation=2026-12")

		after := stateOf(t, workspace)[0]
		if after.ID == before.ID || after.Secret == before.Secret || after.Secret == "" {
			t.Error("the webhook or its secret is the same as before")
		}
		if active := w.api.Active(); len(active) != 1 || active[0].ID != after.ID {
			t.Errorf("got the active webhooks %+v, want the new one alone", active)
		}
		var changes []cakemailtest.Operation
		for _, call := range w.api.Calls() {
			if call.Operation == cakemailtest.Create || call.Operation == cakemailtest.Archive {
				changes = append(changes, call.Operation)
			}
		}
		if want := []cakemailtest.Operation{cakemailtest.Create, cakemailtest.Archive}; !slices.Equal(changes, want) {
			t.Errorf("got the calls %v, want %v", changes, want)
		}
	})
}

func TestPauseExample(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		workspace := w.exampleWorkspace(t, "guides/pause/main.tf")
		terraform(t, workspace, "apply", "-auto-approve")
		before := w.api.Webhooks()[0]
		for _, paused := range []bool{true, false} {
			if paused {
				terraform(t, workspace, "apply", "-auto-approve", "-var", "paused=true")
			} else {
				terraform(t, workspace, "apply", "-auto-approve")
			}
			webhooks := w.api.Webhooks()
			if len(webhooks) != 1 || webhooks[0].Archived != paused || webhooks[0].ID != before.ID || webhooks[0].Secret != before.Secret {
				t.Errorf("paused %t: got %+v, want the same webhook, archived %[1]t", paused, webhooks)
			}
		}
	})
}

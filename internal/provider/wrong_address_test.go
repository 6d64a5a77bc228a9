package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// notTheAPI are addresses where something else answers 404 to everything.
var notTheAPI = map[string]func(w *acctest.World) (arguments []string){
	"a wrong path in base_url": func(w *acctest.World) []string {
		return []string{"-var", `provider_arguments={base_url="` + w.Api.URL() + `/v9"}`}
	},
	"a proxy": func(w *acctest.World) []string {
		w.Api.SetFaults(cakemailtest.Fault{Status: 404, Body: "<html><h1>404 Not Found</h1></html>", ContentType: "text/html"})
		return nil
	},
}

// A 404 of something else than the API must not empty a state, let a destroy pass
// for done, or make webhooks a second time.
func TestA404OfSomethingElseChangesNothing(t *testing.T) {
	t.Parallel()
	for name, lead := range notTheAPI {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPatience(acctest.ShortPatience)
				workspace, empty := w.Workspace(t, "configured.tf"), w.Workspace(t, "configured.tf")
				acctest.Terraform(t, workspace, "apply", "-auto-approve")
				before, webhook := stateFile(t, workspace), onlyWebhook(t, w)

				arguments := lead(w)
				for _, command := range [][]string{
					{"apply", "-auto-approve"},
					{"apply", "-auto-approve", "-refresh-only"},
					{"apply", "-auto-approve", "-refresh=false", "-var", "url=https://example.com/new"},
					{"apply", "-auto-approve", "-refresh=false", "-replace=" + acctest.TestWebhook},
					{"destroy", "-auto-approve"},
					{"destroy", "-auto-approve", "-refresh=false"},
				} {
					acctest.RefusedTerraform(t, workspace, slices.Concat(command, arguments)...)
					if after := stateFile(t, workspace); after != before {
						t.Errorf("%q changed the state from\n%s\nto\n%s", command, before, after)
					}
				}
				acctest.RefusedTerraform(t, empty, slices.Concat([]string{"import"}, arguments, []string{acctest.TestWebhook, webhook.ID})...)
				if left := acctest.StateOf(t, empty); len(left) > 0 {
					t.Errorf("the import left %+v in the state", left)
				}

				w.Api.SetFaults()
				if after := onlyWebhook(t, w); after.ID != webhook.ID || after.URL != webhook.URL {
					t.Errorf("the API holds %+v, want %+v", after, webhook)
				}
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
			})
		})
	}
}

// stateFile is what the state file holds of resources: Terraform counts up its
// serial number whenever it writes, and keeps the plan's private part when it fails.
func stateFile(t *testing.T, workspace *terraformcli.Workspace) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(workspace.Folder, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var state acctest.Values
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	delete(state, "serial")
	resources, _ := state["resources"].([]any)
	for _, resource := range resources {
		instances, _ := resource.(acctest.Values)["instances"].([]any)
		for _, instance := range instances {
			object, _ := instance.(acctest.Values)
			delete(object, "private")
			// Terraform writes these in any order.
			sensitive, _ := object["sensitive_attributes"].([]any)
			slices.SortFunc(sensitive, func(one, other any) int { return strings.Compare(acctest.InJSON(one), acctest.InJSON(other)) })
		}
	}
	return acctest.InJSON(state)
}

func TestA404OfSomethingElseSaysSo(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, acctest.Arguments{"account_id": int64(42)})
	if problems := acctest.ErrorsIn(c.Apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	w.Api.SetFaults(cakemailtest.Fault{Status: 404, Body: "<html>", ContentType: "text/html"})
	doubtful := func(attempt string) acctest.Message {
		return acctest.Error("", "The API shows neither the webhook ID nor a list", attempt+" the webhook ID in account 42.\n"+
			"The API answered 404 Not Found: (an HTML page, so the answer may come from a proxy).\n"+
			"The webhooks could not be listed either (404 Not Found). Nothing was changed.\nCheck the address http://HOST, from CAKEMAIL_API_BASE.\n")
	}

	w.ExpectMessages(t, c.Refresh(), doubtful("Cannot read"))
	w.ExpectMessages(t, c.Archive(), doubtful("Cannot archive"))
}

// A webhook that is gone is not taken for one that cannot be changed.
func TestAChangeOfAWebhookThatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	if problems := acctest.ErrorsIn(c.Apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	w.Api.Remove(onlyWebhook(t, w).ID)
	config := acctest.Block(c.Webhook, hook(acctest.Arguments{"rate_limit": int64(7)}))

	planned := c.Plan(c.State, config)

	w.ExpectMessages(t, c.Change(config, planned.PlannedState, planned.PlannedPrivate), acctest.Error("", "There is no webhook ID",
		"It was looked for in the account of the credentials."))
}

package provider_test

import (
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
var notTheAPI = map[string]func(w *world) (arguments []string){
	"a wrong path in base_url": func(w *world) []string {
		return []string{"-var", `provider_arguments={base_url="` + w.api.URL() + `/v9"}`}
	},
	"a proxy": func(w *world) []string {
		w.api.SetFaults(cakemailtest.Fault{Status: 404, Body: "<html><h1>404 Not Found</h1></html>", ContentType: "text/html"})
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
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form)).withPatience(shortPatience)
				workspace, empty := w.workspace(t, "configured.tf"), w.workspace(t, "configured.tf")
				terraform(t, workspace, "apply", "-auto-approve")
				before, webhook := stateFile(t, workspace), w.only(t)

				arguments := lead(w)
				for _, command := range [][]string{
					{"apply", "-auto-approve"},
					{"apply", "-auto-approve", "-refresh-only"},
					{"apply", "-auto-approve", "-refresh=false", "-var", "url=https://example.com/new"},
					{"apply", "-auto-approve", "-refresh=false", "-replace=" + testWebhook},
					{"destroy", "-auto-approve"},
					{"destroy", "-auto-approve", "-refresh=false"},
				} {
					refusedTerraform(t, workspace, slices.Concat(command, arguments)...)
					if after := stateFile(t, workspace); after != before {
						t.Errorf("%q changed the state from\n%s\nto\n%s", command, before, after)
					}
				}
				refusedTerraform(t, empty, slices.Concat([]string{"import"}, arguments, []string{testWebhook, webhook.ID})...)
				if left := stateOf(t, empty); len(left) > 0 {
					t.Errorf("the import left %+v in the state", left)
				}

				w.api.SetFaults()
				if after := w.only(t); after.ID != webhook.ID || after.URL != webhook.URL {
					t.Errorf("the API holds %+v, want %+v", after, webhook)
				}
				terraform(t, workspace, "plan", "-detailed-exitcode")
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
	var state values
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	delete(state, "serial")
	resources, _ := state["resources"].([]any)
	for _, resource := range resources {
		instances, _ := resource.(values)["instances"].([]any)
		for _, instance := range instances {
			object, _ := instance.(values)
			delete(object, "private")
			// Terraform writes these in any order.
			sensitive, _ := object["sensitive_attributes"].([]any)
			slices.SortFunc(sensitive, func(one, other any) int { return strings.Compare(inJSON(one), inJSON(other)) })
		}
	}
	return inJSON(state)
}

func TestA404OfSomethingElseSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, arguments{"account_id": int64(42)})
	if problems := errorsIn(c.apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	const doubt = "so the API may not be at this address. Nothing was changed, neither at Cakemail nor in the state. " +
		"Check the address http://HOST, with its path, which comes from the environment variable CAKEMAIL_API_BASE, and check that no proxy answers in its place."
	const ofTheWebhook = " (id ID, url https://example.com/cakemail, account 42)"
	page := cakemailtest.Fault{Status: 404, Body: "<html>", ContentType: "text/html"}
	w.api.SetFaults(page)

	w.expectMessages(t, c.refresh(), message{"error", "", "Cannot read the webhook", "Cannot read the webhook" + ofTheWebhook + ".\n\n" +
		"The API answered 404 Not Found: (an HTML page, so the answer may come from a proxy).\n\n" +
		"A 404 can mean that the webhook is gone. But the webhooks of account 42 could not be listed either " +
		"(404 Not Found: (an HTML page, so the answer may come from a proxy)), " + doubt + requestLine})
	w.expectMessages(t, c.archive(), message{"error", "", "Cannot archive the webhook", "Cannot archive the webhook" + ofTheWebhook + ".\n\n" +
		"The API answered 404 Not Found: (an HTML page, so the answer may come from a proxy).\n\n" +
		"A 404 can mean that the webhook is gone. But the webhooks of account 42 could not be listed either " +
		"(404 Not Found: (an HTML page, so the answer may come from a proxy)), " + doubt + requestLine})
}

// A webhook that is gone is not taken for one that cannot be changed.
func TestAChangeOfAWebhookThatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, nil)
	if problems := errorsIn(c.apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	w.api.Remove(w.only(t).ID)
	config := block(c.webhook, hook(arguments{"rate_limit": int64(7)}))

	planned := c.plan(c.state, config)

	w.expectMessages(t, c.change(config, planned.PlannedState, planned.PlannedPrivate), message{"error", "", "Cannot read the webhook",
		"Cannot read the webhook" + ofTheWebhook + ".\n\nThe API answered 404 Not Found: Webhook not found.\n\n" +
			"There is no such webhook in the account of the credentials. Check the id and account_id." + requestLine})
}

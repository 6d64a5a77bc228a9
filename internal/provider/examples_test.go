package provider_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// existingID is the id in the examples that import or read a webhook.
const existingID = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"

// requirements is what the snippets in the registry leave out.
const requirements = "terraform {\n  required_providers {\n    cakemail = {\n      source = \"cakemail/cakemail\"\n    }\n  }\n}\n"

const examplesFolder = "../../examples"

// example is an example that can be applied.
type example struct {
	needs since
	// active is how many webhooks are active after the apply.
	active int
	// existing means that the API already has a webhook for it.
	existing  bool
	variables []string
	// genuine means that the output of this name is true.
	genuine bool
}

// verified is what a receiver would pass to the function verify.
var verified = rfc4231

var appliedExamples = map[string]example{
	"provider/provider.tf":                              {active: 1},
	"resources/cakemail_webhook/resource.tf":            {active: 1},
	"resources/cakemail_webhook/resource_everything.tf": {active: 1},
	"data-sources/cakemail_webhook/data-source.tf":      {existing: true, active: 1},
	"data-sources/cakemail_webhooks/data-source.tf":     {existing: true, active: 1},
	"functions/events/function.tf":                      {needs: functions, active: 3},
	"functions/sign/function.tf":                        {needs: functions, active: 1},
	"functions/verify/function.tf": {needs: functions, genuine: true, variables: []string{
		"-var", "body=" + verified.payload, "-var", "signature=" + verified.signature, "-var", "secret=old " + verified.secret,
	}},
	"guides/agencies/main.tf":              {active: 2},
	"guides/import-block/main.tf":          {needs: importBlocks, existing: true, active: 1},
	"guides/one-webhook-per-event/main.tf": {active: 3},
	"guides/rotate-in-two-steps/main.tf":   {active: 1},
}

// exampleWorkspace is a folder with one example, ready to apply.
func exampleWorkspace(t *testing.T, w *acctest.World, path string, environment ...string) *terraformcli.Workspace {
	t.Helper()
	workspace := w.Workspace(t, "released.tf", environment...)
	writeExample(t, workspace, "main.tf", complete(readExample(t, path)))
	return workspace
}

// complete adds the requirements to an example that lacks them.
func complete(content string) string {
	if strings.Contains(content, "required_providers") {
		return content
	}
	return requirements + content
}

func readExample(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(examplesFolder, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func writeExample(t *testing.T, workspace *terraformcli.Workspace, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(workspace.Folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A newcomer can apply a copied example. The next plan is empty, and destroy leaves nothing.
func TestExamples_CanBeApplied(t *testing.T) {
	t.Parallel()
	for path, test := range appliedExamples {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			test.needs.orSkip(t)
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				if test.existing {
					addExisting(w)
				}
				workspace := exampleWorkspace(t, w, path)
				acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, test.variables...)...)
				if active := len(w.API.Active()); active != test.active {
					t.Errorf("%d webhooks are active, want %d", active, test.active)
				}
				if test.genuine && strings.TrimSpace(acctest.Terraform(t, workspace, "output", "-json", "genuine")) != "true" {
					t.Error("the output genuine is not true")
				}
				acctest.Terraform(t, workspace, append([]string{"plan", "-detailed-exitcode"}, test.variables...)...)
				managed := len(acctest.StateOf(t, workspace))
				acctest.Terraform(t, workspace, append([]string{"destroy", "-auto-approve"}, test.variables...)...)
				if active := len(w.API.Active()); active != test.active-managed {
					t.Errorf("%d webhooks are active after destroy, want %d", active, test.active-managed)
				}
			})
		})
	}
}

// addExisting adds the webhook that the example imports or reads to the API.
func addExisting(w *acctest.World) {
	w.API.Add(cakemailtest.Webhook{ID: existingID, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
}

// Every new example has to be applied here too, unless it needs another provider or runs elsewhere.
func TestExamples_NoneIsLeftOut(t *testing.T) {
	t.Parallel()
	elsewhere := slices.AppendSeq([]string{
		moduleExample + "main.tf",
		"demo/main.tf", "guides/query/main.tf", "guides/leave/main.tf", "guides/leave/removed.tf",
		"guides/moving-from-restapi/main.tf", "guides/moving-from-restful/main.tf",
	}, maps.Keys(actionExamples))
	found := 0
	err := fs.WalkDir(os.DirFS(examplesFolder), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tf" || slices.Contains(elsewhere, path) {
			return err
		}
		if strings.Contains(readExample(t, path), `"hashicorp/`) {
			return nil
		}
		found++
		if _, applied := appliedExamples[path]; !applied {
			t.Errorf("examples/%s is not applied by a test", path)
		}
		return nil
	})
	if err != nil || found != len(appliedExamples) {
		t.Errorf("%d examples were found (error %v), want %d", found, err, len(appliedExamples))
	}
}

func TestExamples_QueriesInTerraform1_14(t *testing.T) {
	t.Parallel()
	queries.orSkip(t)
	for _, path := range []string{"guides/query/webhooks.tfquery.hcl", "list-resources/cakemail_webhook/list-resource.tfquery.hcl"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			addExisting(w)
			workspace := exampleWorkspace(t, w, "guides/query/main.tf")
			writeExample(t, workspace, filepath.Base(path), readExample(t, path))
			if output := acctest.Terraform(t, workspace, "query"); !strings.Contains(output, existingID) {
				t.Errorf("the webhook was not found:\n%s", output)
			}
		})
	}
}

// The guide says what the identity replaces.
func TestExamples_ImportByIdentityInTerraform1_12(t *testing.T) {
	t.Parallel()
	identities.orSkip(t)
	w := acctest.NewWorld(t)
	w.API.Add(cakemailtest.Webhook{ID: existingID, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}, AccountID: 42})
	workspace := exampleWorkspace(t, w, "guides/import-block/main.tf")
	writeExample(t, workspace, "main.tf", strings.NewReplacer(
		`id = "`+existingID+`"`, `identity = { id = "`+existingID+`", account_id = 42 }`,
		`events = `, "account_id = 42\n  events = ",
	).Replace(readExample(t, "guides/import-block/main.tf")))
	if output := acctest.Terraform(t, workspace, "apply", "-auto-approve"); !strings.Contains(output, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the apply does more than to import:\n%s", output)
	}
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
}

func TestExamples_Leave(t *testing.T) {
	t.Parallel()
	removedBlocks.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := exampleWorkspace(t, w, "provider/provider.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		for _, file := range []string{"main.tf", "removed.tf"} {
			writeExample(t, workspace, file, readExample(t, "guides/leave/"+file))
		}
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		if state := acctest.StateOf(t, workspace); len(state) != 0 || len(w.API.Active()) != 1 {
			t.Errorf("the state has %v, and %d webhooks are active; want none and one", state, len(w.API.Active()))
		}
	})
}

// actionExamples are the examples with an action: its address, and how often an apply triggers it.
var actionExamples = map[string]struct {
	address   string
	triggered int
}{
	"actions/cakemail_webhook_test_delivery/action.tf":         {"action.cakemail_webhook_test_delivery.contacts", 0},
	"actions/cakemail_webhook_test_delivery/action_trigger.tf": {"action.cakemail_webhook_test_delivery.bounces", 1},
}

// The examples are applied with a receiver that verifies signatures, and then their action is invoked.
func TestExamples_ActionsInTerraform1_14(t *testing.T) {
	t.Parallel()
	actions.orSkip(t)
	for path, test := range actionExamples {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			receiver := w.Verifying(t)
			workspace := exampleWorkspace(t, w, path)
			writeExample(t, workspace, "main.tf", strings.ReplaceAll(complete(readExample(t, path)), "https://example.com", receiver.Server.URL))

			acctest.Terraform(t, workspace, "apply", "-auto-approve")
			if got := len(receiver.Deliveries()); got != test.triggered {
				t.Errorf("%d deliveries after the apply, want %d", got, test.triggered)
			}
			acctest.Terraform(t, workspace, "apply", "-auto-approve", "-invoke="+test.address)
			if got := len(receiver.Deliveries()); got != test.triggered+1 {
				t.Errorf("%d deliveries after the invocation, want %d", got, test.triggered+1)
			}
			acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
			acctest.Terraform(t, workspace, "destroy", "-auto-approve")
		})
	}
}

const moduleExample = "guides/module-test/"

// What the guide tells authors of modules works without an account, and finds their mistakes.
func TestExamples_Module(t *testing.T) {
	t.Parallel()
	mocks.orSkip(t)
	for name, test := range map[string]struct {
		// mistake replaces the first text with the second in the module.
		mistake [2]string
		want    string
	}{
		"as it is":                    {want: "2 passed, 0 failed"},
		"all events for each webhook": {[2]string{"[each.value]", "var.events"}, "Each webhook must have only its own event."},
		"fewer webhooks than events": {
			[2]string{"for_each = var.events", `for_each = toset(["Contact.Added"])`}, "There must be one webhook for each event.",
		},
		"another url":                       {[2]string{"var.url", `"https://example.com/other"`}, "Each webhook must post to the module's URL."},
		"another output than the secrets":   {[2]string{"webhook.secret", "webhook.id"}, "The output must map each event to its secret."},
		"what the provider finds by itself": {[2]string{"[each.value]", "[lower(each.value)]"}, `does not accept the event "contact.added"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
			workspace := exampleWorkspace(t, w, moduleExample+"main.tf")
			writeExample(t, workspace, "main.tf", strings.Replace(readExample(t, moduleExample+"main.tf"), test.mistake[0], test.mistake[1], 1))
			writeExample(t, workspace, "main.tftest.hcl", readExample(t, moduleExample+"main.tftest.hcl"))
			run := acctest.RefusedTerraform
			if test.mistake == [2]string{} {
				run = acctest.Terraform
			}
			if output := run(t, workspace, "test"); !wrapped(test.want).MatchString(output) {
				t.Errorf("the output lacks %q:\n%s", test.want, output)
			}
			if calls := w.API.Calls(); len(calls) != 0 {
				t.Errorf("the API was called: %v", calls)
			}
		})
	}
}

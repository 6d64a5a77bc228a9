package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// movedFrom is a state that a real generic provider wrote, and what the API held
// then. Both are in testdata/moved, beside the configuration that takes it over.
type movedFrom struct {
	provider, version string
	form              cakemailtest.Form
	// untold are the attributes that the state of a resource does not tell.
	untold map[string]string
}

func (m movedFrom) file(extension string) string {
	return filepath.Join("moved", fmt.Sprintf("%s-%s-%s.%s", m.provider, m.version, m.form, extension))
}

// What the reference's form shows is in two parts, and the resources of a generic
// provider keep different ones.
var (
	toldByList   = map[string]string{"limited": "hash_function secret store_secret"}
	toldByOutput = map[string]string{
		"account": "hash_function secret store_secret", "archived": "hash_function secret store_secret", "plain": "hash_function secret store_secret",
		"several": "hash_function rate_limit rate_limit_period secret store_secret",
	}
)

// settingsOfStates are the settings that there were when the states were written.
var settingsOfStates = []string{"url", "events", "rate_limit", "rate_limit_period"}

// newerSettings came later, and every webhook has a value of each.
func newerSettings() []string {
	return slices.DeleteFunc(slices.Collect(maps.Keys(provider.Settings())), func(name string) bool {
		return slices.Contains(settingsOfStates, name) || fixtures[name].isNone
	})
}

var movedFroms = []movedFrom{
	{"restapi", "2.0.1", cakemailtest.Guide, nil},
	{"restapi", "2.0.1", cakemailtest.Reference, nil},
	{"restapi", "3.0.0", cakemailtest.Guide, nil},
	{"restapi", "3.0.0", cakemailtest.Reference, toldByList},
	{"restful", "0.20.0", cakemailtest.Guide, nil},
	{"restful", "0.20.0", cakemailtest.Reference, toldByOutput},
	{"restful", "0.25.2", cakemailtest.Guide, nil},
	{"restful", "0.25.2", cakemailtest.Reference, toldByOutput},
}

func readTestdata(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// worldOf is the API as it was when a generic provider wrote its state.
func worldOf(t *testing.T, form cakemailtest.Form, webhooksFile string) *acctest.World {
	t.Helper()
	var webhooks []cakemailtest.Webhook
	if err := json.Unmarshal(readTestdata(t, webhooksFile), &webhooks); err != nil {
		t.Fatal(err)
	}
	w := acctest.NewWorld(t, cakemailtest.WithForm(form))
	for _, webhook := range webhooks {
		w.Api.Add(webhook)
	}
	return w
}

// workspace has the configuration that takes over, and the generic provider's state.
func (m movedFrom) workspace(t *testing.T, w *acctest.World) *terraformcli.Workspace {
	t.Helper()
	events := `["User.Created"]`
	if m.form == cakemailtest.Guide {
		events = `["User.Created", "User.Deleted"]`
	}
	workspace := w.Workspace(t, filepath.Join("moved", m.provider+".tf"), "TF_VAR_several_events="+events)
	takeOver(t, workspace, m.file("tfstate"))
	return workspace
}

// takeOver puts a generic provider's state into the workspace, and a stand-in for
// the provider: Terraform insists on having it, but while everything is moved away
// it asks for nothing but a schema.
func takeOver(t *testing.T, workspace *terraformcli.Workspace, state string) {
	t.Helper()
	writeExample(t, workspace, "terraform.tfstate", string(readTestdata(t, state)))
	ours, err := acctest.ProviderFolder()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	overrides := ""
	for _, address := range []string{"mastercard/restapi", "magodo/restful"} {
		if err := os.Symlink(filepath.Join(ours, "terraform-provider-cakemail"), filepath.Join(folder, "terraform-provider-"+filepath.Base(address))); err != nil {
			t.Fatal(err)
		}
		for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
			overrides += fmt.Sprintf("    %q = %q\n", host+"/"+address, folder)
		}
	}
	path := filepath.Join(workspace.Folder, "cli.tfrc")
	configuration, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	extended := strings.Replace(string(configuration), "dev_overrides {\n", "dev_overrides {\n"+overrides, 1)
	if err := os.WriteFile(path, []byte(extended), 0o600); err != nil {
		t.Fatal(err)
	}
}

// plannedChanges plans, and returns for each resource what the plan does to it
// and to which attributes.
func plannedChanges(t *testing.T, workspace *terraformcli.Workspace, arguments ...string) map[string]string {
	t.Helper()
	acctest.Terraform(t, workspace, append([]string{"plan", "-out=saved"}, arguments...)...)
	shown := acctest.Terraform(t, workspace, "show", "-json", "saved")
	var plan struct {
		ResourceChanges []struct {
			Address string
			Change  struct {
				Actions       []string
				Before, After acctest.Values
				AfterUnknown  acctest.Values `json:"after_unknown"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(shown), &plan); err != nil {
		t.Fatal(err)
	}
	changes := map[string]string{}
	for _, planned := range plan.ResourceChanges {
		var names []string
		for name, before := range planned.Change.Before {
			if planned.Change.AfterUnknown[name] == true || !reflect.DeepEqual(before, planned.Change.After[name]) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		changes[planned.Address] = strings.Join(append(planned.Change.Actions, names...), " ")
	}
	return changes
}

// The generic provider's state becomes ours: the plan does nothing else, nothing
// changes at Cakemail, and the ids and secrets are those that were.
func TestMovedFromGenericProvidersInTerraform1_8(t *testing.T) {
	t.Parallel()
	movesAcrossTypes.orSkip(t)
	for _, from := range movedFroms {
		for _, refresh := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s %s %s refresh=%t", from.provider, from.version, from.form, refresh), func(t *testing.T) {
				t.Parallel()
				w := worldOf(t, from.form, from.file("webhooks.json"))
				workspace := from.workspace(t, w)
				from.expectHarmless(t, plannedChanges(t, workspace, fmt.Sprintf("-refresh=%t", refresh)), refresh)
				expectTakenOver(t, w, workspace)
			})
		}
	}
}

// untoldOf are the attributes that the state of a resource does not tell: those above, and newer ones.
func (m movedFrom) untoldOf(name string) string {
	names := strings.Fields(m.untold[name])
	if newer := newerSettings(); len(newer) > 0 {
		names = slices.Concat(names, newer, []string{"secret", "store_secret"})
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// expectHarmless fails where a plan does more than move and, without a refresh,
// learn what the source's state did not tell.
func (m movedFrom) expectHarmless(t *testing.T, changes map[string]string, refresh bool) {
	t.Helper()
	want := []string{"account", "archived", "limited", "plain", `several["a"]`, `several["b"]`}
	if len(changes) != len(want) {
		t.Errorf("the plan is about %v, want %v", changes, want)
	}
	for _, address := range want {
		name, _, _ := strings.Cut(address, "[")
		allowed := []string{"no-op"}
		switch {
		case !refresh && m.untoldOf(name) != "":
			allowed = []string{"update " + m.untoldOf(name)}
		case !refresh:
			// Terraform takes it for a change that the secret becomes sensitive.
			allowed = append(allowed, "update")
		}
		if got := changes["cakemail_webhook."+address]; !slices.Contains(allowed, got) {
			t.Errorf("the plan does %q to %s, want one of %q", got, address, allowed)
		}
	}
}

// expectTakenOver applies the saved plan, and fails where that changes anything
// at Cakemail, calls more than it needs, or leaves something to do.
func expectTakenOver(t *testing.T, w *acctest.World, workspace *terraformcli.Workspace) {
	t.Helper()
	before := w.Api.Webhooks()
	acctest.Terraform(t, workspace, "apply", "saved")
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
	if after := w.Api.Webhooks(); !reflect.DeepEqual(after, before) {
		t.Errorf("the API holds %+v, want it as before: %+v", after, before)
	}
	for operation, number := range w.Api.Counts() {
		if operation != cakemailtest.Show {
			t.Errorf("%d calls of %s were made, want none", number, operation)
		}
	}
	expectSame(t, acctest.StateOf(t, workspace), before)
}

// The guide's configurations take over the states that the real providers wrote
// with the guide's configurations before.
func TestMovingExamplesInTerraform1_8(t *testing.T) {
	t.Parallel()
	movesAcrossTypes.orSkip(t)
	for provider, source := range map[string]struct{ resource, name string }{"restapi": {"restapi_object", "bounces"}, "restful": {"restful_resource", "contacts"}} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			if before := readExample(t, "guides/before-moving-from-"+provider+"/main.tf"); !strings.Contains(before, fmt.Sprintf("resource %q %q {", source.resource, source.name)) {
				t.Errorf("the configuration before has no %s.%s, but the state has", source.resource, source.name)
			}
			w := worldOf(t, cakemailtest.Reference, "moved/example-"+provider+".webhooks.json")
			logFile := filepath.Join(t.TempDir(), "terraform.log")
			workspace := exampleWorkspace(t, w, "guides/moving-from-"+provider+"/main.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile)
			takeOver(t, workspace, "moved/example-"+provider+".tfstate")
			for address, change := range plannedChanges(t, workspace) {
				if change != "no-op" {
					t.Errorf("the plan does %q to %s, want nothing", change, address)
				}
			}
			expectTakenOver(t, w, workspace)
			log, err := os.ReadFile(logFile)
			if err != nil || !strings.Contains(string(log), "MoveResourceState") {
				t.Errorf("the log does not hold the move (error %v), so the test shows nothing", err)
			}
			w.ExpectNoSecret(t, "the log", string(log))
		})
	}
}

// expectSame fails where the state and the API differ in an id, a URL or a secret.
func expectSame(t *testing.T, state []acctest.StateWebhook, webhooks []cakemailtest.Webhook) {
	t.Helper()
	var want []acctest.StateWebhook
	for _, webhook := range webhooks {
		want = append(want, acctest.StateWebhook{ID: webhook.ID, URL: webhook.URL, Secret: webhook.Secret})
	}
	byID := func(one, other acctest.StateWebhook) int { return strings.Compare(one.ID, other.ID) }
	slices.SortFunc(want, byID)
	slices.SortFunc(state, byID)
	if !slices.Equal(state, want) {
		t.Errorf("the state has %+v, want %+v", state, want)
	}
}

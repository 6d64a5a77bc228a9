package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func storeSecret(stored bool) config.Variables {
	return config.Variables{"store_secret": config.BoolVariable(stored)}
}

func TestSecretThatIsNotStoredLeavesNoTrace(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := w.Workspace(t, "webhook.tf")
		for _, phase := range []struct {
			name      string
			arguments []string
		}{
			{"create", nil},
			{"no change", nil},
			{"another url", []string{"-var", "url=https://example.com/new"}},
			{"archive", []string{"-var", "url=https://example.com/new", "-var", "archived=true"}},
			{"unarchive", []string{"-var", "url=https://example.com/new"}},
			{"replace", []string{"-var", "url=https://example.com/new", "-replace=" + acctest.TestWebhook}},
			{"refresh", []string{"-var", "url=https://example.com/new", "-refresh-only"}},
			{"destroy", []string{"-destroy"}},
		} {
			acctest.Terraform(t, workspace, append([]string{"plan", "-out=" + acctest.PlanFile, "-var", "store_secret=false"}, phase.arguments...)...)
			acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", planned")
			acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
			acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile, "-var", "store_secret=false")
			acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", applied")
		}
		if active := w.Api.Active(); len(active) > 0 {
			t.Errorf("%d webhooks are active after destroy", len(active))
		}
	})
}

// TestSecretThatIsStoredIsFound shows that the search above would find a secret.
func TestSecretThatIsStoredIsFound(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "webhook.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile, "-var", "rate_limit=7")

	want := []string{"plan file, tfplan", "plan file, tfstate", "plan file, tfstate-prev", "show -json", "show -json plan", "terraform.tfstate"}
	if got := acctest.TracesOf(t, workspace).Holding(onlyWebhook(t, w).Secret); !slices.Equal(got, want) {
		t.Errorf("the secret is found in %q, want %q", got, want)
	}

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "store_secret=false")
	acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile, "-var", "store_secret=false")
	want = []string{"terraform.tfstate.backup"}
	if got := acctest.TracesOf(t, workspace).Holding(onlyWebhook(t, w).Secret); !slices.Equal(got, want) {
		t.Errorf("after it is no longer stored, the secret is found in %q, want %q", got, want)
	}
}

func TestStoringTheSecretIsSwitchedInPlace(t *testing.T) {
	t.Parallel()
	newURL := func(variables config.Variables) config.Variables {
		variables["url"] = config.StringVariable("https://example.com/new")
		return variables
	}
	archived := func(variables config.Variables) config.Variables {
		variables["archived"] = config.BoolVariable(true)
		return variables
	}
	for name, test := range map[string]struct {
		// change is made together with both switches.
		change func(config.Variables) config.Variables
		forms  []cakemailtest.Form
	}{
		"alone":            {func(variables config.Variables) config.Variables { return variables }, []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}},
		"with another url": {newURL, []cakemailtest.Form{cakemailtest.Reference}},
		"when archived":    {archived, []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}},
	} {
		for _, form := range test.forms {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				sameID := statecheck.CompareValue(compare.ValuesSame())
				sameSecret := statecheck.CompareValue(compare.ValuesSame())
				stored := acctest.WebhookStep(nil)
				stored.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(acctest.TestWebhook, attribute("id")),
					sameSecret.AddStateValue(acctest.TestWebhook, attribute("secret")),
				}
				off := planned(acctest.WebhookStep(test.change(storeSecret(false))), plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("id"), knownvalue.NotNull()),
					plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("secret"), knownvalue.Null()))
				off.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(acctest.TestWebhook, attribute("id")),
					expect("secret", knownvalue.Null()),
					expect("hash_function", knownvalue.StringExact("sha256")),
				}
				still := planned(acctest.WebhookStep(test.change(storeSecret(false))), plancheck.ResourceActionNoop)
				on := planned(acctest.WebhookStep(test.change(storeSecret(true))), plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("id"), knownvalue.NotNull()),
					plancheck.ExpectUnknownValue(acctest.TestWebhook, attribute("secret")))
				on.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(acctest.TestWebhook, attribute("id")),
					sameSecret.AddStateValue(acctest.TestWebhook, attribute("secret")),
				}
				w.Run(t, stored, off, still, on)
				if made := len(w.Api.Webhooks()); made != 1 {
					t.Errorf("the API holds %d webhooks, want the one", made)
				}
			})
		}
	}
}

// TestSecretIsNotStoredFromTheImportOn imports with the suffix that says so.
func TestSecretIsNotStoredFromTheImportOn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		account   int64
		importID  func(id string) string
		arguments []string
	}{
		"by id":             {importID: func(id string) string { return id }},
		"by account and id": {account: 42, importID: func(id string) string { return "42/" + id }, arguments: []string{"-var", "account_id=42"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				existing := w.Api.Add(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				workspace := w.Workspace(t, "webhook.tf")
				arguments := append([]string{"-var", "store_secret=false"}, test.arguments...)

				acctest.Terraform(t, workspace, append(append([]string{"import"}, arguments...), acctest.TestWebhook, test.importID(existing.ID)+"?store_secret=false")...)
				acctest.Terraform(t, workspace, append([]string{"plan", "-detailed-exitcode", "-out=" + acctest.PlanFile}, arguments...)...)

				acctest.TracesOf(t, workspace).ExpectNone(t, w, "after the import")
				if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].ID != existing.ID {
					t.Errorf("the state holds %+v, want the webhook %s", state, existing.ID)
				}
			})
		})
	}
}

// TestSecretIsNotStoredFromTheImportBlockOnInTerraform1_5 has the import in the plan file, too.
func TestSecretIsNotStoredFromTheImportBlockOnInTerraform1_5(t *testing.T) {
	t.Parallel()
	importBlocks.orSkip(t)
	w := acctest.NewWorld(t)
	w.Api.Add(cakemailtest.Webhook{ID: "existing", URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	workspace := w.Workspace(t, "import_without_secret.tf")

	acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile)
	acctest.TracesOf(t, workspace).ExpectNone(t, w, "planned")
	acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
	acctest.TracesOf(t, workspace).ExpectNone(t, w, "applied")
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
	if changed := w.Api.Counts(); len(changed) != 1 || changed[cakemailtest.Show] == 0 {
		t.Errorf("got the calls %v, want reads alone", changed)
	}
}

// TestSecretIsDroppedAfterAnImport imports without the suffix.
func TestSecretIsDroppedAfterAnImport(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		existing := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		imported := acctest.WebhookStep(storeSecret(false))
		imported.ResourceName, imported.ImportState, imported.ImportStateId, imported.ImportStatePersist = acctest.TestWebhook, true, existing.ID, true
		dropped := planned(acctest.WebhookStep(storeSecret(false)), plancheck.ResourceActionUpdate)
		dropped.ConfigStateChecks = []statecheck.StateCheck{
			expect("id", knownvalue.StringExact(existing.ID)),
			expect("secret", knownvalue.Null()),
		}
		w.Run(t, imported, dropped)
	})
}

package provider_test

import (
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
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		workspace := w.workspace(t, "webhook.tf")
		for _, phase := range []struct {
			name      string
			arguments []string
		}{
			{"create", nil},
			{"no change", nil},
			{"another url", []string{"-var", "url=https://example.com/new"}},
			{"archive", []string{"-var", "url=https://example.com/new", "-var", "archived=true"}},
			{"unarchive", []string{"-var", "url=https://example.com/new"}},
			{"replace", []string{"-var", "url=https://example.com/new", "-replace=" + testWebhook}},
			{"refresh", []string{"-var", "url=https://example.com/new", "-refresh-only"}},
			{"destroy", []string{"-destroy"}},
		} {
			terraform(t, workspace, append([]string{"plan", "-out=" + planFile, "-var", "store_secret=false"}, phase.arguments...)...)
			tracesOf(t, workspace).expectNone(t, w, phase.name+", planned")
			terraform(t, workspace, "apply", planFile)
			terraform(t, workspace, "plan", "-out="+planFile, "-var", "store_secret=false")
			tracesOf(t, workspace).expectNone(t, w, phase.name+", applied")
		}
		if active := w.api.Active(); len(active) > 0 {
			t.Errorf("%d webhooks are active after destroy", len(active))
		}
	})
}

// TestSecretThatIsStoredIsFound shows that the search above would find a secret.
func TestSecretThatIsStoredIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workspace := w.workspace(t, "webhook.tf")
	terraform(t, workspace, "apply", "-auto-approve")
	terraform(t, workspace, "plan", "-out="+planFile, "-var", "rate_limit=7")

	want := []string{"plan file, tfplan", "plan file, tfstate", "plan file, tfstate-prev", "show -json", "show -json plan", "terraform.tfstate"}
	if got := tracesOf(t, workspace).holding(w.only(t).Secret); !slices.Equal(got, want) {
		t.Errorf("the secret is found in %q, want %q", got, want)
	}

	terraform(t, workspace, "apply", "-auto-approve", "-var", "store_secret=false")
	terraform(t, workspace, "plan", "-out="+planFile, "-var", "store_secret=false")
	want = []string{"terraform.tfstate.backup"}
	if got := tracesOf(t, workspace).holding(w.only(t).Secret); !slices.Equal(got, want) {
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
				w := newWorld(t, cakemailtest.WithForm(form))
				sameID := statecheck.CompareValue(compare.ValuesSame())
				sameSecret := statecheck.CompareValue(compare.ValuesSame())
				stored := webhookStep(nil)
				stored.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(testWebhook, attribute("id")),
					sameSecret.AddStateValue(testWebhook, attribute("secret")),
				}
				off := planned(webhookStep(test.change(storeSecret(false))), plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(testWebhook, attribute("id"), knownvalue.NotNull()),
					plancheck.ExpectKnownValue(testWebhook, attribute("secret"), knownvalue.Null()))
				off.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(testWebhook, attribute("id")),
					expect("secret", knownvalue.Null()),
					expect("hash_function", knownvalue.StringExact("sha256")),
				}
				still := planned(webhookStep(test.change(storeSecret(false))), plancheck.ResourceActionNoop)
				on := planned(webhookStep(test.change(storeSecret(true))), plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(testWebhook, attribute("id"), knownvalue.NotNull()),
					plancheck.ExpectUnknownValue(testWebhook, attribute("secret")))
				on.ConfigStateChecks = []statecheck.StateCheck{
					sameID.AddStateValue(testWebhook, attribute("id")),
					sameSecret.AddStateValue(testWebhook, attribute("secret")),
				}
				w.run(t, stored, off, still, on)
				if made := len(w.api.Webhooks()); made != 1 {
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
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				existing := w.api.Add(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				workspace := w.workspace(t, "webhook.tf")
				arguments := append([]string{"-var", "store_secret=false"}, test.arguments...)

				terraform(t, workspace, append(append([]string{"import"}, arguments...), testWebhook, test.importID(existing.ID)+"?store_secret=false")...)
				terraform(t, workspace, append([]string{"plan", "-detailed-exitcode", "-out=" + planFile}, arguments...)...)

				tracesOf(t, workspace).expectNone(t, w, "after the import")
				if state := stateOf(t, workspace); len(state) != 1 || state[0].ID != existing.ID {
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
	w := newWorld(t)
	w.api.Add(cakemailtest.Webhook{ID: "existing", URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	workspace := w.workspace(t, "import_without_secret.tf")

	terraform(t, workspace, "plan", "-out="+planFile)
	tracesOf(t, workspace).expectNone(t, w, "planned")
	terraform(t, workspace, "apply", planFile)
	tracesOf(t, workspace).expectNone(t, w, "applied")
	terraform(t, workspace, "plan", "-detailed-exitcode")
	if changed := w.api.Counts(); len(changed) != 1 || changed[cakemailtest.Show] == 0 {
		t.Errorf("got the calls %v, want reads alone", changed)
	}
}

// TestSecretIsDroppedAfterAnImport imports without the suffix.
func TestSecretIsDroppedAfterAnImport(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		existing := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		imported := webhookStep(storeSecret(false))
		imported.ResourceName, imported.ImportState, imported.ImportStateId, imported.ImportStatePersist = testWebhook, true, existing.ID, true
		dropped := planned(webhookStep(storeSecret(false)), plancheck.ResourceActionUpdate)
		dropped.ConfigStateChecks = []statecheck.StateCheck{
			expect("id", knownvalue.StringExact(existing.ID)),
			expect("secret", knownvalue.Null()),
		}
		w.run(t, imported, dropped)
	})
}

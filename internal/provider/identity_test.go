package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// identityChecks expect the identity to be what the state says.
func identityChecks(account knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		statecheck.ExpectIdentity(acctest.TestWebhook, map[string]knownvalue.Check{"id": knownvalue.NotNull(), "account_id": account}),
		statecheck.ExpectIdentityValueMatchesState(acctest.TestWebhook, attribute("id")),
		statecheck.ExpectIdentityValueMatchesState(acctest.TestWebhook, attribute("account_id")),
	}
}

func TestIdentityIsInTheStateOfTerraform1_12(t *testing.T) {
	t.Parallel()
	identities.orSkip(t)
	for name, test := range map[string]struct {
		provider  string
		variables config.Variables
		account   knownvalue.Check
	}{
		"in the account of the credentials": {account: knownvalue.Null()},
		"in the provider's account":         {provider: "42", account: knownvalue.Int64Exact(42)},
		"in an account of its own": {provider: "42", variables: config.Variables{"account_id": config.IntegerVariable(43)},
			account: knownvalue.Int64Exact(43)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Environment["CAKEMAIL_ACCOUNT_ID"] = test.provider
				create := acctest.WebhookStep(test.variables)
				create.ConfigStateChecks = identityChecks(test.account)
				imported := resource.TestStep{
					ResourceName: acctest.TestWebhook, ConfigVariables: test.variables,
					ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity,
				}
				change := planned(
					acctest.WebhookStep(acctest.With(config.Variables{"archived": config.BoolVariable(true)}, test.variables)),
					plancheck.ResourceActionUpdate,
				)
				change.ConfigStateChecks = identityChecks(test.account)
				w.Run(t, create, imported, change)
			})
		})
	}
}

func TestImportBlockByIdentityInTerraform1_12(t *testing.T) {
	t.Parallel()
	identities.orSkip(t)
	for name, test := range map[string]struct {
		configuration string
		provider      string
		account       int64
		want          knownvalue.Check
	}{
		"id alone":                            {configuration: "import_by_identity.tf", want: knownvalue.Null()},
		"id alone, in the provider's account": {configuration: "import_by_identity.tf", provider: "43", account: 43, want: knownvalue.Int64Exact(43)},
		"id and account":                      {configuration: "import_by_identity_and_account.tf", provider: "43", account: 42, want: knownvalue.Int64Exact(42)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Environment["CAKEMAIL_ACCOUNT_ID"] = test.provider
				existing := w.Api.Add(
					cakemailtest.Webhook{ID: "existing", AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}},
				)
				step := planned(resource.TestStep{ConfigFile: config.StaticFile("testdata/" + test.configuration)}, plancheck.ResourceActionNoop)
				step.ConfigStateChecks = append(identityChecks(test.want),
					expect("id", knownvalue.StringExact(existing.ID)),
					expect("secret", knownvalue.StringExact(existing.Secret)),
					expect("account_id", test.want))
				w.Run(t, step)
				if made := len(w.Api.Webhooks()); made != 1 {
					t.Errorf("the API holds %d webhooks, want the one", made)
				}
			})
		})
	}
}

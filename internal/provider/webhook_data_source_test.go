package provider_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// inAccount returns the arguments that name an account; 0 means none.
func inAccount(account int64) acctest.Arguments {
	if account == 0 {
		return nil
	}
	return acctest.Arguments{"account_id": account}
}

// reading is a case of reading a webhook by id.
type reading struct {
	// provider and config are the accounts in the provider and the block, account the webhook's; 0 means none.
	provider, config, account int64
	archived                  bool
}

var readings = map[string]reading{
	"in the account of the credentials": {},
	"archived":                          {archived: true},
	"in the provider's account":         {provider: 43, account: 43},
	"in another account":                {provider: 43, config: 42, account: 42},
}

// eachReading adds each webhook in both forms, and wants exactly one read. It passes on what the object shows of
// every webhook.
func eachReading(
	t *testing.T, test func(t *testing.T, c *acctest.Core, given acctest.Arguments, webhook cakemailtest.Webhook, want acctest.Values),
) {
	t.Helper()
	for name, reading := range readings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				webhook := w.AddTheirs(cakemailtest.Webhook{
					AccountID: reading.account, Archived: reading.archived,
					URL: "https://example.com/shop", Events: []string{"Contact.Added"}, RateLimit: 7, RateLimitPeriod: "minute",
				})
				want := acctest.Values{"id": webhook.ID, "account_id": nil, "secret": webhook.Secret, "hash_function": "sha256"}
				want = acctest.With(want, inAccount(reading.account))
				config := acctest.With(acctest.Arguments{"id": webhook.ID}, inAccount(reading.config))
				test(t, w.NewCore(t, inAccount(reading.provider)), config, webhook, want)
				if calls := w.API.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
					t.Errorf("got the calls %v, want one read", w.API.Counts())
				}
			})
		})
	}
}

func TestWebhookDataSource_Reads(t *testing.T) {
	t.Parallel()
	eachReading(t, func(t *testing.T, c *acctest.Core, given acctest.Arguments, webhook cakemailtest.Webhook, want acctest.Values) {
		t.Helper()
		got, messages := c.Data("cakemail_webhook", given)
		want = acctest.With(acctest.With(settingsOf(webhook), want), acctest.Values{"archived": webhook.Archived})
		if len(messages) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v\n%s", got, want, acctest.Indented(messages))
		}
	})
}

func TestWebhookDataSource_NamesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status  int
		id      string
		account int64
	}{
		"an unknown id":           {404, "no-such-webhook", 0},
		"an id that needs escape": {404, "a/b?c#d%2f", 0},
		"in another account":      {404, "elsewhere", 43},
		"answered with 410":       {410, "no-such-webhook", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithGoneStatus(test.status))
			w.API.Add(cakemailtest.Webhook{ID: "elsewhere", AccountID: 42, URL: "https://example.com/shop", Events: []string{"Contact.Added"}})
			_, messages := w.NewCore(t, nil).Data("cakemail_webhook", acctest.With(acctest.Arguments{"id": test.id}, inAccount(test.account)))
			w.ExpectMessages(t, messages, acctest.Error("id", "There is no webhook "+test.id, ""))
		})
	}
}

func TestWebhookDataSource_InTerraform(t *testing.T) {
	t.Parallel()
	t.Run("a webhook of the same apply is read once its id is known, with the secret that the resource does not keep", func(t *testing.T) {
		const data = "data.cakemail_webhook.test"
		w := acctest.NewWorld(t)
		isTheSecret := knownvalue.StringFunc(func(secret string) error {
			if secret != onlyWebhook(t, w).Secret {
				return errors.New("it is not the webhook's secret")
			}
			return nil
		})
		w.Run(t, resource.TestStep{
			ConfigFile:       config.StaticFile("testdata/store_secret_data.tf"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(data, plancheck.ResourceActionRead)}},
			ConfigStateChecks: []statecheck.StateCheck{
				expect("secret", knownvalue.Null()),
				statecheck.ExpectKnownValue(data, attribute("secret"), isTheSecret),
			},
		})
	})
}

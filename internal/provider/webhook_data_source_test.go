package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"errors"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const testData = "data.cakemail_webhook.test"

func expectData(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(testData, attribute(name), value)
}

func TestWebhookDataSource(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider  string
		webhook   cakemailtest.Webhook
		variables config.Variables
		account   knownvalue.Check
	}{
		"in the account of the credentials": {account: knownvalue.Null()},
		"archived":                          {webhook: cakemailtest.Webhook{Archived: true}, account: knownvalue.Null()},
		"in another account": {
			provider:  "43",
			webhook:   cakemailtest.Webhook{AccountID: 42},
			variables: config.Variables{"account_id": config.IntegerVariable(42)},
			account:   knownvalue.Int64Exact(42),
		},
		"in the provider's account": {provider: "43", webhook: cakemailtest.Webhook{AccountID: 43}, account: knownvalue.Int64Exact(43)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Environment["CAKEMAIL_ACCOUNT_ID"] = test.provider
				webhook := test.webhook
				webhook.URL, webhook.Events, webhook.RateLimit, webhook.RateLimitPeriod = "https://example.com/shop", []string{"Contact.Added"}, 7, "minute"
				webhook = w.AddTheirs(webhook)
				w.Run(t, resource.TestStep{
					ConfigFile:      config.StaticFile("testdata/webhook_data.tf"),
					ConfigVariables: acctest.With(config.Variables{"id": config.StringVariable(webhook.ID)}, test.variables),
					ConfigStateChecks: []statecheck.StateCheck{
						expectData("id", knownvalue.StringExact(webhook.ID)),
						expectData("account_id", test.account),
						expectData("url", knownvalue.StringExact("https://example.com/shop")),
						expectData("events", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("Contact.Added")})),
						expectData("rate_limit", knownvalue.Int64Exact(7)),
						expectData("rate_limit_period", knownvalue.StringExact("minute")),
						expectData("archived", knownvalue.Bool(webhook.Archived)),
						statecheck.ExpectKnownOutputValue("secret", knownvalue.StringExact(webhook.Secret)),
						expectData("hash_function", knownvalue.StringExact("sha256")),
					},
				})
				if reads := w.Api.Count(cakemailtest.Show); reads != len(w.Api.Calls()) {
					t.Errorf("%d of %d calls are reads, want all", reads, len(w.Api.Calls()))
				}
			})
		})
	}
}

func TestWebhookDataSourceOfNoWebhook(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 410} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithGoneStatus(status))
			elsewhere := w.Api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/shop", Events: []string{"Contact.Added"}})
			c := w.NewCore(t, nil)
			for name, test := range map[string]struct {
				config acctest.Arguments
				want   string
			}{
				"an unknown id":           {acctest.Arguments{"id": "no-such-webhook"}, "no-such-webhook"},
				"an id that needs escape": {acctest.Arguments{"id": "a/b?c#d%2f"}, "a/b?c#d%2f"},
				"in another account":      {acctest.Arguments{"id": elsewhere.ID, "account_id": int64(43)}, "ID"},
			} {
				_, got := c.Data("cakemail_webhook", test.config)
				if len(got) == 1 && got[0].Attribute != "id" {
					t.Errorf("%s: the message is on %q, want id", name, got[0].Attribute)
				}
				w.ExpectMessages(t, got, acctest.Error("id", "There is no webhook "+test.want, ""))
			}
		})
	}
}

// TestWebhookDataSourceOfAWebhookNotStored reads a webhook in the run that
// creates it, when its id is known only after apply.
func TestWebhookDataSourceOfAWebhookNotStored(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		w.Run(t, resource.TestStep{
			ConfigFile: config.StaticFile("testdata/store_secret_data.tf"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(acctest.TestWebhook, attribute("secret"), knownvalue.Null()),
				plancheck.ExpectResourceAction(testData, plancheck.ResourceActionRead),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				expect("secret", knownvalue.Null()),
				expectData("secret", knownvalue.StringFunc(func(secret string) error {
					if secret != onlyWebhook(t, w).Secret {
						return errors.New("it is not the webhook's secret")
					}
					return nil
				})),
			},
		})
	})
}

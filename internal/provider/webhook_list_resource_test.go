package provider_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// idsOf returns the ids in the results, which must have no messages.
func idsOf(t *testing.T, results []acctest.Listed) []string {
	t.Helper()
	var ids []string
	for _, result := range results {
		if len(result.Messages) > 0 {
			t.Fatalf("got messages:\n%s", acctest.Indented(result.Messages))
		}
		id, _ := result.Identity["id"].(string)
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func TestWebhookListResource_Filters(t *testing.T) {
	t.Parallel()
	eachFilter(t, func(c *acctest.Core, config acctest.Arguments) []string {
		return idsOf(c.T, c.List(acctest.Query{Config: config}))
	})
}

func TestWebhookListResource_AsksForNoMorePagesThanItNeeds(t *testing.T) {
	t.Parallel()
	// The crowd of 115 fills two pages and part of a third; the shop follows.
	for name, test := range map[string]struct {
		query        acctest.Query
		found, pages int
	}{
		"one":                                {acctest.Query{Limit: 1}, 1, 1},
		"a whole page":                       {acctest.Query{Limit: 50}, 50, 1},
		"one more than a page":               {acctest.Query{Limit: 51, IncludeResource: true}, 51, 2},
		"exactly all":                        {acctest.Query{Limit: 118}, 118, 3},
		"more than there are":                {acctest.Query{Limit: 1000}, 118, 3},
		"the limit counts only what matches": {acctest.Query{Limit: 2, Config: acctest.Arguments{"event": "Contact.Added"}}, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			addCrowd(w)
			addShop(w)
			if found := idsOf(t, w.NewCore(t, nil).List(test.query)); len(slices.Compact(found)) != test.found {
				t.Errorf("found %d different webhooks, want %d", len(found), test.found)
			}
			if pages := w.API.Count(cakemailtest.List); pages != test.pages || len(w.API.Calls()) != pages {
				t.Errorf("got the calls %v, want %d pages and nothing else", w.API.Counts(), test.pages)
			}
		})
	}
}

func TestWebhookListResource_Results(t *testing.T) {
	t.Parallel()
	several := []string{"Email.Opened", "Contact.Added", "Email.Bounced"}
	for name, test := range map[string]struct {
		form             cakemailtest.Form
		provider, config int64
		events           []string
		account          int64
		shown            string
		withoutResource  bool
	}{
		"identity and name":         {form: cakemailtest.Reference, events: several[1:2], shown: "Contact.Added", withoutResource: true},
		"whole webhooks":            {form: cakemailtest.Reference, events: several[1:2], shown: "Contact.Added"},
		"of several events":         {form: cakemailtest.Guide, events: several, shown: "Contact.Added, Email.Bounced, Email.Opened"},
		"in another account":        {form: cakemailtest.Reference, events: several[1:2], shown: "Contact.Added", provider: 43, config: 42, account: 42},
		"in the provider's account": {form: cakemailtest.Guide, events: several[1:2], shown: "Contact.Added", provider: 42, account: 42},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(test.form))
			webhook := w.AddTheirs(cakemailtest.Webhook{
				ID: "one", URL: "https://user:pass@example.com/shop?key=1", Events: test.events, RateLimit: 7, RateLimitPeriod: "minute",
				Archived: true, AccountID: test.account,
			})
			want := acctest.Listed{
				Name:     "https://example.com/shop?*** (" + test.shown + ")",
				Identity: acctest.With(acctest.Values{"id": "one", "account_id": nil}, inAccount(test.account)),
			}
			if !test.withoutResource {
				others := acctest.Values{"archived": true, "store_secret": true, "secret": nil, "hash_function": nil}
				want.Resource = acctest.With(acctest.With(settingsOf(webhook), want.Identity), others)
			}
			config := acctest.With(acctest.Arguments{"with_archived": true}, inAccount(test.config))
			got := w.NewCore(t, inAccount(test.provider)).List(acctest.Query{Config: config, IncludeResource: !test.withoutResource})
			if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
				t.Errorf("got %+v,\nwant %+v", got, want)
			}
		})
	}
	t.Run("of a webhook of which the answer tells nothing but the id", func(t *testing.T) {
		w := acctest.NewWorld(t)
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Rewrite: func([]byte) []byte { return []byte(`{"data":[{"id":"w1"}]}`) }})
		got := w.NewCore(t, nil).List(acctest.Query{IncludeResource: true})
		if ids := idsOf(t, got); !slices.Equal(ids, []string{"w1"}) || got[0].Resource["archived"] != false {
			t.Errorf("got %+v", got)
		}
	})
}

func TestWebhookListResource_IsNeverSilentlyShorter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider acctest.Arguments
		refused  int
		// found are the results before the error.
		found int
		want  acctest.Message
	}{
		"the first page is refused":   {nil, 1, 0, acctest.Error("", "The credentials do not permit this call", "Cannot list the webhooks.")},
		"the last page is refused":    {nil, 3, 100, acctest.Error("", "The credentials do not permit this call", "Cannot list the webhooks.")},
		"the credentials are unknown": {acctest.Arguments{"access_token": tftypes.UnknownValue}, 0, 0, notKnownYet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			addCrowd(w)
			w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: test.refused, Status: 403})
			got := w.NewCore(t, test.provider).List(acctest.Query{Limit: 1000})
			if len(got) != test.found+1 {
				t.Fatalf("got %d results, want %d webhooks and an error", len(got), test.found)
			}
			idsOf(t, got[:test.found])
			w.ExpectMessages(t, got[test.found].Messages, test.want)
		})
	}
}

// As `terraform query -generate-config-out` does, it makes a configuration with every argument of the listed
// resource, and imports it by identity.
func TestWebhookListResource_GeneratesConfiguration(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]string{"in the account of the credentials": "", "in the provider's account": "42"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Environment["CAKEMAIL_ACCOUNT_ID"] = account
				existing := addVariety(w, form, account)
				results := w.NewCore(t, nil).List(acctest.Query{Config: acctest.Arguments{"with_archived": true}, IncludeResource: true})
				if len(results) != existing {
					t.Fatalf("%d webhooks are listed, want %d", len(results), existing)
				}
				for _, result := range results {
					webhook := identified{Core: w.NewCore(t, nil)}
					if _, messages := webhook.importBy(result.Identity); len(messages) > 0 {
						t.Fatalf("got messages:\n%s", acctest.Indented(messages))
					}
					webhook.read()
					webhook.ExpectNoChange(generatedFrom(webhook.Core, result.Resource))
				}
			})
		})
	}
}

// generatedFrom is the configuration that Terraform generates for a resource, with everything that can be configured.
func generatedFrom(c *acctest.Core, shown acctest.Values) acctest.Arguments {
	generated := acctest.Arguments{}
	for _, attribute := range c.Schemas().ResourceSchemas["cakemail_webhook"].Block.Attributes {
		if attribute.Required || attribute.Optional {
			generated[attribute.Name] = shown[attribute.Name]
		}
	}
	return generated
}

// addVariety adds webhooks whose configuration is hard to write, and returns their number.
func addVariety(w *acctest.World, form cakemailtest.Form, account string) int {
	webhooks := []cakemailtest.Webhook{
		{URL: "https://example.com/plain", Events: []string{"Contact.Added"}},
		{URL: "https://example.com/archived", Events: []string{"Contact.Added"}, Archived: true},
		{URL: "https://example.com/?quoted=%22&dollar=$%7Bx%7D&template=${path}&directive=%{if}", Events: []string{"Email.Bounced"}},
		{URL: "https://example.com", Events: []string{"Future.Event"}, RateLimit: 7, RateLimitPeriod: "minute"},
	}
	if form == cakemailtest.Guide {
		several := []string{"Email.Opened", "Contact.Added"}
		webhooks = append(webhooks, cakemailtest.Webhook{URL: "https://example.com/many", Events: several, RateLimitPeriod: "day"})
	}
	for _, webhook := range webhooks {
		if account != "" {
			webhook.AccountID = 42
		}
		w.API.Add(webhook)
	}
	return len(webhooks)
}

func identityOf(id string, account knownvalue.Check) map[string]knownvalue.Check {
	return map[string]knownvalue.Check{"id": knownvalue.StringExact(id), "account_id": account}
}

func TestWebhookListResource_InTerraform1_14(t *testing.T) {
	t.Parallel()
	queries.orSkip(t)
	t.Run("a query finds what its blocks ask for, and fails where a page is refused", func(t *testing.T) {
		w := acctest.NewWorld(t)
		addCrowd(w)
		addShop(w)
		shop := queryfilter.ByResourceIdentity(identityOf("shop-1", knownvalue.Null()))
		checks := []querycheck.QueryResultCheck{
			querycheck.ExpectLength("cakemail_webhook.everything", 100),
			querycheck.ExpectLength("cakemail_webhook.limited", 50),
			querycheck.ExpectLength("cakemail_webhook.with_archived", 119),
			querycheck.ExpectLength("cakemail_webhook.url", 2),
			querycheck.ExpectResourceDisplayName("cakemail_webhook.url", shop, knownvalue.StringExact("https://example.com/shop (Email.Bounced)")),
			querycheck.ExpectResourceKnownValues("cakemail_webhook.url", shop, []querycheck.KnownValueCheck{
				{Path: attribute("url"), KnownValue: knownvalue.StringExact("https://example.com/shop")},
				{Path: attribute("secret"), KnownValue: knownvalue.Null()},
			}),
			querycheck.ExpectLength("cakemail_webhook.account", 1),
			querycheck.ExpectIdentity("cakemail_webhook.account", identityOf("elsewhere", knownvalue.Int64Exact(42))),
			querycheck.ExpectLength("cakemail_webhook.none", 0),
		}
		query := string(readTestdata(t, "filtered.tfquery.hcl"))
		w.Run(t,
			resource.TestStep{ConfigFile: config.StaticFile("testdata/query.tf")},
			resource.TestStep{Query: true, Config: query, QueryResultChecks: checks},
			resource.TestStep{
				Query: true, Config: query, ExpectError: regexp.MustCompile("The credentials do not permit this call|Cannot list the webhooks"),
				PreConfig: func() { w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 3, Status: 403}) },
			})
	})
	t.Run("the configuration that a query generates imports and does nothing else", func(t *testing.T) {
		w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
		w.Environment["CAKEMAIL_ACCOUNT_ID"] = "42"
		existing := addVariety(w, cakemailtest.Guide, "42")
		workspace := w.Workspace(t, "query.tf")
		writeExample(t, workspace, "all.tfquery.hcl", string(readTestdata(t, "all.tfquery.hcl")))

		acctest.Terraform(t, workspace, "query", "-generate-config-out=generated.tf")
		acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile)
		expectImportsAlone(t, acctest.Terraform(t, workspace, "show", "-json", acctest.PlanFile), existing)
		w.API.ResetCalls()
		acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")

		if calls := w.API.Counts(); len(calls) != 1 || calls[cakemailtest.Show] == 0 {
			t.Errorf("got the calls %v, want only reads", calls)
		}
		if state := acctest.StateOf(t, workspace); len(state) != existing {
			t.Errorf("the state holds %d webhooks, want %d", len(state), existing)
		}
	})
}

// expectImportsAlone fails if a plan does more than import so many resources.
func expectImportsAlone(t *testing.T, plan string, number int) {
	t.Helper()
	var read struct {
		Changes []struct {
			Address string
			Change  struct {
				Actions   []string
				Importing *struct{}
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(plan), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Changes) != number {
		t.Errorf("the plan has %d resources, want %d", len(read.Changes), number)
	}
	for _, change := range read.Changes {
		if actions := strings.Join(change.Change.Actions, " "); actions != "no-op" || change.Change.Importing == nil {
			t.Errorf("the plan for %s is %s (imported: %t), want only an import", change.Address, actions, change.Change.Importing != nil)
		}
	}
}

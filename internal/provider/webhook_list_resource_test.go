package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// idsOf are the ids of results, which must hold no message.
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

func TestListFilters(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config acctest.Arguments
		want   []string
	}{
		"nothing asked":                        {nil, []string{"other", "shop-1", "shop-2"}},
		"without archived ones":                {acctest.Arguments{"with_archived": false}, []string{"other", "shop-1", "shop-2"}},
		"with archived ones":                   {acctest.Arguments{"with_archived": true}, []string{"other", "shop-1", "shop-2", "shop-archived"}},
		"a url":                                {acctest.Arguments{"url": "https://example.com/shop"}, []string{"shop-1", "shop-2"}},
		"a url whose host is in capitals":      {acctest.Arguments{"url": "https://EXAMPLE.com/shop"}, []string{"shop-1", "shop-2"}},
		"an event":                             {acctest.Arguments{"event": "Contact.Added"}, []string{"other", "shop-2"}},
		"a url and an event, archived as well": {acctest.Arguments{"url": "https://example.com/shop", "event": "Contact.Added", "with_archived": true}, []string{"shop-2", "shop-archived"}},
		"another account":                      {acctest.Arguments{"account_id": int64(42)}, []string{"elsewhere"}},
		"nothing found":                        {acctest.Arguments{"url": "https://example.com/nobody"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				addShop(w)
				if got := idsOf(t, w.NewCore(t, nil).List(acctest.Query{Config: test.config})); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestListAsksForNoMorePagesThanItNeeds(t *testing.T) {
	t.Parallel()
	// The crowd of 115 fills two pages and a part of a third; then comes the shop.
	for name, test := range map[string]struct {
		query        acctest.Query
		found, pages int
	}{
		"one":                                 {acctest.Query{Limit: 1}, 1, 1},
		"a whole page":                        {acctest.Query{Limit: 50}, 50, 1},
		"one more than a page":                {acctest.Query{Limit: 51}, 51, 2},
		"as many as Terraform asks for":       {acctest.Query{}, 100, 2},
		"exactly all":                         {acctest.Query{Limit: 118}, 118, 3},
		"more than there are":                 {acctest.Query{Limit: 1000}, 118, 3},
		"one that is far behind":              {acctest.Query{Limit: 1, Config: acctest.Arguments{"event": "Email.Bounced"}}, 1, 3},
		"fewer than match":                    {acctest.Query{Limit: 2, Config: acctest.Arguments{"url": "https://example.com/crowd/7"}}, 1, 3},
		"the limit counts only what matches":  {acctest.Query{Limit: 2, Config: acctest.Arguments{"event": "Contact.Added"}}, 2, 3},
		"the limit counts the same with more": {acctest.Query{Limit: 51, IncludeResource: true}, 51, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			addCrowd(w)
			addShop(w)
			if found := idsOf(t, w.NewCore(t, nil).List(test.query)); len(slices.Compact(found)) != test.found {
				t.Errorf("found %d different webhooks, want %d", len(found), test.found)
			}
			if pages := w.Api.Count(cakemailtest.List); pages != test.pages || len(w.Api.Calls()) != pages {
				t.Errorf("got the calls %v, want %d pages and nothing else", w.Api.Counts(), test.pages)
			}
		})
	}
}

func TestListResults(t *testing.T) {
	t.Parallel()
	webhook := cakemailtest.Webhook{
		ID: "one", URL: "https://user:pass@example.com/shop?key=1", Events: []string{"Contact.Added"}, RateLimit: 7, RateLimitPeriod: "minute", Archived: true,
	}
	full := acctest.With(settingsOf(webhook), acctest.Values{
		"id": "one", "archived": true, "account_id": nil, "store_secret": true, "secret": nil, "hash_function": nil,
	})
	several, elsewhere := webhook, webhook
	several.Events = []string{"Email.Opened", "Contact.Added", "Email.Bounced"}
	elsewhere.AccountID = 42
	const displayed = "https://example.com/shop?***"
	for name, test := range map[string]struct {
		form            cakemailtest.Form
		webhook         cakemailtest.Webhook
		provider        acctest.Arguments
		config          acctest.Arguments
		includeResource bool
		want            acctest.Listed
	}{
		"identity and name": {
			webhook: webhook,
			want:    acctest.Listed{Name: displayed + " (Contact.Added)", Identity: acctest.Values{"id": "one", "account_id": nil}},
		},
		"the resource when it is asked for": {
			webhook: webhook, includeResource: true,
			want: acctest.Listed{Name: displayed + " (Contact.Added)", Identity: acctest.Values{"id": "one", "account_id": nil}, Resource: full},
		},
		"of several events": {
			form: cakemailtest.Guide, webhook: several, includeResource: true,
			want: acctest.Listed{
				Name: displayed + " (Contact.Added, Email.Bounced, Email.Opened)", Identity: acctest.Values{"id": "one", "account_id": nil},
				Resource: acctest.With(full, acctest.Values{"events": []any{"Contact.Added", "Email.Bounced", "Email.Opened"}}),
			},
		},
		"in another account": {
			webhook: elsewhere, provider: acctest.Arguments{"account_id": int64(43)}, config: acctest.Arguments{"account_id": int64(42)}, includeResource: true,
			want: acctest.Listed{Name: displayed + " (Contact.Added)", Identity: acctest.Values{"id": "one", "account_id": int64(42)}, Resource: acctest.With(full, acctest.Values{"account_id": int64(42)})},
		},
		"in the provider's account": {
			webhook: elsewhere, provider: acctest.Arguments{"account_id": int64(42)}, includeResource: true,
			want: acctest.Listed{Name: displayed + " (Contact.Added)", Identity: acctest.Values{"id": "one", "account_id": int64(42)}, Resource: acctest.With(full, acctest.Values{"account_id": int64(42)})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := test.form
			if form == "" {
				form = cakemailtest.Reference
			}
			w := acctest.NewWorld(t, cakemailtest.WithForm(form))
			w.AddTheirs(test.webhook)
			got := w.NewCore(t, test.provider).List(acctest.Query{Config: acctest.With(acctest.Arguments{"with_archived": true}, test.config), IncludeResource: test.includeResource})
			if len(got) != 1 || !reflect.DeepEqual(got[0], test.want) {
				t.Errorf("got %+v,\nwant %+v", got, test.want)
			}
		})
	}
}

func TestListIsNeverSilentlyShorter(t *testing.T) {
	t.Parallel()
	refused := acctest.Error("", "The credentials do not permit this call", "Cannot list the webhooks.")
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		// found are the results before the error.
		found int
	}{
		"the first page":  {cakemailtest.Fault{Operation: cakemailtest.List, Status: 403}, 0},
		"the second page": {cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403}, 50},
		"the last page":   {cakemailtest.Fault{Operation: cakemailtest.List, Every: 3, Status: 403}, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			addCrowd(w)
			w.Api.SetFaults(test.fault)
			got := w.NewCore(t, nil).List(acctest.Query{Limit: 1000})
			if len(got) != test.found+1 {
				t.Fatalf("got %d results, want %d webhooks and an error", len(got), test.found)
			}
			idsOf(t, got[:test.found])
			w.ExpectMessages(t, got[test.found].Messages, refused)
		})
	}
}

func TestListNeedsSoundArguments(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	for name, test := range map[string]struct {
		config acctest.Arguments
		on     string
	}{
		"an account below 1":    {acctest.Arguments{"account_id": int64(0)}, "account_id"},
		"a url that is none":    {acctest.Arguments{"url": "example.com"}, "url"},
		"an event that is none": {acctest.Arguments{"event": "contact added"}, "event"},
	} {
		got := c.List(acctest.Query{Config: test.config})
		if len(got) != 1 || len(got[0].Messages) != 1 || got[0].Messages[0].Attribute != test.on {
			t.Errorf("%s: got %+v, want one message on %s", name, got, test.on)
		}
	}
	if calls := w.Api.Calls(); len(calls) > 0 {
		t.Errorf("%d calls were made, want none", len(calls))
	}
}

func TestListOfAnEmptyAccount(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		if got := acctest.NewWorld(t, cakemailtest.WithForm(form)).NewCore(t, nil).List(acctest.Query{IncludeResource: true}); len(got) > 0 {
			t.Errorf("got %+v, want nothing", got)
		}
	})
}

// TestListedResourcesImportWithAnEmptyPlan does what `terraform query` does for
// -generate-config-out: a configuration of every argument of the listed
// resource, imported by its identity.
func TestListedResourcesImportWithAnEmptyPlan(t *testing.T) {
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
					planned := webhook.Plan(webhook.State, acctest.Block(webhook.Webhook, generatedFrom(webhook.Core, result.Resource)))
					webhook.expectNoMessages(planned.Diagnostics)
					if after := webhook.Decode(webhook.Webhook, planned.PlannedState); !after.Equal(webhook.State) {
						t.Errorf("the plan for %s is not empty: %s, was %s", result.Name, after, webhook.State)
					}
				}
			})
		})
	}
}

// generated is the configuration that Terraform generates for a resource: all
// of it that can be configured.
func generatedFrom(c *acctest.Core, resource acctest.Values) acctest.Arguments {
	config := acctest.Arguments{}
	for _, attribute := range c.Schemas().ResourceSchemas["cakemail_webhook"].Block.Attributes {
		value := resource[attribute.Name]
		if !attribute.Required && !attribute.Optional {
			continue
		}
		if list, ok := value.([]any); ok {
			var texts []string
			for _, element := range list {
				text, _ := element.(string)
				texts = append(texts, text)
			}
			value = texts
		}
		config[attribute.Name] = value
	}
	return config
}

func TestNothingIsListedOrOpenedWithoutKnownCredentials(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, acctest.Arguments{"access_token": tftypes.UnknownValue})
	want := notKnownYet
	results := c.List(acctest.Query{})
	if len(results) != 1 {
		t.Fatalf("got %d results, want one", len(results))
	}
	w.ExpectMessages(t, results[0].Messages, want)
	_, messages := c.Open(acctest.Arguments{"id": "webhook"})
	w.ExpectMessages(t, messages, want)
}

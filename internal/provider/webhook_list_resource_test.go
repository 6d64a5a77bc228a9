package provider_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// idsOf are the ids of results, which must hold no message.
func idsOf(t *testing.T, results []listed) []string {
	t.Helper()
	var ids []string
	for _, result := range results {
		if len(result.messages) > 0 {
			t.Fatalf("got messages:\n%s", indented(result.messages))
		}
		id, _ := result.identity["id"].(string)
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config arguments
		want   []string
	}{
		"nothing asked":                        {nil, []string{"other", "shop-1", "shop-2"}},
		"without archived ones":                {arguments{"with_archived": false}, []string{"other", "shop-1", "shop-2"}},
		"with archived ones":                   {arguments{"with_archived": true}, []string{"other", "shop-1", "shop-2", "shop-archived"}},
		"a url":                                {arguments{"url": "https://example.com/shop"}, []string{"shop-1", "shop-2"}},
		"a url whose host is in capitals":      {arguments{"url": "https://EXAMPLE.com/shop"}, []string{"shop-1", "shop-2"}},
		"an event":                             {arguments{"event": "Contact.Added"}, []string{"other", "shop-2"}},
		"a url and an event, archived as well": {arguments{"url": "https://example.com/shop", "event": "Contact.Added", "with_archived": true}, []string{"shop-2", "shop-archived"}},
		"another account":                      {arguments{"account_id": int64(42)}, []string{"elsewhere"}},
		"nothing found":                        {arguments{"url": "https://example.com/nobody"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				w.addShop()
				if got := idsOf(t, w.newCore(t, nil).list(query{config: test.config})); !slices.Equal(got, test.want) {
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
		query        query
		found, pages int
	}{
		"one":                                 {query{limit: 1}, 1, 1},
		"a whole page":                        {query{limit: 50}, 50, 1},
		"one more than a page":                {query{limit: 51}, 51, 2},
		"as many as Terraform asks for":       {query{}, 100, 2},
		"exactly all":                         {query{limit: 118}, 118, 3},
		"more than there are":                 {query{limit: 1000}, 118, 3},
		"one that is far behind":              {query{limit: 1, config: arguments{"event": "Email.Bounced"}}, 1, 3},
		"fewer than match":                    {query{limit: 2, config: arguments{"url": "https://example.com/crowd/7"}}, 1, 3},
		"the limit counts only what matches":  {query{limit: 2, config: arguments{"event": "Contact.Added"}}, 2, 3},
		"the limit counts the same with more": {query{limit: 51, includeResource: true}, 51, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.addCrowd()
			w.addShop()
			if found := idsOf(t, w.newCore(t, nil).list(test.query)); len(slices.Compact(found)) != test.found {
				t.Errorf("found %d different webhooks, want %d", len(found), test.found)
			}
			if pages := w.api.Count(cakemailtest.List); pages != test.pages || len(w.api.Calls()) != pages {
				t.Errorf("got the calls %v, want %d pages and nothing else", w.api.Counts(), test.pages)
			}
		})
	}
}

func TestListResults(t *testing.T) {
	t.Parallel()
	webhook := cakemailtest.Webhook{
		ID: "one", URL: "https://user:pass@example.com/shop?key=1", Events: []string{"Contact.Added"}, RateLimit: 7, RateLimitPeriod: "minute", Archived: true,
	}
	full := with(settingsOf(webhook), values{
		"id": "one", "archived": true, "account_id": nil, "store_secret": true, "secret": nil, "hash_function": nil,
	})
	several, elsewhere := webhook, webhook
	several.Events = []string{"Email.Opened", "Contact.Added", "Email.Bounced"}
	elsewhere.AccountID = 42
	const displayed = "https://example.com/shop?***"
	for name, test := range map[string]struct {
		form            cakemailtest.Form
		webhook         cakemailtest.Webhook
		provider        arguments
		config          arguments
		includeResource bool
		want            listed
	}{
		"identity and name": {
			webhook: webhook,
			want:    listed{name: displayed + " (Contact.Added)", identity: values{"id": "one", "account_id": nil}},
		},
		"the resource when it is asked for": {
			webhook: webhook, includeResource: true,
			want: listed{name: displayed + " (Contact.Added)", identity: values{"id": "one", "account_id": nil}, resource: full},
		},
		"of several events": {
			form: cakemailtest.Guide, webhook: several, includeResource: true,
			want: listed{
				name: displayed + " (Contact.Added, Email.Bounced, Email.Opened)", identity: values{"id": "one", "account_id": nil},
				resource: with(full, values{"events": []any{"Contact.Added", "Email.Bounced", "Email.Opened"}}),
			},
		},
		"in another account": {
			webhook: elsewhere, provider: arguments{"account_id": int64(43)}, config: arguments{"account_id": int64(42)}, includeResource: true,
			want: listed{name: displayed + " (Contact.Added)", identity: values{"id": "one", "account_id": int64(42)}, resource: with(full, values{"account_id": int64(42)})},
		},
		"in the provider's account": {
			webhook: elsewhere, provider: arguments{"account_id": int64(42)}, includeResource: true,
			want: listed{name: displayed + " (Contact.Added)", identity: values{"id": "one", "account_id": int64(42)}, resource: with(full, values{"account_id": int64(42)})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := test.form
			if form == "" {
				form = cakemailtest.Reference
			}
			w := newWorld(t, cakemailtest.WithForm(form))
			w.addTheirs(test.webhook)
			got := w.newCore(t, test.provider).list(query{config: with(arguments{"with_archived": true}, test.config), includeResource: test.includeResource})
			if len(got) != 1 || !reflect.DeepEqual(got[0], test.want) {
				t.Errorf("got %+v,\nwant %+v", got, test.want)
			}
		})
	}
}

func TestListIsNeverSilentlyShorter(t *testing.T) {
	t.Parallel()
	refused := message{"error", "", "The credentials do not permit this call", "Cannot list the webhooks."}
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
			w := newWorld(t)
			w.addCrowd()
			w.api.SetFaults(test.fault)
			got := w.newCore(t, nil).list(query{limit: 1000})
			if len(got) != test.found+1 {
				t.Fatalf("got %d results, want %d webhooks and an error", len(got), test.found)
			}
			idsOf(t, got[:test.found])
			w.expectMessages(t, got[test.found].messages, refused)
		})
	}
}

func TestListNeedsSoundArguments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, nil)
	for name, test := range map[string]struct {
		config arguments
		on     string
	}{
		"an account below 1":    {arguments{"account_id": int64(0)}, "account_id"},
		"a url that is none":    {arguments{"url": "example.com"}, "url"},
		"an event that is none": {arguments{"event": "contact added"}, "event"},
	} {
		got := c.list(query{config: test.config})
		if len(got) != 1 || len(got[0].messages) != 1 || got[0].messages[0].attribute != test.on {
			t.Errorf("%s: got %+v, want one message on %s", name, got, test.on)
		}
	}
	if calls := w.api.Calls(); len(calls) > 0 {
		t.Errorf("%d calls were made, want none", len(calls))
	}
}

func TestListOfAnEmptyAccount(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		if got := newWorld(t, cakemailtest.WithForm(form)).newCore(t, nil).list(query{includeResource: true}); len(got) > 0 {
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
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				w.environment["CAKEMAIL_ACCOUNT_ID"] = account
				existing := w.addVariety(form, account)
				results := w.newCore(t, nil).list(query{config: arguments{"with_archived": true}, includeResource: true})
				if len(results) != existing {
					t.Fatalf("%d webhooks are listed, want %d", len(results), existing)
				}
				for _, result := range results {
					webhook := identified{core: w.newCore(t, nil)}
					if _, messages := webhook.importBy(result.identity); len(messages) > 0 {
						t.Fatalf("got messages:\n%s", indented(messages))
					}
					webhook.read()
					planned := webhook.plan(webhook.state, block(webhook.webhook, webhook.generated(result.resource)))
					webhook.expectNoMessages(planned.Diagnostics)
					if after := webhook.decode(webhook.webhook, planned.PlannedState); !after.Equal(webhook.state) {
						t.Errorf("the plan for %s is not empty: %s, was %s", result.name, after, webhook.state)
					}
				}
			})
		})
	}
}

// generated is the configuration that Terraform generates for a resource: all
// of it that can be configured.
func (c *core) generated(resource values) arguments {
	config := arguments{}
	for _, attribute := range c.schemas().ResourceSchemas["cakemail_webhook"].Block.Attributes {
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
	w := newWorld(t)
	c := w.newCore(t, arguments{"access_token": tftypes.UnknownValue})
	want := notKnownYet
	results := c.list(query{})
	if len(results) != 1 {
		t.Fatalf("got %d results, want one", len(results))
	}
	w.expectMessages(t, results[0].messages, want)
	_, messages := c.open(arguments{"id": "webhook"})
	w.expectMessages(t, messages, want)
}

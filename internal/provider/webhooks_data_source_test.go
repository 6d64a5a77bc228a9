package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// addCrowd fills more than two pages of the account of the credentials, and
// returns the ids in the order that a list has.
func (w *world) addCrowd() []string {
	const number = 115
	var ids []string
	for index := range number {
		webhook := w.addTheirs(cakemailtest.Webhook{URL: fmt.Sprintf("https://example.com/crowd/%d", index), Events: []string{"List.Created"}})
		ids = append(ids, webhook.ID)
	}
	slices.Sort(ids)
	return ids
}

// addShop adds the webhooks that filters are to find. Their ids stand after
// those of the crowd.
func (w *world) addShop() {
	for _, webhook := range []cakemailtest.Webhook{
		{ID: "shop-2", URL: "https://example.com/shop", Events: []string{"Contact.Added"}},
		{ID: "shop-1", URL: "https://example.com/shop", Events: []string{"Email.Bounced"}},
		{ID: "shop-archived", URL: "https://example.com/shop", Events: []string{"Contact.Added"}, Archived: true},
		{ID: "other", URL: "https://example.com/other", Events: []string{"Contact.Added"}},
		{ID: "elsewhere", AccountID: 42, URL: "https://example.com/shop", Events: []string{"Contact.Added"}},
	} {
		w.addTheirs(webhook)
	}
}

func stringList(texts ...string) knownvalue.Check {
	checks := []knownvalue.Check{}
	for _, text := range texts {
		checks = append(checks, knownvalue.StringExact(text))
	}
	return knownvalue.ListExact(checks)
}

func TestWebhooksDataSource(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		crowd := w.addCrowd()
		w.addShop()
		step := resource.TestStep{
			ConfigFile: config.StaticFile("testdata/webhooks_data.tf"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("ids", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"all":           stringList(slices.Concat(crowd, []string{"other", "shop-1", "shop-2"})...),
					"with_archived": stringList(slices.Concat(crowd, []string{"other", "shop-1", "shop-2", "shop-archived"})...),
					"url":           stringList("shop-1", "shop-2"),
					"event":         stringList("other", "shop-2"),
					"url_and_event": stringList("shop-2", "shop-archived"),
					"account":       stringList("elsewhere"),
					"none":          stringList(),
				})),
				statecheck.ExpectKnownValue("data.cakemail_webhooks.account", attribute("account_id"), knownvalue.Int64Exact(42)),
				statecheck.ExpectKnownValue("data.cakemail_webhooks.all", attribute("account_id"), knownvalue.Null()),
			},
		}
		again := step
		again.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}
		w.run(t, step, again)
	})
}

func TestWebhooksDataSourceKeepsNoSecret(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		w.addShop()
		workspace := w.workspace(t, "webhooks_data.tf")
		terraform(t, workspace, "apply", "-auto-approve")
		state, err := os.ReadFile(filepath.Join(workspace.Folder, "terraform.tfstate"))
		if err != nil {
			t.Fatal(err)
		}
		w.expectNoSecret(t, "the state", string(state))
		if reads := w.api.Count(cakemailtest.Show); reads > 0 {
			t.Errorf("%d webhooks were read one by one, want none", reads)
		}
	})
}

func TestWebhooksDataSourceFilters(t *testing.T) {
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
		"a url whose path is in capitals":      {arguments{"url": "https://example.com/SHOP"}, nil},
		"the beginning of a url":               {arguments{"url": "https://example.com/sho"}, nil},
		"an event":                             {arguments{"event": "Contact.Added"}, []string{"other", "shop-2"}},
		"an event that nothing is about":       {arguments{"event": "User.LoggedIn"}, nil},
		"a url and an event, archived as well": {arguments{"url": "https://example.com/shop", "event": "Contact.Added", "with_archived": true}, []string{"shop-2", "shop-archived"}},
		"another account":                      {arguments{"account_id": int64(42)}, []string{"elsewhere"}},
		"another account without webhooks":     {arguments{"account_id": int64(43)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				w.addShop()
				if got := w.newCore(t, nil).idsOfData(test.config); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// idsOfData are the ids in cakemail_webhooks, which must be read without a message.
func (c *core) idsOfData(config arguments) []string {
	c.t.Helper()
	data, messages := c.data("cakemail_webhooks", config)
	if len(messages) > 0 {
		c.t.Fatalf("got messages:\n%s", indented(messages))
	}
	webhooks, ok := data["webhooks"].([]any)
	if !ok {
		c.t.Fatalf("webhooks is %v, want a list", data["webhooks"])
	}
	var ids []string
	for _, webhook := range webhooks {
		attributes, _ := webhook.(values)
		id, _ := attributes["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func TestWebhooksDataSourceShowsEverythingButTheSecret(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		theirs := w.addTheirs(cakemailtest.Webhook{ID: "one", URL: "https://example.com/shop?key=1", Events: []string{"Contact.Added"}, RateLimit: 7, RateLimitPeriod: "minute"})
		data, _ := w.newCore(t, nil).data("cakemail_webhooks", nil)
		want := []any{with(settingsOf(theirs), values{"id": "one", "archived": false})}
		if !reflect.DeepEqual(data["webhooks"], want) {
			t.Errorf("got %v, want %v", data["webhooks"], want)
		}
	})
}

func TestWebhooksDataSourceReadsEveryPage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		pages   int
	}{
		"of fifty":                             {nil, 3},
		"smaller than asked for":               {[]cakemailtest.Option{cakemailtest.WithPageSizeLimit(7)}, 17},
		"of a size that the last one fills":    {[]cakemailtest.Option{cakemailtest.WithPageSizeLimit(23)}, 6},
		"all in one, as the guide's form does": {[]cakemailtest.Option{cakemailtest.WithForm(cakemailtest.Guide)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.options...)
			want := w.addCrowd()
			if got := w.newCore(t, nil).idsOfData(nil); !slices.Equal(got, want) {
				t.Errorf("got %d webhooks, want %d", len(got), len(want))
			}
			if pages := w.api.Count(cakemailtest.List); pages != test.pages {
				t.Errorf("%d pages were asked for, want %d", pages, test.pages)
			}
		})
	}
}

func TestWebhooksDataSourceHasOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addCrowd()
	c := w.newCore(t, nil)
	before := c.idsOfData(nil)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Rewrite: func(body []byte) []byte {
		var page struct {
			Pagination json.RawMessage   `json:"pagination"`
			Data       []json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			panic(err)
		}
		slices.Reverse(page.Data)
		reversed, err := json.Marshal(page)
		if err != nil {
			panic(err)
		}
		return reversed
	}})
	if after := c.idsOfData(nil); !slices.Equal(before, after) {
		t.Errorf("the order follows the API's:\n%q\n%q", before, after)
	}
}

func TestWebhooksDataSourceIsNeverSilentlyShorter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addCrowd()
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403})
	data, got := w.newCore(t, nil).data("cakemail_webhooks", nil)
	w.expectMessages(t, got, message{"error", "", "The credentials do not permit this call", "Cannot list the webhooks."})
	if data["webhooks"] != nil {
		t.Errorf("the data source shows %v, want nothing", data["webhooks"])
	}
}

// TestAListedWebhookWithoutEvents: an answer that leaves something out is no error.
func TestAListedWebhookWithoutEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Rewrite: func([]byte) []byte { return []byte(`{"data":[{"id":"w1"}]}`) }})
	c := w.newCore(t, nil)
	if got := c.idsOfData(nil); !slices.Equal(got, []string{"w1"}) {
		t.Errorf("got %q", got)
	}
	for _, listed := range c.list(query{includeResource: true}) {
		if len(listed.messages) > 0 || listed.resource["archived"] != false {
			t.Errorf("got %+v", listed)
		}
	}
}

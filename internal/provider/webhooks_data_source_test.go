package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

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
func addCrowd(w *acctest.World) []string {
	const number = 115
	var ids []string
	for index := range number {
		webhook := w.AddTheirs(cakemailtest.Webhook{URL: fmt.Sprintf("https://example.com/crowd/%d", index), Events: []string{"List.Created"}})
		ids = append(ids, webhook.ID)
	}
	slices.Sort(ids)
	return ids
}

// addShop adds the webhooks that filters are to find. Their ids stand after
// those of the crowd.
func addShop(w *acctest.World) {
	for _, webhook := range []cakemailtest.Webhook{
		{ID: "shop-2", URL: "https://example.com/shop", Events: []string{"Contact.Added"}},
		{ID: "shop-1", URL: "https://example.com/shop", Events: []string{"Email.Bounced"}},
		{ID: "shop-archived", URL: "https://example.com/shop", Events: []string{"Contact.Added"}, Archived: true},
		{ID: "other", URL: "https://example.com/other", Events: []string{"Contact.Added"}},
		{ID: "elsewhere", AccountID: 42, URL: "https://example.com/shop", Events: []string{"Contact.Added"}},
	} {
		w.AddTheirs(webhook)
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
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		crowd := addCrowd(w)
		addShop(w)
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
		w.Run(t, step, again)
	})
}

func TestWebhooksDataSourceKeepsNoSecret(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		addShop(w)
		workspace := w.Workspace(t, "webhooks_data.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		state, err := os.ReadFile(filepath.Join(workspace.Folder, "terraform.tfstate"))
		if err != nil {
			t.Fatal(err)
		}
		w.ExpectNoSecret(t, "the state", string(state))
		if reads := w.Api.Count(cakemailtest.Show); reads > 0 {
			t.Errorf("%d webhooks were read one by one, want none", reads)
		}
	})
}

func TestWebhooksDataSourceFilters(t *testing.T) {
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
		"a url whose path is in capitals":      {acctest.Arguments{"url": "https://example.com/SHOP"}, nil},
		"the beginning of a url":               {acctest.Arguments{"url": "https://example.com/sho"}, nil},
		"an event":                             {acctest.Arguments{"event": "Contact.Added"}, []string{"other", "shop-2"}},
		"an event that nothing is about":       {acctest.Arguments{"event": "User.LoggedIn"}, nil},
		"a url and an event, archived as well": {acctest.Arguments{"url": "https://example.com/shop", "event": "Contact.Added", "with_archived": true}, []string{"shop-2", "shop-archived"}},
		"another account":                      {acctest.Arguments{"account_id": int64(42)}, []string{"elsewhere"}},
		"another account without webhooks":     {acctest.Arguments{"account_id": int64(43)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				addShop(w)
				if got := idsOfData(w.NewCore(t, nil), test.config); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// idsOfData are the ids in cakemail_webhooks, which must be read without a message.
func idsOfData(c *acctest.Core, config acctest.Arguments) []string {
	c.T.Helper()
	data, messages := c.Data("cakemail_webhooks", config)
	if len(messages) > 0 {
		c.T.Fatalf("got messages:\n%s", acctest.Indented(messages))
	}
	webhooks, ok := data["webhooks"].([]any)
	if !ok {
		c.T.Fatalf("webhooks is %v, want a list", data["webhooks"])
	}
	var ids []string
	for _, webhook := range webhooks {
		attributes, _ := webhook.(acctest.Values)
		id, _ := attributes["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func TestWebhooksDataSourceShowsEverythingButTheSecret(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		theirs := w.AddTheirs(cakemailtest.Webhook{ID: "one", URL: "https://example.com/shop?key=1", Events: []string{"Contact.Added"}, RateLimit: 7, RateLimitPeriod: "minute"})
		data, _ := w.NewCore(t, nil).Data("cakemail_webhooks", nil)
		want := []any{acctest.With(settingsOf(theirs), acctest.Values{"id": "one", "archived": false})}
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
			w := acctest.NewWorld(t, test.options...)
			want := addCrowd(w)
			if got := idsOfData(w.NewCore(t, nil), nil); !slices.Equal(got, want) {
				t.Errorf("got %d webhooks, want %d", len(got), len(want))
			}
			if pages := w.Api.Count(cakemailtest.List); pages != test.pages {
				t.Errorf("%d pages were asked for, want %d", pages, test.pages)
			}
		})
	}
}

func TestWebhooksDataSourceHasOneOrder(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	addCrowd(w)
	c := w.NewCore(t, nil)
	before := idsOfData(c, nil)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Rewrite: func(body []byte) []byte {
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
	if after := idsOfData(c, nil); !slices.Equal(before, after) {
		t.Errorf("the order follows the API's:\n%q\n%q", before, after)
	}
}

func TestWebhooksDataSourceIsNeverSilentlyShorter(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	addCrowd(w)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403})
	data, got := w.NewCore(t, nil).Data("cakemail_webhooks", nil)
	w.ExpectMessages(t, got, acctest.Error("", "The credentials do not permit this call", "Cannot list the webhooks."))
	if data["webhooks"] != nil {
		t.Errorf("the data source shows %v, want nothing", data["webhooks"])
	}
}

// TestAListedWebhookWithoutEvents: an answer that leaves something out is no error.
func TestAListedWebhookWithoutEvents(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Rewrite: func([]byte) []byte { return []byte(`{"data":[{"id":"w1"}]}`) }})
	c := w.NewCore(t, nil)
	if got := idsOfData(c, nil); !slices.Equal(got, []string{"w1"}) {
		t.Errorf("got %q", got)
	}
	for _, listed := range c.List(acctest.Query{IncludeResource: true}) {
		if len(listed.Messages) > 0 || listed.Resource["archived"] != false {
			t.Errorf("got %+v", listed)
		}
	}
}

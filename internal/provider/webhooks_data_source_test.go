package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// addCrowd fills more than two pages of the account of the credentials, and returns the ids in list order.
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

// addShop adds the webhooks that filters are to find. Their ids come after those of the crowd.
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

// eachFilter asks an object that lists webhooks, in both forms.
func eachFilter(t *testing.T, ids func(c *acctest.Core, config acctest.Arguments) []string) {
	t.Helper()
	for name, test := range map[string]struct {
		config acctest.Arguments
		want   []string
	}{
		"nothing asked":                   {nil, []string{"other", "shop-1", "shop-2"}},
		"without archived ones":           {acctest.Arguments{"with_archived": false}, []string{"other", "shop-1", "shop-2"}},
		"with archived ones":              {acctest.Arguments{"with_archived": true}, []string{"other", "shop-1", "shop-2", "shop-archived"}},
		"a url whose host is in capitals": {acctest.Arguments{"url": "https://EXAMPLE.com/shop"}, []string{"shop-1", "shop-2"}},
		"a url whose path is in capitals": {acctest.Arguments{"url": "https://example.com/SHOP"}, nil},
		"an event":                        {acctest.Arguments{"event": "Contact.Added"}, []string{"other", "shop-2"}},
		"all at once": {
			acctest.Arguments{"url": "https://example.com/shop", "event": "Contact.Added", "with_archived": true}, []string{"shop-2", "shop-archived"},
		},
		"another account":                  {acctest.Arguments{"account_id": int64(42)}, []string{"elsewhere"}},
		"another account without webhooks": {acctest.Arguments{"account_id": int64(43)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				addShop(w)
				if got := ids(w.NewCore(t, nil), test.config); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if reads := w.API.Count(cakemailtest.Show); reads > 0 {
					t.Errorf("%d webhooks were read one by one, want none", reads)
				}
			})
		})
	}
}

func TestWebhooksDataSource_Filters(t *testing.T) {
	t.Parallel()
	eachFilter(t, idsOfData)
}

// idsOfData returns the ids in cakemail_webhooks, which must be read without a message.
func idsOfData(c *acctest.Core, config acctest.Arguments) []string {
	c.T.Helper()
	data, messages := c.Data("cakemail_webhooks", config)
	webhooks, ok := data["webhooks"].([]any)
	if len(messages) > 0 || !ok {
		c.T.Fatalf("webhooks is %v, want a list\n%s", data["webhooks"], acctest.Indented(messages))
	}
	var ids []string
	for _, webhook := range webhooks {
		attributes, _ := webhook.(acctest.Values)
		id, _ := attributes["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func TestWebhooksDataSource_Shows(t *testing.T) {
	t.Parallel()
	t.Run("everything but the secret", func(t *testing.T) {
		acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
			t.Helper()
			w := acctest.NewWorld(t, cakemailtest.WithForm(form))
			theirs := w.AddTheirs(cakemailtest.Webhook{
				ID: "one", URL: "https://example.com/shop?key=1", Events: []string{"Contact.Added"}, RateLimit: 7, RateLimitPeriod: "minute",
			})
			data, _ := w.NewCore(t, nil).Data("cakemail_webhooks", nil)
			want := []any{acctest.With(settingsOf(theirs), acctest.Values{"id": "one", "archived": false})}
			if !reflect.DeepEqual(data["webhooks"], want) {
				t.Errorf("got %v, want %v", data["webhooks"], want)
			}
		})
	})
	t.Run("every page", func(t *testing.T) {
		acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
			t.Helper()
			w := acctest.NewWorld(t, cakemailtest.WithForm(form))
			want := addCrowd(w)
			if got := idsOfData(w.NewCore(t, nil), nil); !slices.Equal(got, want) {
				t.Errorf("got %d webhooks, want %d", len(got), len(want))
			}
		})
	})
	t.Run("nothing where a page is refused", func(t *testing.T) {
		w := acctest.NewWorld(t)
		addCrowd(w)
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403})
		data, got := w.NewCore(t, nil).Data("cakemail_webhooks", nil)
		w.ExpectMessages(t, got, acctest.Error("", "The credentials do not permit this call", "Cannot list the webhooks."))
		if data["webhooks"] != nil {
			t.Errorf("the data source shows %v, want nothing", data["webhooks"])
		}
	})
	t.Run("one order, whatever the API's, and webhooks of which an answer tells nothing but the id", func(t *testing.T) {
		w := acctest.NewWorld(t)
		answer := func([]byte) []byte { return []byte(`{"data":[{"id":"w2"},{"id":"w3"},{"id":"w1"}]}`) }
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Rewrite: answer})
		if got := idsOfData(w.NewCore(t, nil), nil); !slices.Equal(got, []string{"w1", "w2", "w3"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestWebhooksDataSource_InTerraform(t *testing.T) {
	t.Parallel()
	t.Run("the ids are outputs, the state holds no secret, and the next plan is empty", func(t *testing.T) {
		w := acctest.NewWorld(t)
		addShop(w)
		workspace := w.Workspace(t, "webhooks_data.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		var got map[string][]string
		if err := json.Unmarshal([]byte(acctest.Terraform(t, workspace, "output", "-json", "ids")), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{
			"all": {"other", "shop-1", "shop-2"}, "url_and_event": {"shop-2", "shop-archived"}, "account": {"elsewhere"}, "none": {},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		state, err := os.ReadFile(filepath.Join(workspace.Folder, "terraform.tfstate"))
		if err != nil {
			t.Fatal(err)
		}
		w.ExpectNoSecret(t, "the state", string(state))
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
	})
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// oddIDs are ids that an API could give out, and that a careless client would
// turn into other paths.
var oddIDs = map[string]string{
	"a slash":            "a/b",
	"a way up":           "../webhooks/innocent",
	"a way up, escaped":  "..%2f..%2ftoken",
	"an operation":       "innocent/archive",
	"a percent":          "100%",
	"an escaped letter":  "%69nnocent",
	"another script":     "вебхук-🎂",
	"a space":            "in nocent",
	"a query":            "innocent?account_id=42",
	"a fragment":         "innocent#top",
	"a semicolon":        "innocent;v=1",
	"quotes":             `"'` + "`$(id)",
	"a backslash":        `..\innocent`,
	"255 bytes":          strings.Repeat("ü", 127) + "x",
	"a very long number": strings.Repeat("9", 200),
}

// TestOddIDs goes through the life of a webhook with each id, beside one that
// nobody may touch.
func TestOddIDs(t *testing.T) {
	t.Parallel()
	for name, id := range oddIDs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := w.NewCore(t, nil)
				innocent := w.Api.Add(cakemailtest.Webhook{ID: "innocent", URL: "https://example.com/innocent", Events: []string{"List.Created"}})
				w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Times: 1, Rewrite: renamingTo(w, id)})

				c.MustApply(hook(nil))
				if c.Text("id") != id || c.Text("secret") != w.Api.Webhooks()[1].Secret {
					t.Fatalf("the state holds %s", c.State)
				}
				c.MustApply(hook(acctest.Arguments{"archived": true}))
				c.MustApply(hook(nil))
				w.ExpectMessages(t, c.Destroy())

				if webhooks := w.Api.Webhooks(); len(webhooks) != 2 || !webhooks[1].Archived || webhooks[0].Archived || webhooks[0].URL != innocent.URL {
					t.Errorf("the API holds %+v", webhooks)
				}
				for _, call := range w.Api.Calls() {
					if path := "/webhooks/" + url.PathEscape(id); call.Path != "/webhooks" && call.Path != path && !strings.HasPrefix(call.Path, path+"/") {
						t.Errorf("%s %s was called", call.Method, call.Path)
					}
				}
			})
		})
	}
}

// renaming gives the new webhook this id, in the API and in the answer.
func renamingTo(w *acctest.World, id string) func([]byte) []byte {
	return func(body []byte) []byte {
		webhooks := w.Api.Webhooks()
		given := webhooks[len(webhooks)-1].ID
		w.Api.Change(given, func(webhook *cakemailtest.Webhook) { webhook.ID = id })
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(id) + `"`
		return acctest.Replacing(`"`+given+`"`, quoted, ":"+given+",", ":"+quoted+",", ":"+given+"}", ":"+quoted+"}")(body)
	}
}

// TestOddIDsAreImported imports each by ACCOUNT_ID/ID, and reads it as data.
func TestOddIDsAreImported(t *testing.T) {
	t.Parallel()
	for name, id := range oddIDs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, nil)
			webhook := w.Api.Add(cakemailtest.Webhook{ID: id, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})

			read, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id})
			w.ExpectMessages(t, messages)
			if read["secret"] != webhook.Secret {
				t.Errorf("the data source reads %v", read)
			}
			if strings.Contains(id, "?") {
				return // The import id has a use of its own for the question mark.
			}
			w.ExpectMessages(t, c.ImportState("1/"+id))
			if c.Text("id") != id || c.Text("secret") != webhook.Secret {
				t.Errorf("the state holds %s", c.State)
			}
		})
	}
}

func TestImportsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ id, says string }{
		"empty":                {"", "It names no webhook: the id is empty."},
		"an account alone":     {"42/", "It names no webhook: the id is empty."},
		"enormous":             {strings.Repeat("a", 100_000), "It names no webhook: the id is longer than 255 bytes."},
		"the secret asked for": {"a?store_secret=true", "The part after the question mark is not known."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, nil)
			w.ExpectMessages(t, c.ImportState(test.id), acctest.Error("", "Invalid import id", test.says))
			if calls := w.Api.Calls(); len(calls) > 0 || !c.State.IsNull() {
				t.Errorf("%d calls were made, the state holds %s", len(calls), c.State)
			}
		})
	}
}

func TestImportWithUnknownCredentials(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
	c := w.NewCore(t, acctest.Arguments{"access_token": tftypes.UnknownValue})
	w.ExpectMessages(t, c.ImportState("1001"), notKnownYet)
}

// TestImportOfAHalfToldWebhook refuses what would be planned as a change.
func TestImportOfAHalfToldWebhook(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]byte) []byte{
		"no url":    acctest.Replacing(`"url"`, `"_"`),
		"no events": acctest.Replacing(`"event"`, `"_"`, `"events"`, `"_"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := w.NewCore(t, nil)
				webhook := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: change})

				messages := c.ImportState(webhook.ID)
				expectClear(t, w, messages)
				if len(acctest.ErrorsIn(messages)) != 1 || !c.State.IsNull() {
					t.Errorf("got %s, and the state %s", acctest.Indented(messages), c.State)
				}
			})
		})
	}
}

// TestACreateAnsweredWithAnotherID is found out by the read that follows, where
// there is one; the webhook that is not the resource's is not touched.
func TestACreateAnsweredWithAnotherID(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Times: 1, Rewrite: another})

	messages := c.Apply(hook(nil))
	if problems := acctest.ErrorsIn(messages); len(problems) != 1 || !strings.Contains(problems[0].Summary, "There is no webhook ") || !c.Tainted {
		t.Errorf("got:\n%s", acctest.Indented(messages))
	}
	c.MustApply(hook(nil))
	if webhooks := w.Api.Webhooks(); len(webhooks) != 2 || webhooks[0].Archived || c.Text("id") != webhooks[1].ID {
		t.Errorf("the state holds %s, the API %+v", c.State, webhooks)
	}
}

package provider_test

import (
	"bytes"
	"compress/gzip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func always200(body string) cakemailtest.Fault {
	return cakemailtest.Fault{Processed: true, Rewrite: func([]byte) []byte { return []byte(body) }}
}

func rewritten(rewrite func(body []byte) []byte) cakemailtest.Fault {
	return cakemailtest.Fault{Processed: true, Rewrite: rewrite}
}

// hostileAnswers are answers to calls that the API has carried out.
func hostileAnswers() map[string]cakemailtest.Fault {
	var bomb bytes.Buffer
	writer := gzip.NewWriter(&bomb)
	_, _ = writer.Write(bytes.Repeat([]byte(" "), 64<<20))
	_ = writer.Close()
	packed := map[string][]string{"Content-Encoding": {"gzip"}}

	gzipBomb, noGzip, html := always200(bomb.String()), always200(`{"id":"w"}`), always200("<html><body>Welcome</body></html>")
	gzipBomb.Header, noGzip.Header, html.ContentType = packed, packed, "text/html"
	plain, drip := rewritten(func(body []byte) []byte { return body }), rewritten(func(body []byte) []byte { return body })
	plain.ContentType, drip.Drip = "text/plain", 50*time.Millisecond
	return map[string]cakemailtest.Fault{
		"truncated JSON":              rewritten(func(body []byte) []byte { return body[:len(body)*2/3] }),
		"an HTML page":                html,
		"nothing":                     always200(""),
		"null":                        always200("null"),
		"a text":                      always200(`"w1"`),
		"an object without any value": always200("{}"),
		"wrong types": always200(`{"id":{},"webhook_id":[1],"data":{"id":true,"url":7,"event":["Contact.Added"],"rate_limit":"many","status":null},
			"url":7,"events":"Contact.Added","rate_limit":"many","archived":"yes"}`),
		"numbers out of range":     rewritten(acctest.Replacing(`"rate_limit":`, `"rate_limit":1e99`)),
		"more than one value":      rewritten(func(body []byte) []byte { return append(body, body...) }),
		"keys named twice":         rewritten(twice),
		"another webhook":          rewritten(another),
		"10 MiB":                   rewritten(func(body []byte) []byte { return append(bytes.Repeat([]byte(" "), 10<<20), body...) }),
		"64 MiB in a small parcel": gzipBomb,
		"a parcel that is none":    noGzip,
		"a million brackets":       always200(strings.Repeat("[", 1_000_000)),
		"one byte now and then":    drip,
		"another content type":     plain,
	}
}

// twice repeats each id.
func twice(body []byte) []byte {
	return acctest.Replacing(`"id":`, `"id":"w2","id":`, `"webhook_id":`, `"webhook_id":4711,"webhook_id":`)(body)
}

// another changes the last character of the ids.
func another(body []byte) []byte {
	return acctest.AnyNumber.ReplaceAllFunc(body, func(id []byte) []byte {
		other := bytes.Clone(id)
		other[len(id)-1] = '1'
		if bytes.Equal(other, id) {
			other[len(id)-1] = '2'
		}
		return other
	})
}

// hostileMoment is a call that gets such an answer, and the apply or destroy that makes it.
type hostileMoment struct {
	operation     cakemailtest.Operation
	before, after acctest.Arguments
}

var hostileMoments = map[string]hostileMoment{
	"the list before a create": {cakemailtest.List, nil, hook(nil)},
	"a create":                 {cakemailtest.Create, nil, hook(nil)},
	"the read after a create":  {cakemailtest.Show, nil, hook(nil)},
	"a refresh":                {cakemailtest.Show, hook(nil), hook(nil)},
	"a change":                 {cakemailtest.Update, hook(nil), hook(acctest.Arguments{"rate_limit": int64(7)})},
	"pausing":                  {cakemailtest.Archive, hook(nil), hook(acctest.Arguments{"archived": true})},
	"resuming":                 {cakemailtest.Unarchive, hook(acctest.Arguments{"archived": true}), hook(nil)},
	"a destroy":                {cakemailtest.Archive, hook(nil), nil},
}

// It tries each answer at each moment. Either the outcome is right, or there is a clear error and the state holds
// nothing false. Once the API answers well again, one apply is enough.
func TestWebhookResource_FaultsOfAnswers(t *testing.T) {
	t.Parallel()
	answers := hostileAnswers()
	for when, moment := range hostileMoments {
		for what, answer := range answers {
			for _, form := range bothForms {
				if when == "a change" && form == cakemailtest.Guide {
					continue // This replaces the webhook.
				}
				if when == "a create" && what == "another webhook" {
					continue // A wrong id looks like a new one; see TestWebhookResource_FaultsOfACreateAnsweredWithAnotherID.
				}
				t.Run(when+" answered with "+what+"/"+string(form), func(t *testing.T) {
					t.Parallel()
					moment.meet(t, answer, form)
				})
			}
		}
	}
}

func (m hostileMoment) meet(t *testing.T, answer cakemailtest.Fault, form cakemailtest.Form) {
	t.Helper()
	w := acctest.NewWorld(t, cakemailtest.WithForm(form))
	c := w.NewCore(t, acctest.Arguments{"max_retries": int64(0), "request_timeout": int64(4)})
	do := (*acctest.Core).Destroy
	if m.after != nil {
		do = func(c *acctest.Core) []acctest.Message { return c.Apply(m.after) }
	}
	if m.before != nil {
		c.MustApply(m.before)
	}
	before := c.State
	answer.Operation = m.operation
	w.API.SetFaults(answer)

	messages := do(c)
	expectClear(t, w, messages)
	expectNothingFalse(t, w, c, before, len(acctest.ErrorsIn(messages)) > 0)

	w.API.SetFaults()
	if m.after == nil {
		w.ExpectMessages(t, c.Destroy())
		if active := w.API.Active(); len(active) > 0 || !c.State.IsNull() {
			t.Errorf("after the destroy %d webhooks are active, the state holds %s", len(active), c.State)
		}
		return
	}
	c.MustApply(m.after)
	expectAgreement(t, w, c, m.after)
	w.API.ResetCalls()
	c.MustApply(m.after)
	if calls := w.API.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
		t.Errorf("another apply made the calls %v, want one read", w.API.Counts())
	}
}

// expectClear wants each error to say what was attempted and what came instead of an answer.
func expectClear(t *testing.T, w *acctest.World, messages []acctest.Message) {
	t.Helper()
	for _, problem := range acctest.ErrorsIn(messages) {
		text := w.Plain(problem.Summary + "\n" + problem.Detail)
		w.ExpectNoSecret(t, "the error", problem.String())
		if !slices.ContainsFunc([]string{
			"HOST does not answer like Cakemail\nCannot ", "No answer from HOST in time\nCannot ", "No answer from HOST\nCannot ",
			"The webhook may have been created\nThe answer was lost (",
		}, func(beginning string) bool { return strings.HasPrefix(text, beginning) }) {
			t.Errorf("the error does not tell what came instead of an answer:\n%s", problem)
		}
	}
}

// expectNothingFalse wants the state to be as before, or as the API is.
func expectNothingFalse(t *testing.T, w *acctest.World, c *acctest.Core, before tftypes.Value, failed bool) {
	t.Helper()
	switch {
	case failed && c.State.Equal(before):
	case c.State.IsNull():
		if active := w.API.Active(); len(active) > 0 {
			t.Errorf("the state has lost %+v", active)
		}
	case failed && c.Text("id") == "":
		if !c.Tainted {
			t.Errorf("the state holds a webhook without an id that is not tainted: %s", c.State)
		}
	case failed && c.Tainted:
		if c.Text("id") != w.API.Webhooks()[0].ID {
			t.Errorf("the state holds %s, the API %+v", c.State, w.API.Webhooks())
		}
	default:
		expectAgreement(t, w, c, nil)
	}
}

// expectAgreement wants one webhook in use, with the same values in the state, the API and the configuration.
func expectAgreement(t *testing.T, w *acctest.World, c *acctest.Core, config acctest.Arguments) {
	t.Helper()
	var matching []cakemailtest.Webhook
	for _, webhook := range w.API.Webhooks() {
		if webhook.ID == c.Text("id") {
			matching = append(matching, webhook)
		} else if !webhook.Archived {
			t.Errorf("the API holds %+v, which no state knows", webhook)
		}
	}
	if len(matching) != 1 {
		t.Fatalf("the state holds %s, the API %+v", c.State, w.API.Webhooks())
	}
	webhook := matching[0]
	secret, isStored := any(webhook.Secret), config["store_secret"] != false
	if !isStored {
		secret = nil
	}
	want := acctest.Block(c.Webhook, acctest.With(acctest.Arguments(settingsOf(webhook)), acctest.Arguments{
		"id": webhook.ID, "events": webhook.Events, "archived": webhook.Archived,
		"secret": secret, "hash_function": webhook.HashFunction, "store_secret": isStored, "account_id": config["account_id"],
	}))
	if !want.Equal(c.State) || c.Tainted {
		t.Errorf("the state, which is tainted: %t, holds\n%s\nthe API has\n%s", c.Tainted, c.State, want)
	}
}

// oddIDs are ids that an API could issue, and that a careless client would turn into other paths.
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

// It runs a webhook's life with each id, beside a webhook that must not be touched.
func TestWebhookResource_FaultsOfOddIDs(t *testing.T) {
	t.Parallel()
	for name, id := range oddIDs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := w.NewCore(t, nil)
				innocent := w.API.Add(cakemailtest.Webhook{ID: "innocent", URL: "https://example.com/innocent", Events: []string{"List.Created"}})
				w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Times: 1, Rewrite: renamingTo(w, id)})

				c.MustApply(hook(nil))
				if c.Text("id") != id || c.Text("secret") != w.API.Webhooks()[1].Secret {
					t.Fatalf("the state holds %s", c.State)
				}
				read, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id})
				w.ExpectMessages(t, messages)
				if read["secret"] != c.Text("secret") {
					t.Errorf("the data source reads %v", read)
				}
				// In an import id, the question mark has another meaning.
				if imported := w.NewCore(t, nil); !strings.Contains(id, "?") {
					w.ExpectMessages(t, imported.ImportState("1/"+id))
					if imported.Text("id") != id || imported.Text("secret") != c.Text("secret") {
						t.Errorf("imported was %s", imported.State)
					}
				}
				c.MustApply(hook(acctest.Arguments{"archived": true}))
				c.MustApply(hook(nil))
				w.ExpectMessages(t, c.Destroy())

				if webhooks := w.API.Webhooks(); len(webhooks) != 2 || !webhooks[1].Archived || webhooks[0].Archived || webhooks[0].URL != innocent.URL {
					t.Errorf("the API holds %+v", webhooks)
				}
				for _, call := range w.API.Calls() {
					if path := "/webhooks/" + url.PathEscape(id); call.Path != "/webhooks" && call.Path != path && !strings.HasPrefix(call.Path, path+"/") {
						t.Errorf("%s %s was called", call.Method, call.Path)
					}
				}
			})
		})
	}
}

// renamingTo gives the new webhook this id, in the API and in the answer.
func renamingTo(w *acctest.World, id string) func([]byte) []byte {
	return func(body []byte) []byte {
		webhooks := w.API.Webhooks()
		given := webhooks[len(webhooks)-1].ID
		w.API.Change(given, func(webhook *cakemailtest.Webhook) { webhook.ID = id })
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(id) + `"`
		return acctest.Replacing(`"`+given+`"`, quoted, ":"+given+",", ":"+quoted+",", ":"+given+"}", ":"+quoted+"}")(body)
	}
}

// The following read, if there is one, finds the wrong id. The other webhook is not touched.
func TestWebhookResource_FaultsOfACreateAnsweredWithAnotherID(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Times: 1, Rewrite: another})

	messages := c.Apply(hook(nil))
	if problems := acctest.ErrorsIn(messages); len(problems) != 1 || !strings.Contains(problems[0].Summary, "There is no webhook ") || !c.Tainted {
		t.Errorf("got:\n%s", acctest.Indented(messages))
	}
	c.MustApply(hook(nil))
	if webhooks := w.API.Webhooks(); len(webhooks) != 2 || webhooks[0].Archived || c.Text("id") != webhooks[1].ID {
		t.Errorf("the state holds %s, the API %+v", c.State, webhooks)
	}
}

// A 404 from something other than the API must not empty a state, count as a successful destroy, or lead to second
// webhooks.
func TestWebhookResource_FaultsOfAWrongAddressChangeNothing(t *testing.T) {
	t.Parallel()
	changed := hook(acctest.Arguments{"archived": true})
	for name, lead := range map[string]func(*acctest.World) acctest.Arguments{
		"a wrong path in base_url": func(w *acctest.World) acctest.Arguments { return acctest.Arguments{"base_url": w.API.URL() + "/v9"} },
		"a proxy": func(w *acctest.World) acctest.Arguments {
			w.API.SetFaults(cakemailtest.Fault{Status: 404, Body: "<html><h1>404 Not Found</h1></html>", ContentType: "text/html"})
			return nil
		},
	} {
		for command, run := range map[string]func(*acctest.Core) []acctest.Message{
			"refresh":                   (*acctest.Core).Refresh,
			"destroy":                   (*acctest.Core).Destroy,
			"destroy without a refresh": (*acctest.Core).Archive,
			"change without a refresh":  func(c *acctest.Core) []acctest.Message { return applyLate(c, changed, func() {}) },
			"-replace without a refresh": func(c *acctest.Core) []acctest.Message {
				return c.Replace(hook(nil), c.Plan(c.State, acctest.Block(c.Webhook, hook(nil))).PlannedPrivate)
			},
			"import": func(c *acctest.Core) []acctest.Message {
				other := *c
				defer func() {
					if !other.State.IsNull() {
						c.T.Errorf("the import left %s in the state", other.State)
					}
				}()
				other.State = tftypes.NewValue(c.Webhook, nil)
				return other.ImportState(c.Text("id"))
			},
		} {
			t.Run(name+"/"+command, func(t *testing.T) {
				t.Parallel()
				acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
					t.Helper()
					w := acctest.NewWorld(t, cakemailtest.WithForm(form))
					right := w.NewCore(t, nil)
					right.MustApply(hook(nil))
					c := later(w, right, lead(w))

					told := acctest.ErrorsIn(run(c))
					if len(told) != 1 || !strings.Contains(told[0].Detail, ", which is "+w.API.URL()) || !c.State.Equal(right.State) {
						t.Errorf("got %s, and the state became %s", acctest.Indented(told), c.State)
					}
					w.API.SetFaults()
					expectAgreement(t, w, later(w, c, nil), nil)
					later(w, c, nil).ExpectNoChange(hook(nil))
				})
			})
		}
	}
}

// A missing webhook is not taken for one that cannot be changed.
func TestWebhookResource_FaultsOfAChangeOfWhatIsGone(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	if problems := acctest.ErrorsIn(c.Apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	w.API.Remove(onlyWebhook(t, w).ID)
	config := acctest.Block(c.Webhook, hook(acctest.Arguments{"rate_limit": int64(7)}))

	planned := c.Plan(c.State, config)

	w.ExpectMessages(t, c.Change(config, planned.PlannedState, planned.PlannedPrivate), acctest.Error("", "There is no webhook ID",
		"It is not in the account of the credentials. It was removed, or the credentials changed.\nPlan again"))
}

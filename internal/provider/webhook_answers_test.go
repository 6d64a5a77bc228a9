package provider_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// habit changes each webhook when the API creates or changes it.
func habit(change func(*cakemailtest.Webhook)) cakemailtest.Option {
	return cakemailtest.WithHabit(change)
}

// An answer that differs from the request does not taint. The state has the plan's value, a warning names the
// API's, and each further apply keeps the webhook and its secret.
func TestWebhookResource_AnswersThatDifferTaintNothing(t *testing.T) {
	t.Parallel()
	limited := acctest.Arguments{"rate_limit": int64(5000)}
	for name, test := range map[string]struct {
		habit func(*cakemailtest.Webhook)
		asked acctest.Arguments
		// attribute is where the warning is, with this fact; "" means no warning.
		attribute, fact string
	}{
		"a rate limit is clamped": {
			func(w *cakemailtest.Webhook) { w.RateLimit = min(w.RateLimit, 100) }, limited, "rate_limit", "The configuration has 5000, the API has 100.",
		},
		"a slash is stripped": {
			func(w *cakemailtest.Webhook) { w.URL = strings.TrimSuffix(w.URL, "/") }, acctest.Arguments{"url": "https://example.com/cakemail/"},
			"url", "a part that messages do not show",
		},
		"events in small letters": {func(w *cakemailtest.Webhook) { w.Events = []string{strings.ToLower(w.Events[0])} }, nil, "", ""},
		"the URL in another spelling": {
			func(w *cakemailtest.Webhook) { w.URL = "https://example.com/cakemail" }, acctest.Arguments{"url": `HTTPS://Example.com:0443/./cakemail`}, "", "",
		},
		"another rate limit, unasked": {func(w *cakemailtest.Webhook) { w.RateLimit = 3 }, nil, "", ""},
		"another period": {
			func(w *cakemailtest.Webhook) { w.RateLimitPeriod = "minute" }, acctest.Arguments{"rate_limit_period": "second"}, "rate_limit_period", "second",
		},
		"another event": {func(w *cakemailtest.Webhook) { w.Events = []string{"Contact.Removed"} }, nil, "events", "Contact.Removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, habit(test.habit))
			c := w.NewCore(t, nil)
			var want []acctest.Message
			if test.attribute != "" {
				want = []acctest.Message{acctest.Warning(test.attribute, "The API saved another value for "+test.attribute, test.fact)}
			}

			w.ExpectMessages(t, c.Apply(hook(test.asked)), want...)

			made := onlyWebhook(t, w)
			if c.Tainted || c.Text("id") != made.ID || c.Text("secret") != made.Secret {
				t.Errorf("tainted: %t, the state holds %s", c.Tainted, c.State)
			}
			if test.attribute == "" {
				c.MustApply(hook(test.asked))
				c.ExpectNoChange(hook(test.asked))
				return
			}
			if name == "another event" {
				return
			}
			// The next plan shows a change in place, which the API saves wrongly again.
			told := acctest.ErrorsIn(c.Apply(hook(test.asked)))
			w.ExpectMessages(t, told, acctest.Error(test.attribute, "The API did not save "+test.attribute+" as asked", test.fact))
			if again := onlyWebhook(t, w); again.ID != made.ID || c.Tainted {
				t.Errorf("the webhook was replaced by %s, tainted: %t", again.ID, c.Tainted)
			}
			c.MustApply(hook(acctest.With(test.asked, acctest.Arguments{test.attribute: settingsOf(made)[test.attribute]})))
			if again := onlyWebhook(t, w); again.ID != made.ID {
				t.Errorf("the webhook was replaced by %s, although the configuration was corrected", again.ID)
			}
		})
	}
}

// A webhook that the API creates as archived is unarchived and kept.
func TestWebhookResource_AnswersOfAWebhookBornArchived(t *testing.T) {
	t.Parallel()
	for name, times := range map[string]int{"and unarchived": 0, "and cannot be unarchived": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form), habit(func(w *cakemailtest.Webhook) { w.Archived = true }))
				var want []acctest.Message
				if times > 0 {
					w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Unarchive, Status: 403})
					want = []acctest.Message{
						acctest.Warning(
							"",
							"The credentials do not permit this call",
							"The webhook was created, but is still archived.",
						),
					}
				}
				if form == cakemailtest.Guide {
					// The create does not tell it; the refresh does.
					want = nil
				}
				c := w.NewCore(t, nil)
				w.ExpectMessages(t, c.Apply(hook(nil)), want...)
				id := c.Text("id")
				w.API.SetFaults()
				c.MustApply(hook(nil))
				if made := onlyWebhook(t, w); made.ID != id || c.Tainted {
					t.Errorf("the webhook %s was replaced by %s, tainted: %t", id, made.ID, c.Tainted)
				}
			})
		})
	}
}

// A failed archive after a create is no reason to replace the webhook.
func TestWebhookResource_AnswersOfAnArchiveThatIsRefused(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403})
		c := w.NewCore(t, nil)
		paused := hook(acctest.Arguments{"archived": true})
		w.ExpectMessages(t, c.Apply(paused), acctest.Warning("", "The credentials do not permit this call", "The webhook was created, but is still active."))
		made := onlyWebhook(t, w)
		w.API.SetFaults()
		c.MustApply(paused)
		if webhooks := w.API.Webhooks(); len(webhooks) != 1 || !webhooks[0].Archived || c.Text("secret") != made.Secret {
			t.Errorf("the API has %+v", webhooks)
		}
	})
}

// The id is saved before the rest of the answer is judged.
func TestWebhookResource_AnswersThatCannotBeReadInFull(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rewrite func([]byte) []byte
		want    []acctest.Message
	}{
		"a number as text":      {acctest.Replacing(`"rate_limit":50`, `"rate_limit":"50"`, `"rate_limit":100`, `"rate_limit":"100"`), nil},
		"a number with a point": {acctest.Replacing(`"rate_limit":50`, `"rate_limit":50.0`, `"rate_limit":100`, `"rate_limit":100.0`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.API.SetFaults(cakemailtest.Fault{Rewrite: test.rewrite})
				c := w.NewCore(t, nil)
				w.ExpectMessages(t, c.Apply(hook(nil)), test.want...)
				w.ExpectMessages(t, c.Apply(hook(nil)), test.want...)
				expectAgreement(t, w, c, nil)
				w.ExpectMessages(t, c.Destroy())
			})
		})
	}
}

// An unreadable value counts as not told. A warning says so, and everything else works.
func TestWebhookResource_AnswersWithAValueThatIsNone(t *testing.T) {
	t.Parallel()
	for name, rewrite := range map[string]func([]byte) []byte{
		"an object for the rate limit": acctest.Replacing(`"rate_limit":50`, `"rate_limit":{"per":"second"}`),
		"a text for it":                acctest.Replacing(`"rate_limit":50`, `"rate_limit":"unlimited"`),
		"a number for the period":      acctest.Replacing(`"rate_limit_period":"second"`, `"rate_limit_period":1`),
		"a number for the status":      acctest.Replacing(`"status":"active"`, `"status":1`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.API.SetFaults(cakemailtest.Fault{Rewrite: rewrite})
			unread := acctest.Warning("", "The API's answer is partly unreadable", "The state keeps the old value.")
			c := w.NewCore(t, nil)
			w.ExpectMessages(t, c.Apply(hook(nil)), unread)
			made := onlyWebhook(t, w)
			w.ExpectMessages(t, c.Apply(hook(nil)), unread)
			if c.Text("id") != made.ID || c.Text("secret") != made.Secret || c.Tainted {
				t.Errorf("the state holds %s, tainted: %t", c.State, c.Tainted)
			}
			w.ExpectMessages(t, c.Destroy(), unread)
			if len(w.API.Active()) > 0 || !c.State.IsNull() {
				t.Errorf("the API has %+v, the state %s", w.API.Active(), c.State)
			}
		})
	}
}

// The client reads again before it reports an old value in the answer to a change.
func TestWebhookResource_AnswersToAChangeFromAServerBehind(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	c.MustApply(hook(nil))
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: acctest.Replacing(`"rate_limit":7`, `"rate_limit":50`)})
	w.ExpectMessages(t, c.Apply(hook(acctest.Arguments{"rate_limit": int64(7)})))
	expectAgreement(t, w, c, nil)
	// It also does so for later calls in the same apply.
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Rewrite: acctest.Replacing(`"rate_limit":8`, `"rate_limit":7`)})
	w.ExpectMessages(t, c.Apply(hook(acctest.Arguments{"rate_limit": int64(8), "archived": true})))
	expectAgreement(t, w, c, nil)
}

// If the API does not change archived webhooks, the webhook is unarchived first.
func TestWebhookResource_AnswersToAChangeOfAnArchivedWebhook(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 404, 409, 412, 423} {
		w := acctest.NewWorld(t)
		c := w.NewCore(t, nil)
		c.MustApply(hook(acctest.Arguments{"archived": true}))
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Times: 1, Status: status})
		w.ExpectMessages(t, c.Apply(hook(acctest.Arguments{"rate_limit": int64(7)})))
		if made := onlyWebhook(t, w); made.RateLimit != 7 {
			t.Errorf("%d: the API has %+v", status, made)
		}
		expectAgreement(t, w, c, nil)
	}
}

// If the API does not show the secret, or masks it, the known one stays and a warning says so.
func TestWebhookResource_AnswersWithoutTheSecret(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(secret string) func([]byte) []byte{
		"null": func(secret string) func([]byte) []byte {
			return acctest.Replacing(`"key":"`+secret+`"`, `"key":null`, `"secret_key":"`+secret+`"`, `"secret_key":null`, `"secret":"`+secret+`"`, `"secret":null`)
		},
		"masked": func(secret string) func([]byte) []byte { return acctest.Replacing(secret, "********") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				warning := acctest.Warning("", "The API returned no secret", "")
				c := w.NewCore(t, nil)
				c.MustApply(hook(nil))
				made := onlyWebhook(t, w)
				w.API.SetFaults(cakemailtest.Fault{Rewrite: hide(made.Secret)})

				w.ExpectMessages(t, c.Refresh(), acctest.Warning("", "The API returned no secret", "The state keeps the old secret"))
				if c.Text("secret") != made.Secret {
					t.Errorf("the state holds the secret %q", c.Text("secret"))
				}
				c.ExpectNoChange(hook(nil))
				imported := w.NewCore(t, nil)
				w.ExpectMessages(t, imported.ImportState(made.ID), warning)
				read, messages := imported.Data("cakemail_webhook", acctest.Arguments{"id": made.ID})
				w.ExpectMessages(t, messages, warning)
				if imported.Text("secret") != "" || read["secret"] != nil {
					t.Errorf("the secrets are %q and %q", imported.Text("secret"), read["secret"])
				}
				_, messages = imported.Open(acctest.Arguments{"id": made.ID})
				w.ExpectMessages(t, messages, acctest.Error("", "The webhook ID has no secret", ""))

				created := w.NewCore(t, nil)
				w.API.SetFaults(cakemailtest.Fault{Rewrite: func(body []byte) []byte {
					for _, webhook := range w.API.Webhooks() {
						body = hide(webhook.Secret)(body)
					}
					return body
				}})
				w.ExpectMessages(t, created.Apply(hook(acctest.Arguments{"url": "https://example.com/other"})), warning)
				w.ExpectMessages(t, created.Apply(hook(acctest.Arguments{"url": "https://example.com/other", "store_secret": false})), warning)
				w.ExpectMessages(t, created.Refresh())
			})
		})
	}
}

// Unpublished words are quoted.
func TestWebhookResource_AnswersWithUnknownWords(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	receiver := w.Verifying(t)
	c := w.NewCore(t, nil)
	config := hook(acctest.Arguments{"url": receiver.Server.URL})
	c.MustApply(config)
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"status":"active"`, `"status":"suspended"`)})
	want := acctest.Warning("", `Unknown status "suspended"`, "neither active nor archived")
	w.ExpectMessages(t, c.Refresh(), want)
	c.ExpectNoChange(config)
	_, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": c.Text("id")})
	w.ExpectMessages(t, messages, want)

	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"sha256"`, `"sha512"`)})
	w.ExpectMessages(t, c.Refresh(), acctest.Warning("", `Unknown hash function "sha512"`, "knows only sha256"))
	_, messages = c.Invoke(t.Context(), acctest.Arguments{"webhook_id": c.Text("id")})
	w.ExpectMessages(t, messages, acctest.Error("", `Unknown hash function "sha512"`, "knows only sha256"))
}

// An answer to a create without URL and event is about something else, such as a task.
func TestWebhookResource_AnswersThatAreNoWebhook(t *testing.T) {
	t.Parallel()
	for name, isProcessed := range map[string]bool{"the webhook is made": true, "nothing is made": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.API.SetFaults(cakemailtest.Fault{
					Operation: cakemailtest.Create, Times: 1, Processed: isProcessed, Status: 202, Body: `{"id":"task-1","status":"pending"}`,
				})
				c := w.NewCore(t, nil)
				c.MustApply(hook(nil))
				expectAgreement(t, w, c, nil)
			})
		})
	}
}

// There are several answers for an account without webhooks.
func TestWebhookResource_AnswersOfAnEmptyAccount(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]cakemailtest.Fault{
		"null":       {Operation: cakemailtest.List, Rewrite: func([]byte) []byte { return []byte(`{"pagination":{"page":1,"per_page":50},"data":null}`) }},
		"no content": {Operation: cakemailtest.List, Status: 204, Rewrite: func([]byte) []byte { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.API.SetFaults(fault)
			c := w.NewCore(t, nil)
			w.ExpectMessages(t, c.Apply(hook(nil)))
			read, messages := c.Data("cakemail_webhooks", nil)
			w.ExpectMessages(t, messages)
			if webhooks, _ := read["webhooks"].([]any); len(webhooks) > 0 {
				t.Errorf("the data source has %v", read)
			}
		})
	}
}

// If an API rewrites URLs, a lost create is found by the URL in the next answer. If that does not show it, the
// message names the webhooks.
func TestWebhookResource_AnswersWithAnotherURLAfterALostCreate(t *testing.T) {
	t.Parallel()
	for name, spell := range map[string]func(*cakemailtest.Webhook){
		"a slash":                func(w *cakemailtest.Webhook) { w.URL += "/" },
		"a fragment":             func(w *cakemailtest.Webhook) { w.URL, _, _ = strings.Cut(w.URL, "#") },
		"the order of the query": func(w *cakemailtest.Webhook) { w.URL = strings.Replace(w.URL, "?b=1&a=2", "?a=2&b=1", 1) },
		"an underscore": func(w *cakemailtest.Webhook) {
			w.URL, w.Events = w.URL+"/", []string{strings.ToLower(strings.Replace(w.Events[0], ".", "_", 1))}
		},
		"small letters": func(w *cakemailtest.Webhook) {
			w.URL, w.Events = strings.ToLower(w.URL), []string{strings.ToLower(w.Events[0])}
		},
	} {
		asked := hook(acctest.Arguments{"url": "https://example.com/Cakemail?b=1&a=2#part"})
		lost := cakemailtest.Fault{Operation: cakemailtest.Create, Cut: true, Processed: true}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form), habit(spell))
				once := lost
				once.Times = 1
				w.API.SetFaults(once)
				c := w.NewCore(t, nil)
				told := c.Apply(asked)
				if made := onlyWebhook(t, w); made.ID != c.Text("id") || len(acctest.ErrorsIn(told)) > 0 {
					t.Errorf("the state has %s, the API %+v\n%s", c.State, made, acctest.Indented(told))
				}
			})
		})
		t.Run(name+", and every answer is cut", func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, habit(spell))
			w.API.SetFaults(lost)
			c := w.NewCore(t, nil)
			told := acctest.ErrorsIn(c.Apply(asked))
			w.API.SetFaults()
			active := w.API.Active()
			if len(active) > 2 || len(told) != 1 {
				t.Fatalf("%d webhooks are active\n%s", len(active), acctest.Indented(told))
			}
			for _, webhook := range active {
				if !strings.Contains(told[0].String(), webhook.ID) {
					t.Errorf("%s is not named:\n%s", webhook.ID, told[0])
				}
			}
		})
		t.Run(name+", and no list can be had", func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, habit(spell))
			unlisted(w, true)
			c := w.NewCore(t, nil)
			if len(acctest.ErrorsIn(c.Apply(asked))) == 0 || c.State.IsNull() {
				t.Fatal("the create is not pending")
			}
			w.API.SetFaults()
			other := later(w, c, nil)
			w.ExpectMessages(t, acctest.ErrorsIn(other.Apply(asked)), acctest.Error("", "A new webhook with another URL may be this resource's",
				"  terraform state rm ADDRESS\n  terraform import ADDRESS "+"ID"))
			onlyWebhook(t, w)
		})
	}
}

// Other webhooks that are made on the same host at the same time are not candidates.
func TestWebhookResource_AnswersWithAnotherURLAreNotThoseOfOtherCreates(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Cut: true, Processed: true})
	workspace := w.Workspace(t, "many.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=12")
	if active := w.API.Active(); len(active) != 12 {
		t.Errorf("%d webhooks are active, want 12", len(active))
	}
}

// If the answer does not show the spelling, the list does, once it has the answered webhook.
func TestWebhookResource_AnswersThatDoNotShowTheURLAfterALostCreate(t *testing.T) {
	t.Parallel()
	echo := acctest.Replacing("https://example.com/cakemail/", "https://example.com/cakemail")
	alone := func(body []byte) []byte {
		var answer struct{ WebhookID, Secret any }
		text := strings.NewReplacer(`"webhook_id"`, `"WebhookID"`, `"secret"`, `"Secret"`).Replace(string(body))
		_ = json.Unmarshal([]byte(text), &answer)
		return []byte(acctest.InJSON(map[string]any{"webhook_id": answer.WebhookID, "secret": answer.Secret}))
	}
	for name, rewrite := range map[string]func([]byte) []byte{"it echoes what was sent": echo, "it has the id and the secret alone": alone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide), habit(func(w *cakemailtest.Webhook) { w.URL += "/" }))
			w.API.SetFaults(
				cakemailtest.Fault{Operation: cakemailtest.Create, Times: 1, Cut: true, Processed: true},
				cakemailtest.Fault{Operation: cakemailtest.Create, Rewrite: rewrite})
			c := w.NewCore(t, nil)
			told := c.Apply(hook(nil))
			if made := onlyWebhook(t, w); made.ID != c.Text("id") || len(acctest.ErrorsIn(told)) > 0 {
				t.Errorf("the state has %s, the API %+v\n%s", c.State, made, acctest.Indented(told))
			}
		})
	}
}

// An answer with only an id is about a webhook, unless it says more or nothing has the id.
func TestWebhookResource_AnswersWithAnIDAlone(t *testing.T) {
	t.Parallel()
	for _, show := range []cakemailtest.Fault{{Status: 400}, {Status: 422}, {Status: 403}, {Rewrite: func([]byte) []byte { return []byte("{}") }}} {
		w := acctest.NewWorld(t)
		show.Operation = cakemailtest.Show
		w.API.SetFaults(show, cakemailtest.Fault{Operation: cakemailtest.List, Lag: time.Hour}, cakemailtest.Fault{
			Operation: cakemailtest.Create, Rewrite: func([]byte) []byte { return []byte(`{"id":"` + w.API.Webhooks()[0].ID + `"}`) },
		})
		c := w.NewCore(t, nil)
		told := acctest.ErrorsIn(c.Apply(hook(nil)))
		if made := onlyWebhook(t, w); made.ID != c.Text("id") || len(told) != 1 {
			t.Errorf("%d: the state has %s, the API %+v\n%s", show.Status, c.State, made, acctest.Indented(told))
		}
	}
}

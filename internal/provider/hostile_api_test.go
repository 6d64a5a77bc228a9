package provider_test

import (
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
		"numbers out of range":     rewritten(replacing(`"rate_limit":`, `"rate_limit":1e99`)),
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

// twice names each id twice.
func twice(body []byte) []byte {
	return replacing(`"id":`, `"id":"w2","id":`, `"webhook_id":`, `"webhook_id":4711,"webhook_id":`)(body)
}

// another changes the last character of the ids.
func another(body []byte) []byte {
	return anyNumber.ReplaceAllFunc(body, func(id []byte) []byte {
		other := bytes.Clone(id)
		other[len(id)-1] = '1'
		if bytes.Equal(other, id) {
			other[len(id)-1] = '2'
		}
		return other
	})
}

// hostileMoment is a call that is answered so, and what leads to it.
type hostileMoment struct {
	operation cakemailtest.Operation
	before    func(*core)
	do        func(*core) []message
	// wanted is the configuration that the webhook must agree with in the end.
	wanted arguments
	forms  []cakemailtest.Form
}

var bothForms = []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}

var hostileMoments = map[string]hostileMoment{
	"the list before a create": {
		cakemailtest.List, func(*core) {}, func(c *core) []message { return c.apply(hook(nil)) }, hook(nil), bothForms},
	"a create": {
		cakemailtest.Create, func(*core) {}, func(c *core) []message { return c.apply(hook(nil)) }, hook(nil), bothForms},
	"the read after a create": {
		cakemailtest.Show, func(*core) {}, func(c *core) []message { return c.apply(hook(nil)) }, hook(nil), bothForms},
	"a refresh": {
		cakemailtest.Show, func(c *core) { c.mustApply(hook(nil)) }, func(c *core) []message { return c.refresh() }, hook(nil), bothForms},
	"a change": {
		cakemailtest.Update, func(c *core) { c.mustApply(hook(nil)) },
		func(c *core) []message { return c.apply(hook(arguments{"rate_limit": int64(7)})) },
		hook(arguments{"rate_limit": int64(7)}), bothForms[:1]},
	"pausing": {
		cakemailtest.Archive, func(c *core) { c.mustApply(hook(nil)) },
		func(c *core) []message { return c.apply(hook(arguments{"archived": true})) },
		hook(arguments{"archived": true}), bothForms},
	"resuming": {
		cakemailtest.Unarchive, func(c *core) { c.mustApply(hook(arguments{"archived": true})) },
		func(c *core) []message { return c.apply(hook(nil)) }, hook(nil), bothForms},
	"a destroy": {
		cakemailtest.Archive, func(c *core) { c.mustApply(hook(nil)) }, func(c *core) []message { return c.destroy() }, nil, bothForms},
}

// TestHostileAnswers meets each answer at each moment: the outcome is right, or a
// clear error and a state that holds nothing false. Once the API answers well, one apply is enough.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	answers := hostileAnswers()
	for when, moment := range hostileMoments {
		for what, answer := range answers {
			for _, form := range moment.forms {
				if when == "a create" && what == "another webhook" {
					continue // Nothing tells a new id from a wrong one; see TestACreateAnsweredWithAnotherID.
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
	w := newWorld(t, cakemailtest.WithForm(form))
	c := w.newCore(t, arguments{"max_retries": int64(0), "request_timeout": int64(1)})
	m.before(c)
	before := c.state
	answer.Operation = m.operation
	w.api.SetFaults(answer)

	messages := m.do(c)
	w.expectClear(t, messages)
	w.expectNothingFalse(t, c, before, len(errorsIn(messages)) > 0)

	w.api.SetFaults()
	if m.wanted == nil {
		w.expectMessages(t, c.destroy())
		if active := w.api.Active(); len(active) > 0 || !c.state.IsNull() {
			t.Errorf("after the destroy %d webhooks are active, the state holds %s", len(active), c.state)
		}
		return
	}
	c.mustApply(m.wanted)
	w.expectAgreement(t, c)
	w.api.ResetCalls()
	c.mustApply(m.wanted)
	if calls := w.api.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
		t.Errorf("another apply made the calls %v, want one read", w.api.Counts())
	}
}

// expectClear wants each error to tell what was attempted and what came instead.
func (w *world) expectClear(t *testing.T, messages []message) {
	t.Helper()
	for _, problem := range errorsIn(messages) {
		text := w.plain(problem.summary + "\n" + problem.detail)
		w.expectNoSecret(t, "the error", problem.String())
		if !slices.ContainsFunc([]string{
			"HOST does not answer as Cakemail does\nCannot ", "No answer from HOST in time\nCannot ", "No answer from HOST\nCannot ",
			"It is unknown whether the webhook was created\nNo answer says so (",
		}, func(beginning string) bool { return strings.HasPrefix(text, beginning) }) {
			t.Errorf("the error does not tell what came instead of an answer:\n%s", problem)
		}
	}
}

// expectNothingFalse wants the state to be as it was before, or as the API is.
func (w *world) expectNothingFalse(t *testing.T, c *core, before tftypes.Value, failed bool) {
	t.Helper()
	switch {
	case failed && c.state.Equal(before):
	case c.state.IsNull():
		if active := w.api.Active(); len(active) > 0 {
			t.Errorf("the state has lost %+v", active)
		}
	case failed && c.text("id") == "":
		if !c.tainted {
			t.Errorf("the state holds a webhook without an id that is not tainted: %s", c.state)
		}
	case failed && c.tainted:
		if c.text("id") != w.api.Webhooks()[0].ID {
			t.Errorf("the state holds %s, the API %+v", c.state, w.api.Webhooks())
		}
	default:
		w.expectAgreement(t, c)
	}
}

// expectAgreement wants one webhook in use, and the state to hold what the API does.
func (w *world) expectAgreement(t *testing.T, c *core) {
	t.Helper()
	var matching []cakemailtest.Webhook
	for _, webhook := range w.api.Webhooks() {
		if webhook.ID == c.text("id") {
			matching = append(matching, webhook)
		} else if !webhook.Archived {
			t.Errorf("the API holds %+v, which no state knows", webhook)
		}
	}
	if len(matching) != 1 {
		t.Fatalf("the state holds %s, the API %+v", c.state, w.api.Webhooks())
	}
	webhook := matching[0]
	want := block(c.webhook, with(arguments(settingsOf(webhook)), arguments{
		"id": webhook.ID, "events": webhook.Events, "archived": webhook.Archived,
		"secret": webhook.Secret, "hash_function": webhook.HashFunction, "store_secret": true,
	}))
	differences, err := want.Diff(c.state)
	if err != nil || len(differences) > 0 || c.tainted {
		t.Errorf("state and API differ: %v %v, tainted: %t", differences, err, c.tainted)
	}
}

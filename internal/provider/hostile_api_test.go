package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

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

// twice names each id twice.
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

// hostileMoment is a call that is answered so, and what leads to it.
type hostileMoment struct {
	operation cakemailtest.Operation
	before    func(*acctest.Core)
	do        func(*acctest.Core) []acctest.Message
	// wanted is the configuration that the webhook must agree with in the end.
	wanted acctest.Arguments
	forms  []cakemailtest.Form
}

var bothForms = []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}

var hostileMoments = map[string]hostileMoment{
	"the list before a create": {
		cakemailtest.List, func(*acctest.Core) {}, func(c *acctest.Core) []acctest.Message { return c.Apply(hook(nil)) }, hook(nil), bothForms},
	"a create": {
		cakemailtest.Create, func(*acctest.Core) {}, func(c *acctest.Core) []acctest.Message { return c.Apply(hook(nil)) }, hook(nil), bothForms},
	"the read after a create": {
		cakemailtest.Show, func(*acctest.Core) {}, func(c *acctest.Core) []acctest.Message { return c.Apply(hook(nil)) }, hook(nil), bothForms},
	"a refresh": {
		cakemailtest.Show, func(c *acctest.Core) { c.MustApply(hook(nil)) }, func(c *acctest.Core) []acctest.Message { return c.Refresh() }, hook(nil), bothForms},
	"a change": {
		cakemailtest.Update, func(c *acctest.Core) { c.MustApply(hook(nil)) },
		func(c *acctest.Core) []acctest.Message {
			return c.Apply(hook(acctest.Arguments{"rate_limit": int64(7)}))
		},
		hook(acctest.Arguments{"rate_limit": int64(7)}), bothForms[:1]},
	"pausing": {
		cakemailtest.Archive, func(c *acctest.Core) { c.MustApply(hook(nil)) },
		func(c *acctest.Core) []acctest.Message { return c.Apply(hook(acctest.Arguments{"archived": true})) },
		hook(acctest.Arguments{"archived": true}), bothForms},
	"resuming": {
		cakemailtest.Unarchive, func(c *acctest.Core) { c.MustApply(hook(acctest.Arguments{"archived": true})) },
		func(c *acctest.Core) []acctest.Message { return c.Apply(hook(nil)) }, hook(nil), bothForms},
	"a destroy": {
		cakemailtest.Archive, func(c *acctest.Core) { c.MustApply(hook(nil)) }, func(c *acctest.Core) []acctest.Message { return c.Destroy() }, nil, bothForms},
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
	w := acctest.NewWorld(t, cakemailtest.WithForm(form))
	c := w.NewCore(t, acctest.Arguments{"max_retries": int64(0), "request_timeout": int64(1)})
	m.before(c)
	before := c.State
	answer.Operation = m.operation
	w.Api.SetFaults(answer)

	messages := m.do(c)
	expectClear(t, w, messages)
	expectNothingFalse(t, w, c, before, len(acctest.ErrorsIn(messages)) > 0)

	w.Api.SetFaults()
	if m.wanted == nil {
		w.ExpectMessages(t, c.Destroy())
		if active := w.Api.Active(); len(active) > 0 || !c.State.IsNull() {
			t.Errorf("after the destroy %d webhooks are active, the state holds %s", len(active), c.State)
		}
		return
	}
	c.MustApply(m.wanted)
	expectAgreement(t, w, c)
	w.Api.ResetCalls()
	c.MustApply(m.wanted)
	if calls := w.Api.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
		t.Errorf("another apply made the calls %v, want one read", w.Api.Counts())
	}
}

// expectClear wants each error to tell what was attempted and what came instead.
func expectClear(t *testing.T, w *acctest.World, messages []acctest.Message) {
	t.Helper()
	for _, problem := range acctest.ErrorsIn(messages) {
		text := w.Plain(problem.Summary + "\n" + problem.Detail)
		w.ExpectNoSecret(t, "the error", problem.String())
		if !slices.ContainsFunc([]string{
			"HOST does not answer as Cakemail does\nCannot ", "No answer from HOST in time\nCannot ", "No answer from HOST\nCannot ",
			"It is unknown whether the webhook was created\nNo answer says so (",
		}, func(beginning string) bool { return strings.HasPrefix(text, beginning) }) {
			t.Errorf("the error does not tell what came instead of an answer:\n%s", problem)
		}
	}
}

// expectNothingFalse wants the state to be as it was before, or as the API is.
func expectNothingFalse(t *testing.T, w *acctest.World, c *acctest.Core, before tftypes.Value, failed bool) {
	t.Helper()
	switch {
	case failed && c.State.Equal(before):
	case c.State.IsNull():
		if active := w.Api.Active(); len(active) > 0 {
			t.Errorf("the state has lost %+v", active)
		}
	case failed && c.Text("id") == "":
		if !c.Tainted {
			t.Errorf("the state holds a webhook without an id that is not tainted: %s", c.State)
		}
	case failed && c.Tainted:
		if c.Text("id") != w.Api.Webhooks()[0].ID {
			t.Errorf("the state holds %s, the API %+v", c.State, w.Api.Webhooks())
		}
	default:
		expectAgreement(t, w, c)
	}
}

// expectAgreement wants one webhook in use, and the state to hold what the API does.
func expectAgreement(t *testing.T, w *acctest.World, c *acctest.Core) {
	t.Helper()
	var matching []cakemailtest.Webhook
	for _, webhook := range w.Api.Webhooks() {
		if webhook.ID == c.Text("id") {
			matching = append(matching, webhook)
		} else if !webhook.Archived {
			t.Errorf("the API holds %+v, which no state knows", webhook)
		}
	}
	if len(matching) != 1 {
		t.Fatalf("the state holds %s, the API %+v", c.State, w.Api.Webhooks())
	}
	webhook := matching[0]
	want := acctest.Block(c.Webhook, acctest.With(acctest.Arguments(settingsOf(webhook)), acctest.Arguments{
		"id": webhook.ID, "events": webhook.Events, "archived": webhook.Archived,
		"secret": webhook.Secret, "hash_function": webhook.HashFunction, "store_secret": true,
	}))
	differences, err := want.Diff(c.State)
	if err != nil || len(differences) > 0 || c.Tainted {
		t.Errorf("state and API differ: %v %v, tainted: %t", differences, err, c.Tainted)
	}
}

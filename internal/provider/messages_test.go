package provider_test

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// The words of messages are tested in package message. Here it is seen that the right one
// comes, on the right argument, with the facts, and that nothing else happens.

// hook is the configuration that the tests of the protocol begin with.
func hook(changes arguments) arguments {
	config := arguments{"url": "https://example.com/cakemail", "events": []string{"Contact.Added"}}
	maps.Copy(config, changes)
	return config
}

// TestErrorsOfACreate are those of an apply that makes nothing.
func TestErrorsOfACreate(t *testing.T) {
	t.Parallel()
	list := func(fault cakemailtest.Fault) []cakemailtest.Fault {
		fault.Operation = cakemailtest.List
		return []cakemailtest.Fault{fault}
	}
	for name, test := range map[string]struct {
		faults           []cakemailtest.Fault
		provider, config arguments
		want             []message
	}{
		"422 lands on each attribute that it names": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[
				{"loc":["body","url"],"msg":"host is not allowed.","type":"value_error"},
				{"loc":["body","event"],"msg":"not offered","type":"value_error"},
				{"loc":["body","rate_limit"],"msg":"too high","type":"value_error"},
				{"loc":["body","rate_limit_period"],"msg":"not offered","type":"value_error"},
				{"loc":["query","account_id"],"msg":"not yours","type":"value_error"},
				{"loc":["body","plan"],"msg":"field required","type":"value_error"}]}`}},
			config: arguments{"rate_limit": int64(7), "account_id": int64(42), "events": []string{"Contact.Aded"}},
			want: []message{
				{"error", "url", "The API refused url", "It said: host is not allowed.\n"},
				{"error", "events", "The API refused events", `Cakemail does not accept the event "Contact.Aded". Did you mean "Contact.Added"?`},
				{"error", "rate_limit", "The API refused rate_limit", "too high"},
				{"error", "rate_limit_period", "The API refused rate_limit_period", "not offered"},
				{"error", "account_id", "The API refused account_id", "not yours"},
				{"error", "", "The API refused to create the webhook", "https://example.com in account 42.\nIt said: plan: field required."},
			},
		},
		"more than one event where the API takes one": {
			config: arguments{"events": []string{"Contact.Removed", "Contact.Added"}},
			want: []message{{"error", "events", "This API takes one event per webhook",
				"  for_each = toset([\"Contact.Added\", \"Contact.Removed\"])\n  events   = [each.value]\n"}},
		},
		"429 after the last retry": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 429}},
			want:   []message{{"error", "", "The API answered 429 Too Many Requests", "It was tried 2 times in TIME. Wait and try again"}},
		},
		"503 after the last retry": {
			faults: list(cakemailtest.Fault{Status: 503, Body: `{"detail":"Down for maintenance"}`}),
			want:   []message{{"error", "", "The API answered 503 Service Unavailable", "It said: Down for maintenance.\n"}},
		},
		"a host that cannot be reached": {
			provider: arguments{"base_url": "http://127.0.0.1:1"},
			want:     []message{{"error", "", "No answer from 127.0.0.1:1", "Check the address http://127.0.0.1:1, from base_url in the provider block."}},
		},
		"no answer in time": {
			faults:   list(cakemailtest.Fault{Delay: 3 * time.Second}),
			provider: arguments{"request_timeout": int64(1)},
			want:     []message{{"error", "", "No answer from HOST in time", "raise request_timeout"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.api.SetFaults(test.faults...)
			c := w.newCore(t, with(arguments{"max_retries": int64(1)}, test.provider))

			told := c.apply(hook(test.config))

			w.expectMessages(t, errorsIn(told), test.want...)
			if active := w.api.Active(); len(active) > 0 || !c.state.IsNull() {
				t.Errorf("the state holds %s, the API %+v; want nothing", c.state, active)
			}
		})
	}
}

func TestErrorOfAChangeThatTheAPIDoesNotOffer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 405, 501} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.newCore(t, nil)
			w.expectMessages(t, c.apply(hook(nil)))
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Status: status})

			w.expectMessages(t, c.apply(hook(arguments{"url": "https://example.com/new"})),
				message{"error", "", "This API cannot change a webhook in place", "terraform apply -replace=ADDRESS"})
			if c.text("url") != "https://example.com/cakemail" {
				t.Errorf("the state has the url %q, which the API did not take", c.text("url"))
			}
		})
	}
}

// TestErrorsOfLaterCalls are those of a webhook that exists, in every operation.
func TestErrorsOfLaterCalls(t *testing.T) {
	t.Parallel()
	forbidden := func(operation cakemailtest.Operation) cakemailtest.Fault {
		return cakemailtest.Fault{Operation: operation, Status: 403}
	}
	applying := func(changes arguments) func(*core) []message {
		return func(c *core) []message { return c.apply(hook(changes)) }
	}
	denied := func(action string) message {
		return message{"error", "", "The credentials do not permit this call", "Cannot " + action + " ID.\nThe API answered 403 Forbidden.\n"}
	}
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		do    func(*core) []message
		want  message
	}{
		"read":    {forbidden(cakemailtest.Show), func(c *core) []message { return c.refresh() }, denied("read the webhook")},
		"change":  {forbidden(cakemailtest.Update), applying(arguments{"rate_limit": int64(7)}), denied("change the webhook")},
		"archive": {forbidden(cakemailtest.Archive), applying(arguments{"archived": true}), denied("archive the webhook")},
		"destroy": {forbidden(cakemailtest.Archive), func(c *core) []message { return c.destroy() }, denied("archive the webhook")},
		"unarchive": {
			forbidden(cakemailtest.Unarchive),
			func(c *core) []message { c.mustApply(hook(arguments{"archived": true})); return c.apply(hook(nil)) },
			denied("unarchive the webhook"),
		},
		"refused change": {
			cakemailtest.Fault{Operation: cakemailtest.Update, Status: 422, Body: `{"detail":[{"loc":["body","url"],"msg":"host is not allowed"}]}`},
			applying(arguments{"url": "https://example.org"}),
			message{"error", "url", "The API refused url", "It said: host is not allowed."},
		},
		"an answer nobody knows": {
			cakemailtest.Fault{Operation: cakemailtest.Show, Status: 418, Body: `{"detail":"short and stout"}`},
			func(c *core) []message { return c.refresh() },
			message{"error", "", "The API answered 418 I'm a teapot", "It said: short and stout."},
		},
		"a redirect on the same host": {
			cakemailtest.Fault{Operation: cakemailtest.Show, Status: 301, Header: http.Header{"Location": {"/v2/webhooks"}}},
			func(c *core) []message { return c.refresh() },
			message{"error", "", "HOST redirects to itself, perhaps with https://", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.newCore(t, nil)
			c.mustApply(hook(nil))
			w.api.SetFaults(test.fault)

			w.expectMessages(t, test.do(c), test.want)
			if c.text("id") != w.api.Webhooks()[0].ID {
				t.Errorf("the state has lost the webhook: %s", c.state)
			}
		})
	}
}

// TestMessagesOfUncertainCreates are those after a lost answer.
func TestMessagesOfUncertainCreates(t *testing.T) {
	t.Parallel()
	failing := func(faults ...cakemailtest.Fault) func(*cakemailtest.Server, func()) []cakemailtest.Fault {
		return func(*cakemailtest.Server, func()) []cakemailtest.Fault { return faults }
	}
	// late lets something happen while the second attempt is answered.
	late := func(happen func(*cakemailtest.Server, func()), more ...cakemailtest.Fault) func(*cakemailtest.Server, func()) []cakemailtest.Fault {
		return func(api *cakemailtest.Server, equal func()) []cakemailtest.Fault {
			return append([]cakemailtest.Fault{
				{Operation: cakemailtest.Create, Times: 1, Status: 502},
				{Operation: cakemailtest.Create, Every: 2, Rewrite: func(body []byte) []byte { happen(api, equal); return body }},
			}, more...)
		}
	}
	appears := func(_ *cakemailtest.Server, equal func()) { equal() }
	for name, test := range map[string]struct {
		faults func(api *cakemailtest.Server, equal func()) []cakemailtest.Fault
		want   []message
	}{
		"created, but the secret cannot be read": {failing(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 403}), []message{
			{"error", "", "The credentials do not permit this call", "Cannot read the webhook ID."},
			{"warning", "", "The webhook ID was created but not read", "terraform untaint ADDRESS"},
		}},
		"nobody can tell whether it was created": {
			failing(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403}, cakemailtest.Fault{Operation: cakemailtest.Create, Cut: true}),
			[]message{{"error", "", "It is unknown whether the webhook was created", "(the connection was closed before the whole answer had come)"}},
		},
		"two webhooks could be it": {
			func(_ *cakemailtest.Server, equal func()) []cakemailtest.Fault {
				made := func(body []byte) []byte { equal(); return body }
				return []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: made}}
			},
			[]message{{"error", "", "There is more than one new webhook", "  terraform import ADDRESS ID\n  terraform import ADDRESS ID\nIf you apply again"}},
		},
		"a gateway's 503, and nothing was created": {
			failing(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 503}),
			[]message{{"error", "", "It is unknown whether the webhook was created", "It was tried 5 times in TIME."}},
		},
		"the webhook of the first attempt appears late": {
			late(appears),
			[]message{{"warning", "", "A second webhook was archived again: ID", "  terraform import ADDRESS ID"}},
		},
		"nobody can tell whether the first attempt created one too": {
			late(func(api *cakemailtest.Server, _ func()) {
				api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Status: 403})
			}),
			[]message{{"warning", "", "A second webhook was not looked for", "listing failed (403 Forbidden)"}},
		},
		"a second webhook appears late that cannot be archived": {
			late(appears, cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403}),
			[]message{{"warning", "", "A second webhook may have been created: ID", "  terraform import ADDRESS ID"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.api.SetFaults(test.faults(w.api, func() {
				w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
			})...)
			w.expectMessages(t, w.newCore(t, nil).apply(hook(nil)), test.want...)
		})
	}
}

// An API may make no second webhook with the same URL and event.
func TestErrorOfACreateThatMakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	old := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Rewrite: replacing("1002", old.ID)})
	c := w.newCore(t, nil)

	told := errorsIn(c.apply(hook(nil)))

	w.expectMessages(t, told, message{"error", "", "The API made no new webhook", "  terraform import ADDRESS ID"})
	if !c.state.IsNull() {
		t.Errorf("the state is %s", c.state)
	}
}

// A plan that would change the secret says so, before anything happens.
func TestPlanSaysThatTheSecretWillChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form          cakemailtest.Form
		before, after arguments
		// why and importID are in the warning, unless there is none.
		why, importID string
	}{
		"another event": {cakemailtest.Reference, nil, arguments{"events": []string{"Email.Bounced"}}, "events in place", "ID"},
		"from one account to another": {
			cakemailtest.Reference, arguments{"account_id": int64(42)}, arguments{"account_id": int64(43)}, "in place", "42/ID",
		},
		"the first account":           {cakemailtest.Reference, nil, arguments{"account_id": int64(42)}, "not in account 42", "ID"},
		"another url where it can be": {cakemailtest.Reference, nil, arguments{"url": "https://example.com/new"}, "", ""},
		"another url where it cannot": {cakemailtest.Guide, nil, arguments{"url": "https://example.com/new"}, "url", "ID"},
		"everything where nothing can be changed": {
			cakemailtest.Guide, nil,
			arguments{"url": "https://example.com/new", "events": []string{"Email.Bounced"}, "rate_limit": int64(7), "rate_limit_period": "minute"},
			"events, url, rate_limit, rate_limit_period", "ID",
		},
		"a pause": {cakemailtest.Guide, nil, arguments{"archived": true}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cakemailtest.WithForm(test.form))
			c := w.newCore(t, nil)
			c.mustApply(hook(test.before))

			planned := c.plan(c.state, block(c.webhook, hook(test.after)))

			var want []message
			if test.why != "" {
				want = []message{{"warning", "", "The secret of the webhook ID will change", test.why}}
			}
			told := messagesOf(planned.Diagnostics)
			w.expectMessages(t, told, want...)
			if len(told) > 0 && !strings.HasSuffix(told[0].detail, "terraform import ADDRESS "+test.importID) {
				t.Errorf("got %s", told[0])
			}
			if replaced := len(planned.RequiresReplace) > 0; replaced != (len(want) > 0) {
				t.Errorf("the plan replaces: %v", planned.RequiresReplace)
			}
		})
	}
}

// TestAWebhookThatTheAPISavedOtherwise is an error on each attribute, as Terraform tells it,
// and nothing is lost.
func TestAWebhookThatTheAPISavedOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Times: 1, Rewrite: replacing(
		`"event":"Contact.Added"`, `"event":"Contact.Removed"`, "https://example.com/cakemail", "https://example.org/other?key=1",
		`"rate_limit":7`, `"rate_limit":5`, `"second"`, `"minute"`)})
	workspace := w.workspace(t, "configured.tf")

	got := tell(t, workspace, "apply", "-auto-approve", "-var", "rate_limit=7", "-var", "rate_limit_period=second")

	w.expectMessages(t, got,
		message{"error", "events", "The API did not save events as asked", "The configuration has Contact.Added, the API Contact.Removed."},
		message{"error", "url", "The API did not save url as asked", "The configuration has https://example.com, the API https://example.org."},
		message{"error", "rate_limit", "The API did not save rate_limit as asked", "The configuration has 7, the API 5."},
		message{"error", "rate_limit_period", "The API did not save rate_limit_period as asked", "terraform untaint ADDRESS"})
	state := stateOf(t, workspace)
	if len(state) != 1 || !state[0].Tainted || state[0].ID != w.only(t).ID || state[0].Secret == "" {
		t.Errorf("the state holds %+v, want the webhook, tainted", state)
	}
}

package provider_test

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// Package message tests the words. These tests check that the right message comes, on the right argument, with the
// facts, and that nothing else happens.

// hook is the configuration that the protocol tests start with.
func hook(changes acctest.Arguments) acctest.Arguments {
	config := acctest.Arguments{"url": "https://example.com/cakemail", "events": []string{"Contact.Added"}}
	maps.Copy(config, changes)
	return config
}

// These applies create nothing.
func TestErrorsOfACreate(t *testing.T) {
	t.Parallel()
	list := func(fault cakemailtest.Fault) []cakemailtest.Fault {
		fault.Operation = cakemailtest.List
		return []cakemailtest.Fault{fault}
	}
	for name, test := range map[string]struct {
		faults           []cakemailtest.Fault
		provider, config acctest.Arguments
		want             []acctest.Message
	}{
		"422 lands on each attribute that it names": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[
				{"loc":["body","url"],"msg":"host is not allowed.","type":"value_error"},
				{"loc":["body","event"],"msg":"not offered","type":"value_error"},
				{"loc":["body","rate_limit"],"msg":"too high","type":"value_error"},
				{"loc":["body","rate_limit_period"],"msg":"not offered","type":"value_error"},
				{"loc":["query","account_id"],"msg":"not yours","type":"value_error"},
				{"loc":["body","plan"],"msg":"field required","type":"value_error"}]}`}},
			config: acctest.Arguments{"rate_limit": int64(7), "account_id": int64(42), "events": []string{"Contact.Aded"}},
			want: []acctest.Message{
				acctest.Error("url", "The API refused url", "The API said: host is not allowed.\n"),
				acctest.Error("events", "The API refused events", `Cakemail does not accept the event "Contact.Aded". Did you mean "Contact.Added"?`),
				acctest.Error("rate_limit", "The API refused rate_limit", "too high"),
				acctest.Error("rate_limit_period", "The API refused rate_limit_period", "not offered"),
				acctest.Error("account_id", "The API refused account_id", "not yours"),
				acctest.Error("", "The API refused to create the webhook", "https://example.com in account 42.\nThe API said: plan: field required."),
			},
		},
		"more than one event where the API takes one": {
			config: acctest.Arguments{"events": []string{"Contact.Removed", "Contact.Added"}},
			want: []acctest.Message{acctest.Error("events", "This API takes one event per webhook",
				"  for_each = toset([\"Contact.Added\", \"Contact.Removed\"])\n  events   = [each.value]\n")},
		},
		"429 after the last retry": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 429}},
			want:   []acctest.Message{acctest.Error("", "The API answered 429 Too Many Requests", "Tried 2 times in TIME. Wait")},
		},
		"503 after the last retry": {
			faults: list(cakemailtest.Fault{Status: 503, Body: `{"detail":"Down for maintenance"}`}),
			want:   []acctest.Message{acctest.Error("", "The API answered 503 Service Unavailable", "The API said: Down for maintenance.\n")},
		},
		"a host that cannot be reached": {
			provider: acctest.Arguments{"base_url": "http://127.0.0.1:1"},
			want:     []acctest.Message{acctest.Error("", "No answer from 127.0.0.1:1", "Check base_url, which is http://127.0.0.1:1.")},
		},
		"no answer in time": {
			faults:   list(cakemailtest.Fault{Delay: 3 * time.Second}),
			provider: acctest.Arguments{"request_timeout": int64(1)},
			want:     []acctest.Message{acctest.Error("", "No answer from HOST in time", "raise request_timeout")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.API.SetFaults(test.faults...)
			c := w.NewCore(t, acctest.With(acctest.Arguments{"max_retries": int64(1)}, test.provider))

			told := c.Apply(hook(test.config))

			w.ExpectMessages(t, acctest.ErrorsIn(told), test.want...)
			if active := w.API.Active(); len(active) > 0 || !c.State.IsNull() {
				t.Errorf("the state holds %s, the API %+v; want nothing", c.State, active)
			}
		})
	}
}

func TestErrorOfAChangeThatTheAPIDoesNotOffer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 405, 501} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, nil)
			w.ExpectMessages(t, c.Apply(hook(nil)))
			w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Status: status})

			w.ExpectMessages(t, c.Apply(hook(acctest.Arguments{"url": "https://example.com/new"})),
				acctest.Error("", "This API cannot change a webhook in place", "terraform apply -replace=ADDRESS"))
			if c.Text("url") != "https://example.com/cakemail" {
				t.Errorf("the state has the url %q, which the API did not take", c.Text("url"))
			}
		})
	}
}

// The webhook exists; each operation fails.
func TestErrorsOfLaterCalls(t *testing.T) {
	t.Parallel()
	forbidden := func(operation cakemailtest.Operation) cakemailtest.Fault {
		return cakemailtest.Fault{Operation: operation, Status: 403}
	}
	applying := func(changes acctest.Arguments) func(*acctest.Core) []acctest.Message {
		return func(c *acctest.Core) []acctest.Message { return c.Apply(hook(changes)) }
	}
	denied := func(action string) acctest.Message {
		return acctest.Error("", "The credentials do not permit this call", "Cannot "+action+" ID.\nThe API answered 403 Forbidden.\n")
	}
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		do    func(*acctest.Core) []acctest.Message
		want  acctest.Message
	}{
		"read":    {forbidden(cakemailtest.Show), func(c *acctest.Core) []acctest.Message { return c.Refresh() }, denied("read the webhook")},
		"change":  {forbidden(cakemailtest.Update), applying(acctest.Arguments{"rate_limit": int64(7)}), denied("change the webhook")},
		"archive": {forbidden(cakemailtest.Archive), applying(acctest.Arguments{"archived": true}), denied("archive the webhook")},
		"destroy": {forbidden(cakemailtest.Archive), func(c *acctest.Core) []acctest.Message { return c.Destroy() }, denied("archive the webhook")},
		"unarchive": {
			forbidden(cakemailtest.Unarchive),
			func(c *acctest.Core) []acctest.Message {
				c.MustApply(hook(acctest.Arguments{"archived": true}))
				return c.Apply(hook(nil))
			},
			denied("unarchive the webhook"),
		},
		"refused change": {
			cakemailtest.Fault{Operation: cakemailtest.Update, Status: 422, Body: `{"detail":[{"loc":["body","url"],"msg":"host is not allowed"}]}`},
			applying(acctest.Arguments{"url": "https://example.com/new"}),
			acctest.Error("url", "The API refused url", "The API said: host is not allowed."),
		},
		"an answer nobody knows": {
			cakemailtest.Fault{Operation: cakemailtest.Show, Status: 418, Body: `{"detail":"short and stout"}`},
			func(c *acctest.Core) []acctest.Message { return c.Refresh() },
			acctest.Error("", "The API answered 418 I'm a teapot", "The API said: short and stout."),
		},
		"a redirect on the same host": {
			cakemailtest.Fault{Operation: cakemailtest.Show, Status: 301, Header: http.Header{"Location": {"/v2/webhooks"}}},
			func(c *acctest.Core) []acctest.Message { return c.Refresh() },
			acctest.Error("", "HOST redirects to itself, perhaps with https://", ""),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, nil)
			c.MustApply(hook(nil))
			w.API.SetFaults(test.fault)

			w.ExpectMessages(t, test.do(c), test.want)
			if c.Text("id") != w.API.Webhooks()[0].ID {
				t.Errorf("the state lost the webhook: %s", c.State)
			}
		})
	}
}

// The answer to the create was lost.
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
		want   []acctest.Message
	}{
		"created, but the secret cannot be read": {failing(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 403}), []acctest.Message{
			acctest.Error("", "The credentials do not permit this call", "Cannot read the webhook ID."),
			acctest.Warning("", "The webhook ID was created but not read", "terraform untaint ADDRESS"),
		}},
		"nobody can tell whether it was created": {
			failing(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Status: 403}, cakemailtest.Fault{Operation: cakemailtest.Create, Cut: true}),
			[]acctest.Message{acctest.Error("", "The webhook may have been created", "(the connection closed before the answer was complete)")},
		},
		"two webhooks could be it": {
			func(_ *cakemailtest.Server, equal func()) []cakemailtest.Fault {
				made := func(body []byte) []byte { equal(); return body }
				return []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: made}}
			},
			[]acctest.Message{acctest.Error("", "There is more than one new webhook",
				"  terraform import ADDRESS ID\n  terraform import ADDRESS ID\nApplying again would")},
		},
		"a gateway's 503, and nothing was created": {
			failing(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 503}),
			[]acctest.Message{acctest.Error("", "The webhook may have been created", "Tried 5 times in TIME.")},
		},
		"the webhook of the first attempt appears late": {
			late(appears),
			[]acctest.Message{acctest.Warning("", "A second webhook was archived: ID", "  terraform import ADDRESS ID")},
		},
		"nobody can tell whether the first attempt created one too": {
			late(func(api *cakemailtest.Server, _ func()) {
				api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Status: 403})
			}),
			[]acctest.Message{acctest.Warning("", "A second webhook may exist", "The provider could not look for it (403 Forbidden).")},
		},
		"a second webhook appears late that cannot be archived": {
			late(appears, cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403}),
			[]acctest.Message{acctest.Warning("", "A second webhook may have been created: ID", "  terraform import ADDRESS ID")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.API.SetFaults(test.faults(w.API, func() {
				w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
			})...)
			w.ExpectMessages(t, w.NewCore(t, nil).Apply(hook(nil)), test.want...)
		})
	}
}

// An API may refuse a second webhook with the same URL and event.
func TestErrorOfACreateThatMakesNothing(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	old := w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Rewrite: acctest.Replacing("1002", old.ID)})
	c := w.NewCore(t, nil)

	told := acctest.ErrorsIn(c.Apply(hook(nil)))

	w.ExpectMessages(t, told, acctest.Error("", "The API made no new webhook", "  terraform import ADDRESS ID"))
	if !c.State.IsNull() {
		t.Errorf("the state is %s", c.State)
	}
}

// A plan that would change the secret says so before anything happens.
func TestPlanSaysThatTheSecretWillChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form          cakemailtest.Form
		before, after acctest.Arguments
		// why and importID are in the warning, or "" without one.
		why, importID string
	}{
		"another event": {cakemailtest.Reference, nil, acctest.Arguments{"events": []string{"Email.Bounced"}}, "events in place", "ID"},
		"from one account to another": {
			cakemailtest.Reference, acctest.Arguments{"account_id": int64(42)}, acctest.Arguments{"account_id": int64(43)}, "in place", "42/ID",
		},
		"the first account":           {cakemailtest.Reference, nil, acctest.Arguments{"account_id": int64(42)}, "not in account 42", "ID"},
		"another url where it can be": {cakemailtest.Reference, nil, acctest.Arguments{"url": "https://example.com/new"}, "", ""},
		"another url where it cannot": {cakemailtest.Guide, nil, acctest.Arguments{"url": "https://example.com/new"}, "url", "ID"},
		"everything where nothing can be changed": {
			cakemailtest.Guide, nil,
			acctest.Arguments{"url": "https://example.com/new", "events": []string{"Email.Bounced"}, "rate_limit": int64(7), "rate_limit_period": "minute"},
			"events, url, rate_limit, rate_limit_period", "ID",
		},
		"a pause": {cakemailtest.Guide, nil, acctest.Arguments{"archived": true}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(test.form))
			c := w.NewCore(t, nil)
			c.MustApply(hook(test.before))

			planned := c.Plan(c.State, acctest.Block(c.Webhook, hook(test.after)))

			var want []acctest.Message
			if test.why != "" {
				want = []acctest.Message{acctest.Warning("", "The secret of the webhook ID will change", test.why)}
			}
			told := acctest.MessagesOf(planned.Diagnostics)
			w.ExpectMessages(t, told, want...)
			if len(told) > 0 && !strings.HasSuffix(told[0].Detail, "terraform import ADDRESS "+test.importID) {
				t.Errorf("got %s", told[0])
			}
			if replaced := len(planned.RequiresReplace) > 0; replaced != (len(want) > 0) {
				t.Errorf("the plan replaces: %v", planned.RequiresReplace)
			}
		})
	}
}

// A warning on each attribute, in real Terraform, and the webhook stays.
func TestAWebhookThatTheAPISavedOtherwise(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Times: 1, Rewrite: acctest.Replacing(
		`"event":"Contact.Added"`, `"event":"Contact.Removed"`, "https://example.com/cakemail", "https://example.org/other?key=1",
		`"rate_limit":7`, `"rate_limit":5`, `"second"`, `"minute"`)})
	workspace := w.Workspace(t, "configured.tf")

	got := acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "rate_limit=7", "-var", "rate_limit_period=second")

	w.ExpectMessages(t, got,
		acctest.Warning("events", "The API saved another value for events", "The configuration has Contact.Added, the API has Contact.Removed."),
		acctest.Warning("url", "The API saved another value for url", "The configuration has https://example.com, the API has https://example.org."),
		acctest.Warning("rate_limit", "The API saved another value for rate_limit", "The configuration has 7, the API has 5."),
		acctest.Warning("rate_limit_period", "The API saved another value for rate_limit_period", "The next plan shows this as a change."))
	state := acctest.StateOf(t, workspace)
	if len(state) != 1 || state[0].Tainted || state[0].ID != onlyWebhook(t, w).ID || state[0].Secret == "" {
		t.Errorf("the state holds %+v, want the webhook", state)
	}
}

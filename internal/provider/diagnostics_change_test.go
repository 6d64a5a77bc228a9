package provider_test

import (
	"maps"
	"strconv"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const (
	ofTheWebhook = " (id ID, url https://example.com/cakemail)"
	replaceIt    = "This API does not change webhooks in place, and nothing was changed. Replace the webhook instead, which gives it a new id and a new secret: " +
		"terraform apply -replace=ADDRESS with the address of this resource, for example cakemail_webhook.example."
	environmentToken = "The credentials (the access token from the environment variable CAKEMAIL_ACCESS_TOKEN) do not permit this. Check account_id, and the rights of the user in "
)

// hook is the configuration that the tests of the protocol begin with.
func hook(changes arguments) arguments {
	config := arguments{"url": "https://example.com/cakemail", "events": []string{"Contact.Added"}}
	maps.Copy(config, changes)
	return config
}

func TestErrorOfAChangeThatTheAPIDoesNotOffer(t *testing.T) {
	t.Parallel()
	for status, text := range map[int]string{404: "Not Found", 405: "Method Not Allowed", 501: "Not Implemented"} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.newCore(t, nil)
			w.expectMessages(t, c.apply(hook(nil)))
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Status: status})

			w.expectMessages(t, c.apply(hook(arguments{"url": "https://example.com/new"})), message{"error", "", "Cannot change the webhook",
				"Cannot change the webhook" + ofTheWebhook + ".\n\nThe API answered " + strconv.Itoa(status) + " " + text + ".\n\n" + replaceIt + requestLine})
			if c.text("url") != "https://example.com/cakemail" {
				t.Errorf("the state has the url %q, which the API did not take", c.text("url"))
			}
		})
	}
}

// TestErrorOfAChangeAsTerraformTellsIt is the same with real Terraform, once.
func TestErrorOfAChangeAsTerraformTellsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workspace := w.workspace(t, "configured.tf")
	w.expectMessages(t, tell(t, workspace, "apply", "-auto-approve"))
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Status: 405})

	w.expectMessages(t, tell(t, workspace, "apply", "-auto-approve", "-var", "url=https://example.com/new"), message{"error", "", "Cannot change the webhook",
		"Cannot change the webhook" + ofTheWebhook + ".\n\nThe API answered 405 Method Not Allowed.\n\n" + replaceIt + requestLine})
	if state := stateOf(t, workspace); len(state) != 1 || state[0].Tainted || state[0].URL != "https://example.com/cakemail" {
		t.Errorf("the state holds %+v, want the webhook as it was", state)
	}
}

// TestErrorsOfLaterCalls are those of a webhook that exists, in every operation.
func TestErrorsOfLaterCalls(t *testing.T) {
	t.Parallel()
	forbidden := func(operation cakemailtest.Operation) cakemailtest.Fault {
		return cakemailtest.Fault{Operation: operation, Status: 403}
	}
	denied := func(action string) []message {
		return []message{{"error", "", "Cannot " + action, "Cannot " + action + ofTheWebhook + ".\n\nThe API answered 403 Forbidden.\n\n" +
			environmentToken + "the account of the credentials." + requestLine}}
	}
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		do    func(*core) []message
		want  []message
	}{
		"read":      {forbidden(cakemailtest.Show), func(c *core) []message { return c.refresh() }, denied("read the webhook")},
		"change":    {forbidden(cakemailtest.Update), func(c *core) []message { return c.apply(hook(arguments{"rate_limit": int64(7)})) }, denied("change the webhook")},
		"archive":   {forbidden(cakemailtest.Archive), func(c *core) []message { return c.apply(hook(arguments{"archived": true})) }, denied("archive the webhook")},
		"destroy":   {forbidden(cakemailtest.Archive), func(c *core) []message { return c.destroy() }, denied("archive the webhook")},
		"unarchive": {forbidden(cakemailtest.Unarchive), func(c *core) []message { c.mustApply(hook(arguments{"archived": true})); return c.apply(hook(nil)) }, denied("unarchive the webhook")},
		"refused change": {
			cakemailtest.Fault{Operation: cakemailtest.Update, Status: 422, Body: `{"detail":[{"loc":["body","url"],"msg":"host is not allowed"}]}`},
			func(c *core) []message { return c.apply(hook(arguments{"url": "https://example.org"})) },
			[]message{{"error", "url", "The API refused url", "Cannot change the webhook" + ofTheWebhook + ".\n\nThe API said of url: host is not allowed.\n\n" +
				"Change the value and apply again; the refused call changed nothing." + requestLine}},
		},
		"an answer nobody knows": {
			cakemailtest.Fault{Operation: cakemailtest.Show, Status: 418, Body: `{"detail":"short and stout"}`},
			func(c *core) []message { return c.refresh() },
			[]message{{"error", "", "Cannot read the webhook", "Cannot read the webhook" + ofTheWebhook + ".\n\nThe API answered 418 I'm a teapot: short and stout.\n\n" +
				"The provider does not know this answer. Apply again; if it stays, ask Cakemail's support about it." + requestLine}},
		},
		"a redirect on the same host": {
			cakemailtest.Fault{Operation: cakemailtest.Show, Status: 301, Header: map[string][]string{"Location": {"/v2/webhooks"}}},
			func(c *core) []message { return c.refresh() },
			[]message{{"error", "", "Cannot read the webhook", "Cannot read the webhook" + ofTheWebhook + ".\n\nThe API answered 301 Moved Permanently.\n\n" +
				"HOST redirects to another address on the same host, perhaps https:// instead of http://. " +
				"The provider follows no redirect, because that could send your credentials to another address. " +
				"Set base_url to the address of the API. Its value now comes from the environment variable CAKEMAIL_API_BASE." + requestLine}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.newCore(t, nil)
			c.mustApply(hook(nil))
			w.api.SetFaults(test.fault)

			w.expectMessages(t, test.do(c), test.want...)
			if c.text("id") != w.api.Webhooks()[0].ID {
				t.Errorf("the state has lost the webhook: %s", c.state)
			}
		})
	}
}

// TestMessagesOfUncertainCreates are those after a lost answer.
func TestMessagesOfUncertainCreates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults func(api *cakemailtest.Server, equal func()) []cakemailtest.Fault
		want   []message
	}{
		"created, but the secret cannot be read": {
			func(*cakemailtest.Server, func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{{Operation: cakemailtest.Show, Status: 403}}
			},
			[]message{
				{"error", "", "Cannot read the webhook", "Cannot read the webhook" + ofTheWebhook + ".\n\nThe API answered 403 Forbidden.\n\n" + environmentToken + "the account of the credentials." + requestLine},
				{"warning", "", "The webhook was created but not read", "The webhook" + ofTheWebhook + " exists and is in the state, marked as tainted, so nothing is lost: the next apply replaces it. " +
					"To keep it instead, run terraform untaint ADDRESS with the address of this resource, then terraform apply -refresh-only."},
			},
		},
		"nobody can tell whether it was created": {
			func(*cakemailtest.Server, func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{{Operation: cakemailtest.List, Every: 2, Status: 403}, {Operation: cakemailtest.Create, Cut: true}}
			},
			[]message{{"error", "", "Cannot create the webhook", createAttempt +
				"No answer says whether the webhook was created (the connection was closed before the whole answer had come), and the provider did not find it or could not list the webhooks. " +
				"The resource is in the state without an id, marked as tainted: the next plan or apply looks for the webhook, which can take a minute, and either replaces it or creates it, so nothing stays behind. " +
				"Apply again when the API answers."}},
		},
		"two webhooks could be it": {
			func(_ *cakemailtest.Server, equal func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: func(body []byte) []byte { equal(); return body }}}
			},
			[]message{{"error", "", "Cannot create the webhook", createAttempt + "The API answered 502 Bad Gateway.\n\n" +
				"The answer to the create was lost, and more than one new webhook has this url and these events, so the provider cannot tell which one belongs to this resource:\n\n" +
				"  terraform import ADDRESS 'ID'   # https://example.com/cakemail, Contact.Added\n" +
				"  terraform import ADDRESS 'ID'   # https://example.com/cakemail, Contact.Added\n\n" +
				"Ask the owner of the webhooks which one belongs to this resource. Import that one and archive the others. If you apply again without that, one more is created." + requestLine}},
		},
		"a gateway's 503, and nothing was created": {
			func(*cakemailtest.Server, func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 503, Body: `{"detail":"Down for maintenance"}`}}
			},
			[]message{{"error", "", "Cannot create the webhook", createAttempt +
				"The API answered 503 Service Unavailable: Down for maintenance.\n\n" +
				"No answer says whether the webhook was created, and the provider did not find it or could not list the webhooks. It was tried 5 times in TIME. " +
				"The resource is in the state without an id, marked as tainted: the next plan or apply looks for the webhook, which can take a minute, and either replaces it or creates it, so nothing stays behind. " +
				"Apply again when the API answers." + requestLine}},
		},
		"the webhook of the first attempt appears late": {
			func(_ *cakemailtest.Server, equal func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{
					{Operation: cakemailtest.Create, Times: 1, Status: 502},
					{Operation: cakemailtest.Create, Every: 2, Rewrite: func(body []byte) []byte { equal(); return body }},
				}
			},
			[]message{{"warning", "", "A second webhook was archived again: ID",
				"The create" + ofTheWebhook + " was retried, because its first answer was lost and the provider found no webhook.  " +
					"Later the webhook of the first attempt was there too, and it was archived, so that no event is delivered twice:\n\n" +
					"  terraform import ADDRESS 'ID'   # https://example.com/cakemail, Contact.Added\n\n" +
					"There is nothing to do. If somebody else made it at the same time, import it into a resource of its own and apply, which unarchives it."}},
		},
		"nobody can tell whether the first attempt created one too": {
			func(api *cakemailtest.Server, _ func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{
					{Operation: cakemailtest.Create, Times: 1, Status: 502},
					{Operation: cakemailtest.Create, Every: 2, Rewrite: func(body []byte) []byte {
						api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Status: 403})
						return body
					}},
				}
			},
			[]message{{"warning", "", "A second webhook was not looked for",
				"The create" + ofTheWebhook + " was retried, because its first answer was lost and the provider found no webhook.  " +
					"The first attempt may have made a webhook too, but the webhooks could not be listed (403 Forbidden). " +
					"List them when the API answers, for example with the data source cakemail_webhooks, and archive a second one with the same url and events."}},
		},
		"a second webhook appears late that cannot be archived": {
			func(_ *cakemailtest.Server, equal func()) []cakemailtest.Fault {
				return []cakemailtest.Fault{
					{Operation: cakemailtest.Create, Times: 1, Status: 502},
					{Operation: cakemailtest.Create, Every: 2, Rewrite: func(body []byte) []byte { equal(); return body }},
					{Operation: cakemailtest.Archive, Status: 403},
				}
			},
			[]message{{"warning", "", "A second webhook may have been created: ID",
				"The create" + ofTheWebhook + " was retried, because its first answer was lost and the provider found no webhook.  " +
					"Now there is another active webhook with the same url and events:\n\n" +
					"  terraform import ADDRESS 'ID'   # https://example.com/cakemail, Contact.Added\n\n" +
					"If nobody else made it, archive it, for example by importing it into a resource of its own and destroying that."}},
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

	w.expectMessages(t, told, message{"error", "", "Cannot create the webhook", createAttempt +
		"The API made no webhook. It answered with one that was there before. To manage that one with this resource, import it:\n\n" +
		"  terraform import ADDRESS 'ID'   # https://example.com/cakemail, Contact.Added\n\nIf another resource manages it already, remove this resource."})
	if !c.state.IsNull() {
		t.Errorf("the state is %s", c.state)
	}
}

// TestErrorsOfDataSources are those that the resource does not have.
func TestErrorsOfDataSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, arguments{"account_id": int64(42)})
	_, missing := c.data("cakemail_webhook", arguments{"id": "no-such-webhook"})
	w.expectMessages(t, missing, message{"error", "id", "Webhook not found",
		"There is no webhook (id no-such-webhook, account 42). Check id and account_id; the data source cakemail_webhooks lists the webhooks that there are."})
	_, refused := c.data("cakemail_webhooks", arguments{"account_id": int64(99)})
	w.expectMessages(t, refused, message{"error", "", "Cannot list the webhooks",
		"Cannot list the webhooks (account 99).\n\nThe API answered 403 Forbidden: You do not have access to this account.\n\n" + environmentToken + "account 99." + requestLine})
}

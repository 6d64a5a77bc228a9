package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// The sentences that many messages share.
const (
	createAttempt = "Cannot create the webhook (url https://example.com/cakemail).\n\n"
	listSummary   = "Cannot list the webhooks that exist before creating one"
	listAttempt   = listSummary + " (url https://example.com/cakemail).\n\n"
	requestLine   = "\n\nRequest id, for Cakemail's support: REQUEST."
)

// TestErrorsOfTheAPI reads each message in full, as real Terraform tells it, and
// sees that the API holds nothing that was not asked for.
func TestErrorsOfTheAPI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults    []cakemailtest.Fault
		variables []string
		want      []message
	}{
		"422 lands on each attribute that it names": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[
				{"loc":["body","url"],"msg":"host is not allowed.","type":"value_error"},
				{"loc":["body","event"],"msg":"not offered","type":"value_error"},
				{"loc":["body","rate_limit"],"msg":"too high","type":"value_error"},
				{"loc":["body","rate_limit_period"],"msg":"not offered","type":"value_error"},
				{"loc":["query","account_id"],"msg":"not yours","type":"value_error"},
				{"loc":["body","plan"],"msg":"field required","type":"value_error"}]}`}},
			variables: []string{"-var", "rate_limit=7", "-var", "rate_limit_period=second", "-var", "account_id=42"},
			want: []message{
				{"error", "url", "The API refused url", refusedDetail("url", "host is not allowed")},
				{"error", "events", "The API refused events", refusedDetail("events", "not offered")},
				{"error", "rate_limit", "The API refused rate_limit", refusedDetail("rate_limit", "too high")},
				{"error", "rate_limit_period", "The API refused rate_limit_period", refusedDetail("rate_limit_period", "not offered")},
				{"error", "account_id", "The API refused account_id", refusedDetail("account_id", "not yours")},
				{"error", "", "Cannot create the webhook", "Cannot create the webhook (url https://example.com/cakemail, account 42).\n\n" +
					"The API answered 422 Unprocessable Entity: plan: field required.\n\n" +
					"The refused call changed nothing. If the configuration is the reason, correct it. Then apply again." + requestLine},
			},
		},
		"more than one event where the API takes one": {
			variables: []string{"-var", `events=["Contact.Removed","Contact.Added"]`},
			want: []message{{"error", "events", "This API takes one event per webhook",
				"The webhook (url https://example.com/cakemail) has 2 events, but this API takes exactly one event per webhook.\n\n" +
					"The API answered 422 Unprocessable Entity: events: field required.\n\n" +
					"Make one webhook per event, with these arguments in this resource:\n\n" +
					"  for_each = toset([\"Contact.Added\", \"Contact.Removed\"])\n\n" +
					"  url    = \"https://example.com/cakemail\"\n" +
					"  events = [each.value]\n\n" +
					"If the webhook exists already and has one of these events, a moved block keeps it: " +
					"see https://registry.terraform.io/providers/cakemail/cakemail/latest/docs/guides/one-webhook-per-event. The refused call changed nothing." + requestLine}},
		},
		"403 names account and permission": {
			variables: []string{"-var", "account_id=99"},
			want: []message{{"error", "", "The credentials do not permit listing the webhooks",
				listSummary + " (url https://example.com/cakemail, account 99).\n\n" +
					"The API answered 403 Forbidden: You do not have access to this account.\n\n" +
					"The credentials (the access token from the environment variable CAKEMAIL_ACCESS_TOKEN) do not permit this. Check account_id, and the rights of the user in account 99." + requestLine}},
		},
		"429 after the last retry": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.Create, Status: 429}},
			want:   []message{{"error", "", "Cannot create the webhook", createAttempt + "The API answered 429 Too Many Requests.\n\n" + busyAdvice + requestLine}},
		},
		"503 after the last retry": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.List, Status: 503, Body: `{"detail":"Down for maintenance"}`}},
			want:   []message{{"error", "", "The Cakemail API is busy or fails", listAttempt + "The API answered 503 Service Unavailable: Down for maintenance.\n\n" + busyAdvice + requestLine}},
		},
		"502 with an HTML page": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.List, Status: 502, Body: "<html>Bad Gateway</html>", ContentType: "text/html"}},
			want: []message{{"error", "", "The Cakemail API is busy or fails",
				listAttempt + "The API answered 502 Bad Gateway: (an HTML page, so the answer may come from a proxy).\n\n" + busyAdvice + requestLine}},
		},
		"an HTML page in place of the answer": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.List, Body: "<html>Welcome</html>", ContentType: "text/html"}},
			want: []message{{"error", "", "There is no Cakemail webhook API at HOST",
				listAttempt + "The answer from HOST is not one that the Cakemail API gives (the answer is not complete JSON). " +
					"Check that the environment variable CAKEMAIL_API_BASE is the address of the API, and that no proxy answers in its place."}},
		},
		"a redirect": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.List, Status: 308, Header: http.Header{"Location": {"https://api.elsewhere.example/webhooks"}}}},
			want: []message{{"error", "", "There is no Cakemail webhook API at HOST",
				listAttempt + "The API answered 308 Permanent Redirect.\n\n" +
					"HOST redirects to api.elsewhere.example. The provider follows no redirect, because that could send your credentials to another address. " +
					"Set base_url to the address of the API. Its value now comes from the environment variable CAKEMAIL_API_BASE." + requestLine}},
		},
		"a host that cannot be reached": {
			variables: []string{"-var", `provider_arguments={base_url="http://127.0.0.1:1"}`},
			want: []message{{"error", "", "No answer from 127.0.0.1:1",
				listAttempt + "No answer from 127.0.0.1:1 (dial tcp 127.0.0.1:1: connect: connection refused). It was tried 2 times in TIME. " +
					"Check the network, a proxy, and base_url in the provider block."}},
		},
		"a cut connection": {
			faults: []cakemailtest.Fault{{Operation: cakemailtest.List, Cut: true}},
			want: []message{{"error", "", "No answer from HOST",
				listAttempt + "No answer from HOST (the connection was closed before the whole answer had come). It was tried 2 times in TIME. " +
					"Check the network, a proxy, and the environment variable CAKEMAIL_API_BASE."}},
		},
		"no answer in time": {
			faults:    []cakemailtest.Fault{{Operation: cakemailtest.List, Delay: 3 * time.Second}},
			variables: []string{"-var", `provider_arguments={request_timeout="1"}`},
			want: []message{{"error", "", "No answer from HOST",
				listAttempt + "HOST did not answer in time. It was tried 2 times in TIME. Apply again, or raise request_timeout in the provider block."}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.api.SetFaults(test.faults...)
			workspace := w.workspace(t, "configured.tf")

			// The plan has warned of what keeps the account from being listed.
			told := tell(t, workspace, append([]string{"apply", "-auto-approve"}, test.variables...)...)
			w.expectMessages(t, errorsIn(told), test.want...)
			if state, active := stateOf(t, workspace), w.api.Active(); len(state)+len(active) > 0 {
				t.Errorf("the state holds %+v, the API %+v; want nothing", state, active)
			}
		})
	}
}

const busyAdvice = "It was tried 2 times in TIME. Wait and apply again; with many webhooks, fewer calls at once help (terraform apply -parallelism=2). " +
	"With a higher max_retries in the provider block, the provider keeps trying for longer."

func refusedDetail(attribute, said string) string {
	return "Cannot create the webhook (url https://example.com/cakemail, account 42).\n\n" +
		"The API said of " + attribute + ": " + said + ".\n\n" +
		"Change the value and apply again; the refused call changed nothing." + requestLine
}

// TestAWebhookThatTheAPISavedOtherwise is an error on each attribute, and nothing is lost.
func TestAWebhookThatTheAPISavedOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Times: 1, Rewrite: replacing(
		`"event":"Contact.Added"`, `"event":"Contact.Removed"`, "https://example.com/cakemail", "https://example.com/other?key=1",
		`"rate_limit":7`, `"rate_limit":5`, `"second"`, `"minute"`)})
	workspace := w.workspace(t, "configured.tf")

	got := tell(t, workspace, "apply", "-auto-approve", "-var", "rate_limit=7", "-var", "rate_limit_period=second")

	saved := "The webhook (id ID, url https://example.com/other?***) is in the state as the API saved it. "
	correct := "\n\nChange the configuration to what the API can do, and apply again. " +
		"The webhook is tainted, so that would replace it. To keep it, first run terraform untaint ADDRESS with the address of this resource."
	w.expectMessages(t, got,
		message{"error", "events", "The API did not save events as asked", saved + "The configuration asks for Contact.Added; the API saved Contact.Removed." + correct},
		message{"error", "url", "The API did not save url as asked", saved + "The configuration asks for https://example.com/cakemail; the API saved https://example.com/other?***." + correct},
		message{"error", "rate_limit", "The API did not save rate_limit as asked", saved + "The configuration asks for 7; the API saved 5." + correct},
		message{"error", "rate_limit_period", "The API did not save rate_limit_period as asked", saved + "The configuration asks for second; the API saved minute." + correct})
	state := stateOf(t, workspace)
	if len(state) != 1 || !state[0].Tainted || state[0].ID != w.only(t).ID || state[0].Secret == "" {
		t.Errorf("the state holds %+v, want the webhook, tainted", state)
	}
}

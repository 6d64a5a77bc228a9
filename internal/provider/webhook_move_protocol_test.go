package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// moveSource is what Terraform hands over of the resource that is moved away.
type moveSource struct {
	provider, resource, state string
	private                   []byte
}

// move is a moved block from another type, before the refresh.
func (i *identified) move(source moveSource) []acctest.Message {
	i.T.Helper()
	moved, err := i.Server.MoveResourceState(i.Context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: source.provider,
		SourceTypeName:        source.resource,
		SourceState:           &tfprotov6.RawState{JSON: []byte(source.state)},
		SourcePrivate:         source.private,
		TargetTypeName:        "cakemail_webhook",
	})
	if err != nil {
		i.T.Fatal(err)
	}
	messages := i.MessagesOf(moved.Diagnostics)
	if len(messages) == 0 {
		i.Keep(i.Decode(i.Webhook, moved.TargetState), moved.TargetPrivate)
		i.identity = moved.TargetIdentity
	}
	return messages
}

// moveRestapi moves a webhook whose source tells nothing but what was sent to create it.
func (i *identified) moveRestapi(id, query string) {
	i.T.Helper()
	state := fmt.Sprintf(`{"id":%q,"path":"/webhooks","query_string":%q,"data":"{\"event\":\"Contact.Added\",\"url\":\"https://example.com/a\"}"}`, id, query)
	if messages := i.move(moveSource{provider: restapiHere, resource: "restapi_object", state: state}); len(messages) > 0 {
		i.T.Fatalf("got messages:\n%s", acctest.Indented(messages))
	}
}

const (
	restapiHere   = "registry.terraform.io/mastercard/restapi"
	restfulHere   = "registry.terraform.io/magodo/restful"
	keptReference = `{\"id\":\"abc\",\"signature\":{\"key\":\"k1\",\"hash_function\":\"sha256\"},` +
		`\"data\":{\"id\":\"abc\",\"event\":\"Contact.Added\",\"url\":\"https://example.com/a\",\"status\":\"active\",\"rate_limit\":50,\"rate_limit_period\":\"second\"}}`
)

// movedWebhook is what most of the sources below tell.
var movedWebhook = acctest.Values{
	"id": "abc", "url": "https://example.com/a", "events": []any{"Contact.Added"}, "rate_limit": int64(50), "rate_limit_period": "second",
	"archived": false, "account_id": nil, "store_secret": true, "secret": "k1", "hash_function": "sha256",
}

// untoldSecret is what a source tells that never showed the secret.
var untoldSecret = acctest.Values{"store_secret": nil, "secret": nil, "hash_function": nil}

func TestMoveReadsTheSourcesState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source moveSource
		want   acctest.Values
	}{
		"restapi": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"abc","path":"/webhooks","data":"{}","api_response":"` + keptReference + `"}`}, nil,
		},
		"restapi of another registry, publisher and name": {
			moveSource{provider: "registry.example.com/forks/rest", resource: "restapi_object", state: `{"id":"abc","path":"/webhooks/","data":"{}","api_response":"` + keptReference + `"}`}, nil,
		},
		"an id that is a number": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":1001,"path":"webhooks","data":"{\"events\":[\"Contact.Added\"],\"url\":\"https://example.com/a\"}"}`},
			acctest.With(untoldSecret, acctest.Values{"id": "1001", "rate_limit": nil, "rate_limit_period": nil}),
		},
		"an id that restapi rounded": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"9007199254740992","path":"/webhooks","data":"{}","api_response":"{\"webhook_id\":9007199254740993,\"events\":[\"Contact.Added\"],\"url\":\"https://example.com/a\"}"}`},
			acctest.With(untoldSecret, acctest.Values{"id": "9007199254740993", "rate_limit": nil, "rate_limit_period": nil}),
		},
		"a gateway's prefix, an account in the query, and an archived webhook": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"abc","path":"/cake/v1/webhooks","query_string":"debug=1&account_id=42","data":"{}",` +
				`"api_response":"` + strings.Replace(keptReference, "active", "archived", 1) + `"}`},
			acctest.Values{"account_id": int64(42), "archived": true},
		},
		"an account in the path": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"abc","path":"/webhooks","create_path":"/webhooks?account_id=41","read_path":"/webhooks/{id}?account_id=43","data":"{}","api_response":"` + keptReference + `"}`},
			acctest.Values{"account_id": int64(43)},
		},
		"an account that is none": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"abc","path":"/webhooks","query_string":"account_id=mine","data":"{}","api_response":"` + keptReference + `"}`}, nil,
		},
		"the secret of the create answer alone": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"7","path":"/webhooks","data":"{}","create_response":"{\"webhook_id\":7,\"secret\":\"k1\"}",` +
				`"api_response":"{\"webhook_id\":7,\"events\":[\"Contact.Added\"],\"url\":\"https://example.com/a\",\"rate_limit\":50,\"rate_limit_period\":\"second\"}"}`},
			acctest.Values{"id": "7"},
		},
		"the URL as the configuration writes it": {
			moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"abc","path":"/webhooks","data":"{\"event\":\"Contact.Added\",\"url\":\"https://EXAMPLE.com/a\"}","api_response":"` + keptReference + `"}`},
			acctest.Values{"url": "https://EXAMPLE.com/a"},
		},
		"restful": {
			moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks/abc","path":"/webhooks","body":{"value":{"url":"https://example.com/a","event":"Contact.Added"},"type":["object",{}]},` +
				`"output":{"value":` + strings.ReplaceAll(keptReference, `\`, "") + `,"type":["object",{}]}}`}, nil,
		},
		"restful with a sensitive output and an account for reading": {
			moveSource{provider: "registry.opentofu.org/magodo/restful", resource: "restful_resource", state: `{"id":"/cake/webhooks/abc","path":"/cake/webhooks","query":{"account_id":["41"]},"read_query":{"account_id":["42"]},` +
				`"body":null,"output":null,"sensitive_output":{"value":` + strings.ReplaceAll(keptReference, `\`, "") + `,"type":["object",{}]}}`},
			acctest.Values{"account_id": int64(42)},
		},
		"restful with an id that is escaped, and a query in it": {
			moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks/a%2Fb?account_id=43","path":"/webhooks","body":{"value":{"url":"https://example.com/a","events":["Contact.Added"]},"type":["object",{}]}}`},
			acctest.With(untoldSecret, acctest.Values{"id": "a/b", "account_id": int64(43), "rate_limit": nil, "rate_limit_period": nil}),
		},
		"restful that selects from the list": {
			moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks","path":"/webhooks","read_selector":"data.#(url==x)","output":{"value":{"id":"abc","event":"Contact.Added","url":"https://example.com/a","rate_limit":50,"rate_limit_period":"second"},"type":["object",{}]}}`},
			untoldSecret,
		},
		"restful that never shows the url": {
			moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks/abc","path":"/webhooks","output":{"value":{"event":"Contact.Added"},"type":["object",{}]}}`},
			acctest.With(untoldSecret, acctest.Values{"url": nil, "rate_limit": nil, "rate_limit_period": nil}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &identified{Core: acctest.NewWorld(t).Unconfigured(t)}
			if messages := i.move(test.source); len(messages) > 0 {
				t.Fatalf("got messages:\n%s", acctest.Indented(messages))
			}
			got, _ := acctest.PlainValue(t, i.State).(acctest.Values)
			want := withNulls(acctest.With(movedWebhook, test.want))
			if len(newerSettings()) > 0 {
				want["store_secret"] = nil
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// OpenTofu, and Terraform for a webhook that is renamed at the same time, ask
// for a move when the address of this provider changes.
func TestMoveKeepsAWebhookOfThisProvidersOtherAddress(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	i := &identified{Core: w.NewCore(t, nil)}
	config := acctest.Arguments{"url": "https://example.com/a", "events": []string{"Contact.Added"}}
	i.change(config)
	before, private := i.State, i.Private
	state := `{"id":"` + w.Api.Webhooks()[0].ID + `","url":"https://example.com/a","events":["Contact.Added"],"rate_limit":50,"rate_limit_period":"second",` +
		`"archived":false,"account_id":null,"store_secret":true,"secret":"` + w.Api.Webhooks()[0].Secret + `","hash_function":"sha256"}`
	if messages := i.move(moveSource{provider: "registry.example.com/cakemail/cakemail", resource: "cakemail_webhook", state: state, private: private}); len(messages) > 0 {
		t.Fatalf("got messages:\n%s", acctest.Indented(messages))
	}
	if !i.State.Equal(before) || string(i.Private) != string(private) {
		t.Errorf("got %s with %s, want %s with %s", i.State, i.Private, before, private)
	}
	if messages := i.Refresh(); len(messages) > 0 || !i.State.Equal(before) {
		t.Errorf("got messages:\n%s\nand the state %s, want it unchanged", acctest.Indented(messages), i.State)
	}
}

func TestMoveRefusesWhatIsNoWebhook(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source moveSource
		want   string
	}{
		"another type of resource":      {moveSource{provider: "registry.terraform.io/hashicorp/null", resource: "null_resource", state: `{"id":"1"}`}, "but not a null_resource."},
		"another object of the API":     {moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"7","path":"/lists?token=k3y","data":"{\"name\":\"a\"}"}`}, `restapi_object with the id "7" has the path "/lists"`},
		"what stands below a webhook":   {moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"7","path":"/webhooks/1/events","data":"{}"}`}, `has the path "/webhooks/1/events"`},
		"another object, by restful":    {moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/contacts/7","path":"/contacts"}`}, `restful_resource has the path "/contacts/7"`},
		"a webhook without events":      {moveSource{provider: restapiHere, resource: "restapi_object", state: `{"id":"7","path":"/webhooks","data":"{\"url\":\"https://example.com\"}"}`}, `restapi_object with the id "7", with the path "/webhooks", does not say`},
		"a webhook without an id":       {moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks","path":"/webhooks","body":{"value":{"event":"Contact.Added"}}}`}, `restful_resource, with the path "/webhooks", does not say`},
		"an answer about two webhooks":  {moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks","output":{"value":{"id":"a","data":{"id":"b","event":"Contact.Added"}}}}`}, "does not say"},
		"a state of an old restful":     {moveSource{provider: restfulHere, resource: "restful_resource", state: `{"id":"/webhooks/7","path":"/webhooks","body":"{\"url\":\"https://example.com\"}"}`}, "The state of the restful_resource has a form that this provider does not know"},
		"a state that is not an object": {moveSource{provider: restapiHere, resource: "restapi_object", state: `[]`}, "The state of the restapi_object has a form that this provider does not know"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &identified{Core: acctest.NewWorld(t).Unconfigured(t)}
			messages := acctest.ErrorsIn(i.move(test.source))
			if len(messages) != 1 || !strings.Contains(messages[0].Detail, test.want) || !strings.Contains(messages[0].Detail, "import") {
				t.Errorf("got:\n%s\nwant one error with %q, and the way by import", acctest.Indented(messages), test.want)
			}
			if strings.Contains(fmt.Sprint(messages), "k3y") {
				t.Errorf("the query is shown:\n%s", acctest.Indented(messages))
			}
		})
	}
}

// What the refresh makes of a moved webhook, with the account that only the
// provider's configuration has; its identity never changes.
func TestMovedWebhookIsInTheProvidersAccount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query   string
		account int64
		// planned tells that the first plan comes without a refresh.
		planned bool
	}{
		"of the provider":                     {"", 42, false},
		"of the provider, without a refresh":  {"", 42, true},
		"of the source":                       {"account_id=43", 43, false},
		"of the source, without a refresh":    {"account_id=43", 43, true},
		"of the source, as the provider's is": {"account_id=42", 42, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			i := &identified{Core: w.NewCore(t, acctest.Arguments{"account_id": int64(42)})}
			webhook := w.Api.Add(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/a", Events: []string{"Contact.Added"}})
			i.moveRestapi(webhook.ID, test.query)
			config := acctest.Arguments{"url": webhook.URL, "events": webhook.Events, "account_id": test.account}
			want := acctest.Values{"id": webhook.ID, "account_id": test.account}
			if test.planned {
				if got := i.change(config); !reflect.DeepEqual(got, want) {
					t.Errorf("the identity is %v, want %v", got, want)
				}
			}
			if got := i.read(); !reflect.DeepEqual(got, want) {
				t.Errorf("the identity is %v, want %v", got, want)
			}
			before := i.State
			i.change(config)
			if !i.State.Equal(before) {
				t.Errorf("the state is %s, want it unchanged: %s", i.State, before)
			}
			if kept, _ := acctest.PlainValue(t, i.State).(acctest.Values); kept["secret"] != webhook.Secret {
				t.Errorf("the secret is %v, want %s", kept["secret"], webhook.Secret)
			}
			if counts := w.Api.Counts(); counts[cakemailtest.Show] != len(w.Api.Calls()) {
				t.Errorf("the calls are %v, want reading ones alone", counts)
			}
		})
	}
}

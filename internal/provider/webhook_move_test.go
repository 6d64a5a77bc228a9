package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// moveSource is what Terraform passes on of the moved resource.
type moveSource struct {
	provider, resource, state string
	private                   []byte
}

// restapi is a resource of Mastercard/restapi, whose state stores documents as strings.
func restapi(changes acctest.Values) moveSource {
	state := acctest.With(acctest.Values{"id": "abc", "path": "/webhooks", "data": "{}"}, changes)
	return moveSource{provider: "registry.terraform.io/mastercard/restapi", resource: "restapi_object", state: acctest.InJSON(state)}
}

// restful is a resource of magodo/restful, whose state stores documents as values.
func restful(changes acctest.Values) moveSource {
	state := acctest.With(acctest.Values{"id": "/webhooks/abc", "path": "/webhooks"}, changes)
	return moveSource{provider: "registry.terraform.io/magodo/restful", resource: "restful_resource", state: acctest.InJSON(state)}
}

func document(value string) acctest.Values {
	return acctest.Values{"value": json.RawMessage(value), "type": []any{"object", acctest.Values{}}}
}

// move applies a moved block from another type, before the refresh.
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

// moved is the result for a source that must be accepted.
func moved(c *acctest.Core, source moveSource) *identified {
	c.T.Helper()
	i := &identified{Core: c}
	if messages := i.move(source); len(messages) > 0 {
		c.T.Fatalf("got messages:\n%s", acctest.Indented(messages))
	}
	return i
}

// movedBlindly moves a webhook whose source has only the body of the create.
func movedBlindly(c *acctest.Core, id, query string) *identified {
	c.T.Helper()
	return moved(c, restapi(acctest.Values{"id": id, "query_string": query, "data": sentToCreate}))
}

const (
	sentToCreate = `{"event":"Contact.Added","url":"https://example.com/a"}`
	keptData     = `{"id":"abc","event":"Contact.Added","url":"https://example.com/a","status":"active","rate_limit":50,"rate_limit_period":"second"}`
	keptAnswer   = `{"id":"abc","signature":{"key":"k1","hash_function":"sha256"},"data":` + keptData + `}`
)

var (
	// movedWebhook is what most of the sources below tell.
	movedWebhook = acctest.Values{
		"id": "abc", "url": "https://example.com/a", "events": []any{"Contact.Added"}, "rate_limit": int64(50), "rate_limit_period": "second",
		"archived": false, "account_id": nil, "store_secret": true, "secret": "k1", "hash_function": "sha256",
	}
	// untoldSecret is missing in a source that never showed the secret, untoldRate also in one without a rate.
	untoldSecret = acctest.Values{"store_secret": nil, "secret": nil, "hash_function": nil}
	untoldRate   = acctest.With(untoldSecret, acctest.Values{"rate_limit": nil, "rate_limit_period": nil})
)

// settingsOfStates are the settings that existed when the states were written.
var settingsOfStates = []string{"url", "events", "rate_limit", "rate_limit_period"}

// newerSettings came later, and every webhook has a value for each.
func newerSettings() []string {
	return slices.DeleteFunc(slices.Collect(maps.Keys(provider.Settings())), func(name string) bool {
		return slices.Contains(settingsOfStates, name) || fixtures[name].isNone
	})
}

func TestWebhookResource_MoveReadsTheSourcesState(t *testing.T) {
	t.Parallel()
	elsewhere := restapi(acctest.Values{"path": "/webhooks/", "api_response": keptAnswer})
	elsewhere.provider = "registry.example.com/forks/rest"
	for name, test := range map[string]struct {
		source moveSource
		want   acctest.Values
	}{
		"restapi of another registry, publisher and name": {elsewhere, nil},
		"an id that is a number": {
			restapi(acctest.Values{"id": 1001, "path": "webhooks", "data": sentToCreate}), acctest.With(untoldRate, acctest.Values{"id": "1001"}),
		},
		"an id that restapi rounded": {
			restapi(acctest.Values{"id": "9007199254740992", "data": sentToCreate, "api_response": `{"webhook_id":9007199254740993}`}),
			acctest.With(untoldRate, acctest.Values{"id": "9007199254740993"}),
		},
		"a gateway's prefix, an account in the query, and an archived webhook": {
			restapi(acctest.Values{
				"path": "/cake/v1/webhooks", "query_string": "debug=1&account_id=42", "api_response": strings.Replace(keptAnswer, "active", "archived", 1),
			}),
			acctest.Values{"account_id": int64(42), "archived": true},
		},
		"an account in the path": {
			restapi(acctest.Values{
				"create_path": "/webhooks?account_id=41", "read_path": "/webhooks/{id}?account_id=43", "api_response": keptAnswer,
			}),
			acctest.Values{"account_id": int64(43)},
		},
		"the secret of the create answer alone": {
			restapi(acctest.Values{"create_response": `{"id":"abc","secret":"k1"}`, "api_response": keptData}), nil,
		},
		"the URL as the configuration writes it": {
			restapi(acctest.Values{"data": strings.Replace(sentToCreate, "example", "EXAMPLE", 1), "api_response": keptAnswer}),
			acctest.Values{"url": "https://EXAMPLE.com/a"},
		},
		"restful": {restful(acctest.Values{"body": document(sentToCreate), "output": document(keptAnswer)}), nil},
		"restful with a sensitive output and an account for reading": {
			restful(acctest.Values{
				"id": "/cake/webhooks/abc", "query": acctest.Values{"account_id": []any{"41"}}, "read_query": acctest.Values{"account_id": []any{"42"}},
				"body": nil, "output": nil, "sensitive_output": document(keptAnswer),
			}),
			acctest.Values{"account_id": int64(42)},
		},
		"restful with an id that is escaped, and a query in it": {
			restful(acctest.Values{"id": "/webhooks/a%2Fb?account_id=43", "body": document(sentToCreate)}),
			acctest.With(untoldRate, acctest.Values{"id": "a/b", "account_id": int64(43)}),
		},
		"restful that selects from the list": {
			restful(acctest.Values{"id": "/webhooks", "read_selector": "data.#(url==x)", "output": document(keptData)}), untoldSecret,
		},
		"restful that never shows the url": {
			restful(acctest.Values{"output": document(`{"event":"Contact.Added"}`)}), acctest.With(untoldRate, acctest.Values{"url": nil}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := moved(acctest.NewWorld(t).Unconfigured(t), test.source)
			want := withNulls(acctest.With(movedWebhook, test.want))
			if len(newerSettings()) > 0 {
				want["store_secret"] = nil
			}
			if got := acctest.PlainValue(t, i.State); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestWebhookResource_MoveRefusesWhatIsNoWebhook(t *testing.T) {
	t.Parallel()
	const another, untold = "The moved resource is not a webhook", "The state of the moved resource does not show a webhook"
	const foreign, unreadable = "Cannot move this resource to cakemail_webhook", "The state of the moved resource does not show a webhook"
	for name, test := range map[string]struct {
		source      moveSource
		title, says string
	}{
		"another type of resource":   {moveSource{resource: "null_resource", state: "{}"}, foreign, "null_resource"},
		"another object of the API":  {restapi(acctest.Values{"id": "7", "path": "/lists?token=k3y"}), another, `has the path "/lists"`},
		"another object, by restful": {restful(acctest.Values{"id": "/contacts/7"}), another, `restful_resource has the path "/contacts/7"`},
		"a webhook without events":   {restapi(acctest.Values{"data": `{"url":"https://example.com"}`}), untold, `with the path "/webhooks"`},
		"a webhook without an id":    {restful(acctest.Values{"id": "/webhooks", "body": document(sentToCreate)}), untold, `with the path "/webhooks"`},
		"an answer about two webhooks": {
			restful(acctest.Values{"id": "/webhooks", "output": document(`{"id":"a","data":` + keptData + `}`)}), untold, "",
		},
		"a state of an old restful":     {restful(acctest.Values{"body": sentToCreate}), unreadable, "restful_resource"},
		"a state that is not an object": {moveSource{resource: "restapi_object", state: "[]"}, unreadable, "restapi_object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			messages := (&identified{Core: w.Unconfigured(t)}).move(test.source)
			w.ExpectMessages(t, messages, acctest.Error("", test.title, test.says))
			if strings.Contains(acctest.Indented(messages), "k3y") {
				t.Errorf("the query is shown:\n%s", acctest.Indented(messages))
			}
		})
	}
}

// OpenTofu asks for a move when the address of this provider changes, and so does Terraform if the webhook is also
// renamed.
func TestWebhookResource_MoveKeepsAWebhookOfThisProvidersOtherAddress(t *testing.T) {
	t.Parallel()
	i := &identified{Core: acctest.NewWorld(t).NewCore(t, nil)}
	i.change(hook(nil))
	before, private := i.State, i.Private
	state := acctest.InJSON(acctest.PlainValue(t, before))
	i = moved(i.Core, moveSource{provider: "registry.example.com/cakemail/cakemail", resource: "cakemail_webhook", state: state, private: private})
	if !i.State.Equal(before) || string(i.Private) != string(private) {
		t.Errorf("got %s with %s, want %s with %s", i.State, i.Private, before, private)
	}
	if i.read(); !i.State.Equal(before) {
		t.Errorf("got the state %s, want it unchanged", i.State)
	}
}

// The refresh, or an apply without one, completes a moved webhook, with the account from the provider's
// configuration. The identity never changes.
func TestWebhookResource_MoveIsSettledByTheFirstRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query   string
		account int64
		// planned means that the first plan has no refresh.
		planned, withoutSecret bool
	}{
		"in the provider's account":                    {"", 42, false, false},
		"in the provider's account, without a refresh": {"", 42, true, false},
		"in the source's account":                      {"account_id=43", 43, false, false},
		"in the source's account, without a refresh":   {"account_id=43", 43, true, false},
		"without its secret and without a refresh":     {"", 42, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			webhook := w.API.Add(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/a", Events: []string{"Contact.Added"}})
			i := movedBlindly(w.NewCore(t, inAccount(42)), webhook.ID, test.query)
			config := acctest.Arguments{"url": webhook.URL, "events": webhook.Events, "account_id": test.account, "store_secret": !test.withoutSecret}
			want := acctest.Values{"id": webhook.ID, "account_id": test.account}
			if test.planned {
				if got := i.change(config); !reflect.DeepEqual(got, want) {
					t.Errorf("the identity is %v, want %v", got, want)
				}
			}
			before := i.State
			if got := i.read(); !reflect.DeepEqual(got, want) || test.planned && !i.State.Equal(before) {
				t.Errorf("the identity is %v, want %v, and the state %s, was %s", got, want, i.State, before)
			}
			i.ExpectNoChange(config)
			if secret := i.Text("secret"); secret != map[bool]string{false: webhook.Secret}[test.withoutSecret] {
				t.Errorf("the secret is %q, and the webhook's %q", secret, webhook.Secret)
			}
			if counts := w.API.Counts(); counts[cakemailtest.Show] != len(w.API.Calls()) {
				t.Errorf("the calls are %v, want only reads", counts)
			}
			i.expectRecreated(w, webhook.ID)
		})
	}
}

// expectRecreated removes a webhook that has been read, so it is created again as usual.
func (i *identified) expectRecreated(w *acctest.World, id string) {
	i.T.Helper()
	w.API.Remove(id)
	if problems := acctest.ErrorsIn(i.Refresh()); len(problems) > 0 || !i.State.IsNull() {
		i.T.Errorf("got:\n%s\nand the state %s, want neither", acctest.Indented(problems), i.State)
	}
}

func TestWebhookResource_MoveInTheProvidersAccount(t *testing.T) {
	t.Parallel()
	inAccount43 := cakemailtest.Webhook{AccountID: 43, URL: "https://example.com/a", Events: []string{"Contact.Added"}}
	t.Run("a webhook that is not there is not created a second time", func(t *testing.T) {
		w := acctest.NewWorld(t)
		webhook := w.API.Add(inAccount43)
		i := movedBlindly(w.NewCore(t, inAccount(42)), webhook.ID, "")
		w.ExpectMessages(t, i.Refresh(), acctest.Error("", "The moved webhook was not found", "is not in account 42"))

		w.API.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.AccountID = 42 })
		i.read()
		i.expectRecreated(w, webhook.ID)
	})
	t.Run("a webhook is destroyed", func(t *testing.T) {
		w := acctest.NewWorld(t)
		i := movedBlindly(w.NewCore(t, inAccount(43)), w.API.Add(inAccount43).ID, "")
		if messages := i.Archive(); len(messages) > 0 || len(w.API.Active()) > 0 {
			t.Errorf("got messages:\n%s\nand %d active webhooks, want neither", acctest.Indented(messages), len(w.API.Active()))
		}
	})
	for query, want := range map[string]acctest.Message{
		"":              acctest.Error("", "The provider's configuration is not known yet", "The provider needs account_id now"),
		"account_id=43": acctest.Warning("", "The webhook was not refreshed", "The provider needs account_id now"),
	} {
		t.Run("a webhook waits for an account that is unknown, and its source tells "+query, func(t *testing.T) {
			w := acctest.NewWorld(t)
			i := movedBlindly(w.NewCore(t, acctest.Arguments{"account_id": tftypes.UnknownValue}), "abc", query)
			before := acctest.AttributesOf(t, i.State)["account_id"]
			w.ExpectMessages(t, i.Refresh(), want)
			if kept := acctest.AttributesOf(t, i.State)["account_id"]; !kept.Equal(before) {
				t.Errorf("account_id is %s, want it as it was: %s", kept, before)
			}
		})
	}
}

// writtenState is the state of a real generic provider, with what the API held then, from testdata/moved.
type writtenState struct {
	provider, version string
	form              cakemailtest.Form
	// untold are the attributes that are missing in a resource's state.
	untold map[string]string
}

// The reference's form shows a webhook in two parts, and the resources of generic providers keep different ones.
var (
	toldByList   = map[string]string{"limited": "hash_function secret store_secret"}
	toldByOutput = map[string]string{
		"account": "hash_function secret store_secret", "archived": "hash_function secret store_secret", "plain": "hash_function secret store_secret",
		"several": "hash_function rate_limit rate_limit_period secret store_secret",
	}
)

// The states of real generic providers become the webhooks in the API, where nothing changes.
func TestWebhookResource_MoveTakesOverStatesOfRealProviders(t *testing.T) {
	t.Parallel()
	for _, from := range []writtenState{
		{"restapi", "2.0.1", cakemailtest.Guide, nil},
		{"restapi", "2.0.1", cakemailtest.Reference, nil},
		{"restapi", "3.0.0", cakemailtest.Guide, nil},
		{"restapi", "3.0.0", cakemailtest.Reference, toldByList},
		{"restful", "0.20.0", cakemailtest.Guide, nil},
		{"restful", "0.20.0", cakemailtest.Reference, toldByOutput},
		{"restful", "0.25.2", cakemailtest.Guide, nil},
		{"restful", "0.25.2", cakemailtest.Reference, toldByOutput},
	} {
		file := fmt.Sprintf("moved/%s-%s-%s", from.provider, from.version, from.form)
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w := worldOf(t, from.form, file+".webhooks.json")
			var state struct {
				Resources []struct {
					Type, Name string
					Instances  []struct{ Attributes json.RawMessage }
				}
			}
			if err := json.Unmarshal(readTestdata(t, file+".tfstate"), &state); err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, resource := range state.Resources {
				for _, instance := range resource.Instances {
					i := moved(w.NewCore(t, nil), moveSource{resource: resource.Type, state: string(instance.Attributes)})
					expectTakenOver(i, w, strings.Fields(from.untold[resource.Name]))
					ids = append(ids, i.Text("id"))
				}
			}
			slices.Sort(ids)
			if held := w.API.Webhooks(); len(slices.Compact(ids)) != len(held) || w.API.Count(cakemailtest.Show) != len(w.API.Calls()) {
				t.Errorf("%q were taken over with the calls %v, want each of %d webhooks with only reads", ids, w.API.Counts(), len(held))
			}
		})
	}
}

// expectTakenOver wants a moved webhook to match the API once the refresh has read what its source did not tell.
func expectTakenOver(i *identified, w *acctest.World, untold []string) {
	i.T.Helper()
	before := acctest.AttributesOf(i.T, i.State)
	i.read()
	var learned []string
	for name, value := range acctest.AttributesOf(i.T, i.State) {
		if !value.Equal(before[name]) {
			learned = append(learned, name)
		}
	}
	if newer := newerSettings(); len(newer) > 0 {
		untold = slices.Concat(untold, newer, []string{"store_secret"})
	}
	slices.Sort(learned)
	slices.Sort(untold)
	if !slices.Equal(learned, slices.Compact(untold)) {
		i.T.Errorf("the refresh learns %q, want %q", learned, untold)
	}
	for _, webhook := range w.API.Webhooks() {
		if webhook.ID == i.Text("id") {
			got, _ := acctest.PlainValue(i.T, i.State).(acctest.Values)
			told := acctest.Values{"secret": webhook.Secret, "archived": webhook.Archived, "store_secret": true}
			if want := acctest.With(got, acctest.With(settingsOf(webhook), told)); !reflect.DeepEqual(got, want) {
				i.T.Errorf("got  %v\nwant %v", got, want)
			}
		}
	}
}

func readTestdata(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// worldOf is the API as it was when a generic provider wrote its state.
func worldOf(t *testing.T, form cakemailtest.Form, webhooksFile string) *acctest.World {
	t.Helper()
	var webhooks []cakemailtest.Webhook
	if err := json.Unmarshal(readTestdata(t, webhooksFile), &webhooks); err != nil {
		t.Fatal(err)
	}
	w := acctest.NewWorld(t, cakemailtest.WithForm(form))
	for _, webhook := range webhooks {
		w.API.Add(webhook)
	}
	return w
}

// The guide's configurations take over the states that the real providers wrote with its earlier configurations.
func TestWebhookResource_MoveInTerraform1_8(t *testing.T) {
	t.Parallel()
	movesAcrossTypes.orSkip(t)
	for _, name := range []string{"restapi", "restful"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worldOf(t, cakemailtest.Reference, "moved/example-"+name+".webhooks.json")
			logFile := filepath.Join(t.TempDir(), "terraform.log")
			workspace := exampleWorkspace(t, w, "guides/moving-from-"+name+"/main.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile)
			takeOver(t, workspace, name, "moved/example-"+name+".tfstate")
			before := w.API.Webhooks()
			if output := acctest.Terraform(t, workspace, "apply", "-auto-approve"); !strings.Contains(output, "0 added, 0 changed, 0 destroyed") {
				t.Errorf("the apply does more than to move:\n%s", output)
			}
			acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
			if after := w.API.Webhooks(); !reflect.DeepEqual(after, before) || w.API.Count(cakemailtest.Show) != len(w.API.Calls()) {
				t.Errorf("the API holds %+v after the calls %v, want it as before: %+v", after, w.API.Counts(), before)
			}
			state := acctest.StateOf(t, workspace)
			for _, webhook := range before {
				if !slices.Contains(state, acctest.StateWebhook{ID: webhook.ID, URL: webhook.URL, Secret: webhook.Secret}) {
					t.Errorf("the state has %+v, not the webhook %+v", state, webhook)
				}
			}
			log, err := os.ReadFile(logFile)
			if err != nil || !strings.Contains(string(log), "MoveResourceState") {
				t.Errorf("the log does not hold the move (error %v), so the test proves nothing", err)
			}
			w.ExpectNoSecret(t, "the log", string(log))
		})
	}
}

// takeOver puts a generic provider's state into the workspace, with a stand-in for the provider: Terraform needs
// it, but if everything is moved away, it asks only for a schema.
func takeOver(t *testing.T, workspace *terraformcli.Workspace, name, state string) {
	t.Helper()
	writeExample(t, workspace, "terraform.tfstate", string(readTestdata(t, state)))
	ours, err := acctest.ProviderFolder()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(terraformcli.ProviderFile(ours))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	path := strings.Replace(terraformcli.ProviderFile(folder), "-cakemail", "-"+name, 1)
	if err := os.WriteFile(path, program, 0o700); err != nil {
		t.Fatal(err)
	}
	overrides := "dev_overrides {\n"
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		address := host + map[string]string{"restapi": "/mastercard/restapi", "restful": "/magodo/restful"}[name]
		overrides += fmt.Sprintf("    %q = %q\n", address, filepath.ToSlash(folder))
	}
	configuration, err := os.ReadFile(filepath.Join(workspace.Folder, "cli.tfrc"))
	if err != nil {
		t.Fatal(err)
	}
	writeExample(t, workspace, "cli.tfrc", strings.Replace(string(configuration), "dev_overrides {\n", overrides, 1))
}

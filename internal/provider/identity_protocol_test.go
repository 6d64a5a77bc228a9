package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// identified is a core since Terraform 1.12: it keeps the identity of its
// webhook beside the state, and hands it to the provider with every call.
type identified struct {
	*acctest.Core
	identity *tfprotov6.ResourceIdentityData
}

// change plans and applies a configuration, and returns the new identity.
func (i *identified) change(config acctest.Arguments) acctest.Values {
	i.T.Helper()
	after, before := acctest.Block(i.Webhook, config), i.State
	proposed := after
	if !before.IsNull() {
		proposed = i.Merged(before, after)
	}
	planned, err := i.Server.PlanResourceChange(i.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "cakemail_webhook", PriorState: i.Encode(i.Webhook, before), ProposedNewState: i.Encode(i.Webhook, proposed),
		Config: i.Encode(i.Webhook, after), PriorPrivate: i.Private, PriorIdentity: i.identity,
	})
	if err != nil {
		i.T.Fatal(err)
	}
	i.expectNoMessages(planned.Diagnostics)
	applied, err := i.Server.ApplyResourceChange(i.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cakemail_webhook", PriorState: i.Encode(i.Webhook, before), PlannedState: planned.PlannedState,
		Config: i.Encode(i.Webhook, after), PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil {
		i.T.Fatal(err)
	}
	i.expectNoMessages(applied.Diagnostics)
	i.Keep(i.Decode(i.Webhook, applied.NewState), applied.Private)
	return i.keepIdentity(applied.NewIdentity)
}

// read refreshes, and returns the new identity.
func (i *identified) read() acctest.Values {
	i.T.Helper()
	read, err := i.Server.ReadResource(i.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cakemail_webhook", CurrentState: i.Encode(i.Webhook, i.State), Private: i.Private, CurrentIdentity: i.identity,
	})
	if err != nil {
		i.T.Fatal(err)
	}
	i.expectNoMessages(read.Diagnostics)
	i.Keep(i.Decode(i.Webhook, read.NewState), read.Private)
	return i.keepIdentity(read.NewIdentity)
}

// importBy imports by an identity, and returns the one that the provider makes of it.
func (i *identified) importBy(identity acctest.Arguments) (acctest.Values, []acctest.Message) {
	i.T.Helper()
	given := i.Encode(i.IdentityType(), acctest.Block(i.IdentityType(), identity))
	imported, err := i.Server.ImportResourceState(i.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: "cakemail_webhook", Identity: &tfprotov6.ResourceIdentityData{IdentityData: given},
	})
	if err != nil {
		i.T.Fatal(err)
	}
	messages := i.MessagesOf(imported.Diagnostics)
	if len(messages) > 0 {
		return nil, messages
	}
	found := imported.ImportedResources[0]
	i.State, i.Private = i.Decode(i.Webhook, found.State), found.Private
	return i.keepIdentity(found.Identity), nil
}

func (i *identified) keepIdentity(identity *tfprotov6.ResourceIdentityData) acctest.Values {
	i.T.Helper()
	i.identity = identity
	if identity == nil {
		return nil
	}
	return i.Plain(i.IdentityType(), identity.IdentityData)
}

func (i *identified) expectNoMessages(diagnostics []*tfprotov6.Diagnostic) {
	i.T.Helper()
	if messages := i.MessagesOf(diagnostics); len(messages) > 0 {
		i.T.Fatalf("got messages:\n%s", acctest.Indented(messages))
	}
}

func TestIdentitySchema(t *testing.T) {
	t.Parallel()
	type use struct{ required, optional bool }
	got := map[string]use{}
	schema := acctest.NewWorld(t).Unconfigured(t).IdentitySchema()
	for _, attribute := range schema.IdentityAttributes {
		got[attribute.Name] = use{attribute.RequiredForImport, attribute.OptionalForImport}
	}
	want := map[string]use{"id": {required: true}, "account_id": {optional: true}}
	if !reflect.DeepEqual(got, want) || schema.Version != 0 {
		t.Errorf("got %v in version %d, want %v in version 0", got, schema.Version, want)
	}
}

func TestIdentityStaysTheSame(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider, config acctest.Arguments
		account          any
	}{
		"in the account of the credentials": {account: nil},
		"in the provider's account":         {provider: acctest.Arguments{"account_id": int64(42)}, account: int64(42)},
		"in an account of its own": {provider: acctest.Arguments{"account_id": int64(42)}, config: acctest.Arguments{"account_id": int64(43)},
			account: int64(43)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				webhook := identified{Core: w.NewCore(t, test.provider)}
				created := webhook.change(hook(test.config))
				want := acctest.Values{"id": onlyWebhook(t, w).ID, "account_id": test.account}
				expectIdentity := func(when string, got acctest.Values) {
					t.Helper()
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s: the identity is %v, want %v", when, got, want)
					}
				}
				expectIdentity("created", created)
				expectIdentity("read", webhook.read())

				changed := hook(test.config)
				changed["archived"] = true
				expectIdentity("changed in place", webhook.change(changed))
				changed["archived"] = false
				changed["store_secret"] = false
				expectIdentity("changed again", webhook.change(changed))

				// The state of an older Terraform has no identity.
				webhook.identity = nil
				expectIdentity("read from an older state", webhook.read())
				webhook.identity = nil
				expectIdentity("changed from an older state", webhook.change(hook(test.config)))
			})
		})
	}
}

func TestIdentityOfWhatIsGone(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		webhook := identified{Core: w.NewCore(t, nil)}
		webhook.change(hook(nil))
		w.Api.Remove(onlyWebhook(t, w).ID)
		webhook.read()
		if !webhook.State.IsNull() {
			t.Errorf("the state is %s, want none", webhook.State)
		}
	})
}

func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider acctest.Arguments
		account  int64
		identity acctest.Arguments
		want     any
	}{
		"id alone":                            {want: nil},
		"id and account":                      {account: 42, identity: acctest.Arguments{"account_id": int64(42)}, want: int64(42)},
		"id alone, in the provider's account": {provider: acctest.Arguments{"account_id": int64(43)}, account: 43, want: int64(43)},
		"an account that is not the provider's": {provider: acctest.Arguments{"account_id": int64(43)}, account: 42,
			identity: acctest.Arguments{"account_id": int64(42)}, want: int64(42)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				existing := w.AddTheirs(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				webhook := identified{Core: w.NewCore(t, test.provider)}
				identity, messages := webhook.importBy(acctest.With(acctest.Arguments{"id": existing.ID}, test.identity))
				want := acctest.Values{"id": existing.ID, "account_id": test.want}
				if len(messages) > 0 || !reflect.DeepEqual(identity, want) {
					t.Fatalf("imported as %v, want %v\n%s", identity, want, acctest.Indented(messages))
				}
				if identity := webhook.read(); !reflect.DeepEqual(identity, want) {
					t.Errorf("read as %v, want %v", identity, want)
				}
				if webhook.Text("secret") != existing.Secret {
					t.Error("the secret did not come with the import")
				}
				config := hook(nil)
				if account, ok := test.identity["account_id"]; ok {
					config["account_id"] = account
				}
				planned := webhook.Plan(webhook.State, acctest.Block(webhook.Webhook, config))
				if after := webhook.Decode(webhook.Webhook, planned.PlannedState); !after.Equal(webhook.State) {
					t.Errorf("the plan after the import is not empty: %s, was %s", after, webhook.State)
				}
			})
		})
	}
}

func TestImportByIdentityOfNoWebhook(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	webhook := identified{Core: w.NewCore(t, nil)}
	_, messages := webhook.importBy(acctest.Arguments{"id": ""})
	w.ExpectMessages(t, messages, acctest.Error("", "Invalid import id", "It names no webhook: the id is empty."))

	_, messages = webhook.importBy(acctest.Arguments{"id": "webhook", "account_id": int64(0)})
	w.ExpectMessages(t, messages, acctest.Error("", "Invalid import id", "The account of the identity is not an account number."))

	// The id is not a path: what looks like an account in it is none.
	_, messages = webhook.importBy(acctest.Arguments{"id": "42/no-such-webhook"})
	w.ExpectMessages(t, messages)
	read, err := webhook.Server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cakemail_webhook", CurrentState: webhook.Encode(webhook.Webhook, webhook.State), CurrentIdentity: webhook.identity,
	})
	if err != nil || len(read.Diagnostics) > 0 {
		t.Fatalf("%v %s", err, acctest.Indented(acctest.MessagesOf(read.Diagnostics)))
	}
	if after := webhook.Decode(webhook.Webhook, read.NewState); !after.Equal(tftypes.NewValue(webhook.Webhook, nil)) {
		t.Errorf("the state is %s, want none", after)
	}
}

// A webhook that could not be archived is still there, and still the same.
func TestAFailedDestroyKeepsTheIdentity(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	i := &identified{Core: w.NewCore(t, nil)}
	identity := i.change(hook(nil))
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403})
	nothing := tftypes.NewValue(i.Webhook, nil)

	failed, err := i.Server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cakemail_webhook", PriorState: i.Encode(i.Webhook, i.State), PlannedState: i.Encode(i.Webhook, nothing),
		Config: i.Encode(i.Webhook, nothing), PlannedPrivate: i.Private,
	})
	if err != nil {
		t.Fatal(err)
	}

	if len(failed.Diagnostics) != 1 || !reflect.DeepEqual(i.keepIdentity(failed.NewIdentity), identity) {
		t.Errorf("got %+v and the messages %s", failed.NewIdentity, acctest.Indented(i.MessagesOf(failed.Diagnostics)))
	}
}

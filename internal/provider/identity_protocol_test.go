package provider_test

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// identified is a core since Terraform 1.12: it keeps the identity of its
// webhook beside the state, and hands it to the provider with every call.
type identified struct {
	*core
	identity *tfprotov6.ResourceIdentityData
}

// change plans and applies a configuration, and returns the new identity.
func (i *identified) change(config arguments) values {
	i.t.Helper()
	after, before := block(i.webhook, config), i.state
	proposed := after
	if !before.IsNull() {
		proposed = i.merged(before, after)
	}
	planned, err := i.server.PlanResourceChange(i.context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "cakemail_webhook", PriorState: i.encode(i.webhook, before), ProposedNewState: i.encode(i.webhook, proposed),
		Config: i.encode(i.webhook, after), PriorPrivate: i.private, PriorIdentity: i.identity,
	})
	if err != nil {
		i.t.Fatal(err)
	}
	i.expectNoMessages(planned.Diagnostics)
	applied, err := i.server.ApplyResourceChange(i.context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cakemail_webhook", PriorState: i.encode(i.webhook, before), PlannedState: planned.PlannedState,
		Config: i.encode(i.webhook, after), PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil {
		i.t.Fatal(err)
	}
	i.expectNoMessages(applied.Diagnostics)
	i.keep(i.decode(i.webhook, applied.NewState), applied.Private)
	return i.keepIdentity(applied.NewIdentity)
}

// read refreshes, and returns the new identity.
func (i *identified) read() values {
	i.t.Helper()
	read, err := i.server.ReadResource(i.context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cakemail_webhook", CurrentState: i.encode(i.webhook, i.state), Private: i.private, CurrentIdentity: i.identity,
	})
	if err != nil {
		i.t.Fatal(err)
	}
	i.expectNoMessages(read.Diagnostics)
	i.keep(i.decode(i.webhook, read.NewState), read.Private)
	return i.keepIdentity(read.NewIdentity)
}

// importBy imports by an identity, and returns the one that the provider makes of it.
func (i *identified) importBy(identity arguments) (values, []message) {
	i.t.Helper()
	given := i.encode(i.identityType(), block(i.identityType(), identity))
	imported, err := i.server.ImportResourceState(i.context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: "cakemail_webhook", Identity: &tfprotov6.ResourceIdentityData{IdentityData: given},
	})
	if err != nil {
		i.t.Fatal(err)
	}
	messages := i.messagesOf(imported.Diagnostics)
	if len(messages) > 0 {
		return nil, messages
	}
	found := imported.ImportedResources[0]
	i.state, i.private = i.decode(i.webhook, found.State), found.Private
	return i.keepIdentity(found.Identity), nil
}

func (i *identified) keepIdentity(identity *tfprotov6.ResourceIdentityData) values {
	i.t.Helper()
	i.identity = identity
	if identity == nil {
		return nil
	}
	return i.plain(i.identityType(), identity.IdentityData)
}

func (i *identified) expectNoMessages(diagnostics []*tfprotov6.Diagnostic) {
	i.t.Helper()
	if messages := i.messagesOf(diagnostics); len(messages) > 0 {
		i.t.Fatalf("got messages:\n%s", indented(messages))
	}
}

func TestIdentitySchema(t *testing.T) {
	t.Parallel()
	type use struct{ required, optional bool }
	got := map[string]use{}
	schema := newWorld(t).unconfigured(t).identitySchema()
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
		provider, config arguments
		account          any
	}{
		"in the account of the credentials": {account: nil},
		"in the provider's account":         {provider: arguments{"account_id": int64(42)}, account: int64(42)},
		"in an account of its own":          {provider: arguments{"account_id": int64(42)}, config: arguments{"account_id": int64(43)}, account: int64(43)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				webhook := identified{core: w.newCore(t, test.provider)}
				created := webhook.change(hook(test.config))
				want := values{"id": w.only(t).ID, "account_id": test.account}
				expectIdentity := func(when string, got values) {
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
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		webhook := identified{core: w.newCore(t, nil)}
		webhook.change(hook(nil))
		w.api.Remove(w.only(t).ID)
		webhook.read()
		if !webhook.state.IsNull() {
			t.Errorf("the state is %s, want none", webhook.state)
		}
	})
}

func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider arguments
		account  int64
		identity arguments
		want     any
	}{
		"id alone":                              {want: nil},
		"id and account":                        {account: 42, identity: arguments{"account_id": int64(42)}, want: int64(42)},
		"id alone, in the provider's account":   {provider: arguments{"account_id": int64(43)}, account: 43, want: int64(43)},
		"an account that is not the provider's": {provider: arguments{"account_id": int64(43)}, account: 42, identity: arguments{"account_id": int64(42)}, want: int64(42)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				existing := w.addTheirs(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				webhook := identified{core: w.newCore(t, test.provider)}
				identity, messages := webhook.importBy(with(arguments{"id": existing.ID}, test.identity))
				want := values{"id": existing.ID, "account_id": test.want}
				if len(messages) > 0 || !reflect.DeepEqual(identity, want) {
					t.Fatalf("imported as %v, want %v\n%s", identity, want, indented(messages))
				}
				if identity := webhook.read(); !reflect.DeepEqual(identity, want) {
					t.Errorf("read as %v, want %v", identity, want)
				}
				if webhook.text("secret") != existing.Secret {
					t.Error("the secret did not come with the import")
				}
				config := hook(nil)
				if account, ok := test.identity["account_id"]; ok {
					config["account_id"] = account
				}
				planned := webhook.plan(webhook.state, block(webhook.webhook, config))
				if after := webhook.decode(webhook.webhook, planned.PlannedState); !after.Equal(webhook.state) {
					t.Errorf("the plan after the import is not empty: %s, was %s", after, webhook.state)
				}
			})
		})
	}
}

func TestImportByIdentityOfNoWebhook(t *testing.T) {
	t.Parallel()
	const forms = "Use the webhook's id, or ACCOUNT_ID/ID for a webhook of another account than the provider's, for example 42/0b1c2d3e. " +
		"Add ?store_secret=false to keep the secret out of the state."
	w := newWorld(t)
	webhook := identified{core: w.newCore(t, nil)}
	_, messages := webhook.importBy(arguments{"id": ""})
	w.expectMessages(t, messages, message{"error", "", "Invalid import id", "The webhook cannot be imported: the id is empty. " + forms})

	_, messages = webhook.importBy(arguments{"id": "webhook", "account_id": int64(0)})
	w.expectMessages(t, messages, message{"error", "", "Invalid import id", "The webhook cannot be imported: 0 is not the number of an account. " + forms})

	// The id is not a path: what looks like an account in it is none.
	_, messages = webhook.importBy(arguments{"id": "42/no-such-webhook"})
	w.expectMessages(t, messages)
	read, err := webhook.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cakemail_webhook", CurrentState: webhook.encode(webhook.webhook, webhook.state), CurrentIdentity: webhook.identity,
	})
	if err != nil || len(read.Diagnostics) > 0 {
		t.Fatalf("%v %s", err, indented(messagesOf(read.Diagnostics)))
	}
	if after := webhook.decode(webhook.webhook, read.NewState); !after.Equal(tftypes.NewValue(webhook.webhook, nil)) {
		t.Errorf("the state is %s, want none", after)
	}
}

// A webhook that could not be archived is still there, and still the same.
func TestAFailedDestroyKeepsTheIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := &identified{core: w.newCore(t, nil)}
	identity := i.change(hook(nil))
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403})
	nothing := tftypes.NewValue(i.webhook, nil)

	failed, err := i.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cakemail_webhook", PriorState: i.encode(i.webhook, i.state), PlannedState: i.encode(i.webhook, nothing),
		Config: i.encode(i.webhook, nothing), PlannedPrivate: i.private,
	})
	if err != nil {
		t.Fatal(err)
	}

	if len(failed.Diagnostics) != 1 || !reflect.DeepEqual(i.keepIdentity(failed.NewIdentity), identity) {
		t.Errorf("got %+v and the messages %s", failed.NewIdentity, indented(i.messagesOf(failed.Diagnostics)))
	}
}

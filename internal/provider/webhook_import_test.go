package provider_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// identified is a core of Terraform 1.12 or later: it keeps the webhook's identity beside the state, and passes it
// with every call.
type identified struct {
	*acctest.Core
	identity *tfprotov6.ResourceIdentityData
}

// change plans and applies a configuration, and returns the new identity.
func (i *identified) change(given acctest.Arguments) acctest.Values {
	i.T.Helper()
	after, before := acctest.Block(i.Webhook, given), i.State
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
	i.BeginCommand()
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

// importBy imports by identity, and returns the identity that the provider makes of it.
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

// Each way to import leads to a plan without changes.
func TestWebhookResource_Import(t *testing.T) {
	t.Parallel()
	own, other := acctest.Arguments{"account_id": int64(42)}, acctest.Arguments{"account_id": int64(43)}
	none, unstored := acctest.Arguments{}, acctest.Arguments{"store_secret": false}
	byID := func(id string) string { return id }
	byAccount := func(id string) string { return "42/" + id }
	for name, test := range map[string]struct {
		account          int64
		provider, config acctest.Arguments
		id               func(string) string
		// identity replaces the id.
		identity acctest.Arguments
		// inState is the account in the state.
		inState any
	}{
		"by id":                     {id: byID},
		"by account and id":         {account: 42, config: own, id: byAccount, inState: int64(42)},
		"by account, then none":     {account: 42, id: byAccount, inState: int64(42)},
		"by id, without the secret": {config: unstored, id: func(id string) string { return id + "?store_secret=false" }},
		"by account and id, without the secret": {
			42, nil, acctest.With(own, unstored), func(id string) string { return "42/" + id + "?store_secret=false" }, nil, int64(42)},
		"by identity":                              {identity: none},
		"by identity and account":                  {account: 42, config: own, identity: own, inState: int64(42)},
		"by identity, in the provider's account":   {account: 43, provider: other, identity: none, inState: int64(43)},
		"by identity, in another than the default": {account: 42, provider: other, config: own, identity: own, inState: int64(42)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				existing := w.API.Add(cakemailtest.Webhook{AccountID: test.account, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				c := &identified{Core: w.NewCore(t, test.provider)}
				if test.identity == nil {
					w.ExpectMessages(t, c.ImportState(test.id(existing.ID)))
				} else {
					want := acctest.Values{"id": existing.ID, "account_id": test.inState}
					identity, messages := c.importBy(acctest.With(acctest.Arguments{"id": existing.ID}, test.identity))
					w.ExpectMessages(t, messages)
					if read := c.read(); !reflect.DeepEqual(identity, want) || !reflect.DeepEqual(read, want) {
						t.Errorf("imported as %v and read as %v, want %v", identity, read, want)
					}
				}
				expectAgreement(t, w, c.Core, acctest.With(acctest.Arguments{"account_id": test.inState}, test.config))
				c.ExpectNoChange(hook(test.config))
				if calls := w.API.Counts(); len(calls) != 1 || calls[cakemailtest.Show] == 0 {
					t.Errorf("got the calls %v, want only reads", calls)
				}
			})
		})
	}
}

// The answer leaves out values. A missing archived means active, but what a plan would change must be told.
func TestWebhookResource_ImportOfAHalfToldWebhook(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func([]byte) []byte
		isFine bool
	}{
		"no url":               {acctest.Replacing(`"url"`, `"_"`), false},
		"no events":            {acctest.Replacing(`"event"`, `"_"`, `"events"`, `"_"`), false},
		"not whether it rests": {acctest.Replacing(`"archived":false,`, "", `"status":"active"`, `"_":0`), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := w.NewCore(t, nil)
				webhook := w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
				w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: test.change})

				messages := c.ImportState(webhook.ID)
				expectClear(t, w, messages)
				if isFine := len(messages) == 0; isFine != test.isFine || isFine == c.State.IsNull() {
					t.Errorf("got %s, and the state %s", acctest.Indented(messages), c.State)
				}
				if test.isFine {
					c.ExpectNoChange(hook(nil))
				}
			})
		})
	}
}

// TestParseImportID has the other ids.
func TestWebhookResource_ImportOfNoWebhook(t *testing.T) {
	t.Parallel()
	invalid := func(fact string) acctest.Message { return acctest.Error("", "Invalid import id", fact) }
	for name, test := range map[string]struct {
		id       string
		identity acctest.Arguments
		want     acctest.Message
	}{
		"empty":                     {"", nil, invalid("the id is empty")},
		"an account alone":          {"42/", nil, invalid("the id is empty")},
		"enormous":                  {strings.Repeat("a", 100_000), nil, invalid("the id is longer than 255 bytes")},
		"the secret asked for":      {"a?store_secret=true", nil, invalid("The part after the question mark is unknown.")},
		"an empty identity":         {"", acctest.Arguments{"id": ""}, invalid("the id is empty")},
		"no account of an identity": {"", acctest.Arguments{"id": "webhook", "account_id": int64(0)}, invalid("The account_id of the identity")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := identified{Core: w.NewCore(t, nil)}
			var messages []acctest.Message
			if test.identity == nil {
				messages = c.ImportState(test.id)
			} else {
				_, messages = c.importBy(test.identity)
			}
			w.ExpectMessages(t, messages, test.want)
			if calls := w.API.Calls(); len(calls) > 0 || !c.State.IsNull() {
				t.Errorf("%d calls were made, the state holds %s", len(calls), c.State)
			}
		})
	}
	t.Run("the id of an identity is no path", func(t *testing.T) {
		t.Parallel()
		w := acctest.NewWorld(t)
		c := identified{Core: w.NewCore(t, nil)}
		w.API.Add(cakemailtest.Webhook{ID: "webhook", AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		_, messages := c.importBy(acctest.Arguments{"id": "42/webhook"})
		w.ExpectMessages(t, append(messages, c.Refresh()...),
			acctest.Error("", `There is no webhook "42/webhook"`, "It is not in the account of the credentials."))
	})
	t.Run("while the credentials are unknown", func(t *testing.T) {
		t.Parallel()
		w := acctest.NewWorld(t)
		delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
		w.ExpectMessages(t, w.NewCore(t, acctest.Arguments{"access_token": tftypes.UnknownValue}).ImportState("1001"), notKnownYet)
	})
}

// The import block is in the plan file, too.
func TestWebhookResource_ImportBlockWithoutTheSecretInTerraform1_5(t *testing.T) {
	t.Parallel()
	importBlocks.orSkip(t)
	w := acctest.NewWorld(t)
	w.API.Add(cakemailtest.Webhook{ID: "existing", URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	workspace := w.Workspace(t, "import_without_secret.tf")

	acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile)
	acctest.TracesOf(t, workspace).ExpectNone(t, w, "planned")
	acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-out="+acctest.PlanFile)
	acctest.TracesOf(t, workspace).ExpectNone(t, w, "applied")
	if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].ID != "existing" {
		t.Errorf("the state holds %+v", state)
	}
}

func TestWebhookResource_IdentitySchema(t *testing.T) {
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

func TestWebhookResource_IdentityStaysTheSame(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider, config acctest.Arguments
		account          any
	}{
		"in the account of the credentials": {account: nil},
		"in the provider's account":         {provider: acctest.Arguments{"account_id": int64(42)}, account: int64(42)},
		"in an account of its own":          {acctest.Arguments{"account_id": int64(42)}, acctest.Arguments{"account_id": int64(43)}, int64(43)},
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

// identityChecks want the identity to match the state.
func identityChecks(account knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		statecheck.ExpectIdentity(acctest.TestWebhook, map[string]knownvalue.Check{"id": knownvalue.NotNull(), "account_id": account}),
		statecheck.ExpectIdentityValueMatchesState(acctest.TestWebhook, attribute("id")),
		statecheck.ExpectIdentityValueMatchesState(acctest.TestWebhook, attribute("account_id")),
	}
}

func TestWebhookResource_IdentityInTerraform1_12(t *testing.T) {
	t.Parallel()
	identities.orSkip(t)
	own := config.Variables{"account_id": config.IntegerVariable(43)}
	for name, test := range map[string]struct {
		variables config.Variables
		account   knownvalue.Check
	}{
		"in the provider's account": {nil, knownvalue.Int64Exact(42)},
		"in an account of its own":  {own, knownvalue.Int64Exact(43)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Environment["CAKEMAIL_ACCOUNT_ID"] = "42"
				create := acctest.WebhookStep(test.variables)
				create.ConfigStateChecks = identityChecks(test.account)
				imported := resource.TestStep{
					ResourceName: acctest.TestWebhook, ConfigVariables: test.variables,
					ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity,
				}
				paused := acctest.With(config.Variables{"archived": config.BoolVariable(true)}, test.variables)
				change := planned(acctest.WebhookStep(paused), plancheck.ResourceActionUpdate)
				change.ConfigStateChecks = identityChecks(test.account)
				w.Run(t, create, imported, change)
			})
		})
	}
}

// A webhook that could not be archived keeps its identity.
func TestWebhookResource_IdentityIsKeptByAFailedDestroy(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	i := &identified{Core: w.NewCore(t, nil)}
	identity := i.change(hook(nil))
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 403})
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

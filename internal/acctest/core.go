package acctest

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

const webhookType = "cakemail_webhook"

// Core stands in for Terraform where the real one would only take more time. It calls the provider over the plugin
// protocol, in Terraform's order and with its values, and checks the answers as Terraform does. It manages one webhook.
type Core struct {
	T       *testing.T
	Server  tfprotov6.ProviderServer
	Webhook tftypes.Object

	// State is null while there is no webhook.
	State   tftypes.Value
	Private []byte
	Tainted bool

	// Witness sees everything that must not contain a secret.
	Witness *Witness

	// provider is the block of the last Configure. hasRead means that a command has read since then.
	provider Arguments
	hasRead  bool

	// DeferralAllowed is Terraform's capability with `-allow-deferral`.
	DeferralAllowed bool
}

// Arguments are the arguments of a block; missing ones are null.
type Arguments = protocol.Arguments

// Block returns the value of a block with these arguments.
func Block(object tftypes.Object, given Arguments) tftypes.Value {
	return protocol.Block(object, given)
}

// NewCore configures the provider, which must succeed.
func (w *World) NewCore(t *testing.T, provider Arguments) *Core {
	t.Helper()
	c := w.Unconfigured(t)
	if problems := ErrorsIn(c.Configure(provider)); len(problems) > 0 {
		t.Fatalf("the provider cannot be configured: %s", problems)
	}
	return c
}

// Unconfigured returns a core whose provider is served but not configured.
func (w *World) Unconfigured(t *testing.T) *Core {
	t.Helper()
	c := &Core{T: t, Server: protocol.Must(w.Providers()["cakemail"]()), Witness: &Witness{}}
	t.Cleanup(func() { w.ExpectNoSecret(t, "the log, a message, the private state or a list", c.Witness.Told()) })
	c.Webhook = protocol.ObjectOf(c.Schemas().ResourceSchemas[webhookType])
	c.State = c.nothing()
	return c
}

func (c *Core) nothing() tftypes.Value { return tftypes.NewValue(c.Webhook, nil) }

// Schemas returns the provider's schemas.
func (c *Core) Schemas() *tfprotov6.GetProviderSchemaResponse {
	return protocol.Must(c.Server.GetProviderSchema(c.Context(), &tfprotov6.GetProviderSchemaRequest{}))
}

// IdentitySchema returns the schema of a webhook's identity.
func (c *Core) IdentitySchema() *tfprotov6.ResourceIdentitySchema {
	return protocol.Must(c.Server.GetResourceIdentitySchemas(c.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})).IdentitySchemas[webhookType]
}

// IdentityType returns the type of a webhook's identity.
func (c *Core) IdentityType() tftypes.Object { return protocol.ObjectOf(c.IdentitySchema()) }

// Encode encodes a value for the protocol.
func (c *Core) Encode(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	return protocol.Encode(kind, value)
}

// Decode decodes a value from the protocol.
func (c *Core) Decode(kind tftypes.Type, value *tfprotov6.DynamicValue) tftypes.Value {
	return protocol.Decode(kind, value)
}

// Plain decodes an object into Go types.
func (c *Core) Plain(kind tftypes.Type, encoded *tfprotov6.DynamicValue) Values {
	object, _ := protocol.Plain(protocol.Decode(kind, encoded)).(Values)
	return object
}

// Merged is what Terraform proposes for an existing webhook.
func (c *Core) Merged(prior, config tftypes.Value) tftypes.Value {
	return protocol.Proposed(prior, config)
}

// Text returns a string attribute of the state, or "" if it is null.
func (c *Core) Text(name string) string {
	state, _ := protocol.Plain(c.State).(Values)
	text, _ := state[name].(string)
	return text
}

// AttributesOf returns a copy of an object's attributes.
func AttributesOf(_ *testing.T, object tftypes.Value) map[string]tftypes.Value {
	return protocol.Attributes(object)
}

// PlainValue converts a protocol value to Go types.
func PlainValue(_ *testing.T, value tftypes.Value) any { return protocol.Plain(value) }

// InJSON returns the value as JSON.
func InJSON(value any) string { return string(protocol.Must(json.Marshal(value))) }

// Encoded returns a block as Terraform sends it, and its type.
func (c *Core) Encoded(kind, name string, given Arguments) (tftypes.Object, *tfprotov6.DynamicValue) {
	c.T.Helper()
	schemas := c.Schemas()
	schema := map[string]*tfprotov6.Schema{
		"provider": schemas.Provider, "resource": schemas.ResourceSchemas[name], "data": schemas.DataSourceSchemas[name],
		"ephemeral": schemas.EphemeralResourceSchemas[name], "list": schemas.ListResourceSchemas[name],
	}[kind]
	if kind == "action" {
		schema = schemas.ActionSchemas[name].Schema
	}
	object := protocol.ObjectOf(schema)
	return object, protocol.Encode(object, protocol.Block(object, given))
}

// Validate is `terraform validate` of one block.
func (c *Core) Validate(kind, name string, given Arguments) []Message {
	c.T.Helper()
	_, config := c.Encoded(kind, name, given)
	ctx := c.Context()
	var diagnostics []*tfprotov6.Diagnostic
	switch kind {
	case "provider":
		request := &tfprotov6.ValidateProviderConfigRequest{Config: config}
		diagnostics = protocol.Must(c.Server.ValidateProviderConfig(ctx, request)).Diagnostics
	case "resource":
		request := &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: config}
		diagnostics = protocol.Must(c.Server.ValidateResourceConfig(ctx, request)).Diagnostics
	case "data":
		request := &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config}
		diagnostics = protocol.Must(c.Server.ValidateDataResourceConfig(ctx, request)).Diagnostics
	case "ephemeral":
		request := &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config}
		diagnostics = protocol.Must(c.Server.ValidateEphemeralResourceConfig(ctx, request)).Diagnostics
	case "list":
		request := &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config}
		diagnostics = protocol.Must(serverOf[tfprotov6.ListResourceServer](c).ValidateListResourceConfig(ctx, request)).Diagnostics
	case "action":
		request := &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config}
		diagnostics = protocol.Must(serverOf[tfprotov6.ActionServer](c).ValidateActionConfig(ctx, request)).Diagnostics
	}
	return c.MessagesOf(diagnostics)
}

// serverOf returns a part of the protocol that not every provider has.
func serverOf[T any](c *Core) T {
	c.T.Helper()
	server, ok := c.Server.(T)
	if !ok {
		c.T.Fatalf("the provider is no %T", &server)
	}
	return server
}

// Configure validates and configures the provider.
func (c *Core) Configure(provider Arguments) []Message {
	c.T.Helper()
	messages := c.Validate("provider", "", provider)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	c.provider, c.hasRead = provider, false
	_, config := c.Encoded("provider", "", provider)
	configured := protocol.Must(c.Server.ConfigureProvider(c.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, TerraformVersion: "1.11.4",
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: c.DeferralAllowed},
	}))
	return append(messages, c.MessagesOf(configured.Diagnostics)...)
}

// Plan plans from a state to a configuration.
func (c *Core) Plan(prior, config tftypes.Value) *tfprotov6.PlanResourceChangeResponse {
	c.T.Helper()
	return c.PlanFrom(prior, config, c.Private)
}

// PlanFrom plans with this private data.
func (c *Core) PlanFrom(prior, config tftypes.Value, private []byte) *tfprotov6.PlanResourceChangeResponse {
	c.T.Helper()
	planned := protocol.Must(c.Server.PlanResourceChange(c.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: webhookType, PriorState: c.Encode(c.Webhook, prior), ProposedNewState: c.Encode(c.Webhook, protocol.Proposed(prior, config)),
		Config: c.Encode(c.Webhook, config), PriorPrivate: private,
	}))
	c.Witness.Tell(PrivateText(planned.PlannedPrivate))
	return planned
}

// ExpectNoChange fails unless the plan changes nothing.
func (c *Core) ExpectNoChange(config Arguments) {
	c.T.Helper()
	planned := c.Plan(c.State, Block(c.Webhook, config))
	if after := c.Decode(c.Webhook, planned.PlannedState); !after.Equal(c.State) || len(planned.RequiresReplace) > 0 || len(planned.Diagnostics) > 0 {
		c.T.Errorf("the plan is not empty: %s\nbefore: %s\nmessages: %s", after, c.State, c.MessagesOf(planned.Diagnostics))
	}
}

// MustApply is [Core.Apply] without errors.
func (c *Core) MustApply(config Arguments) {
	c.T.Helper()
	if problems := ErrorsIn(c.Apply(config)); len(problems) > 0 {
		c.T.Fatalf("apply failed:\n%s", Indented(problems))
	}
}

// Apply is `terraform apply`: refresh, plan, and apply if something changes.
func (c *Core) Apply(config Arguments) []Message {
	c.T.Helper()
	messages := c.Refresh()
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	messages = append(messages, c.Validate("resource", webhookType, config)...)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	if c.Tainted && !c.State.IsNull() {
		return append(messages, c.Replace(config, nil)...)
	}
	planned := c.Plan(c.State, Block(c.Webhook, config))
	messages = append(messages, c.MessagesOf(planned.Diagnostics)...)
	if len(ErrorsIn(messages)) > 0 || c.Decode(c.Webhook, planned.PlannedState).Equal(c.State) {
		return messages
	}
	if !c.State.IsNull() && len(planned.RequiresReplace) > 0 {
		return append(messages, c.Replace(config, planned.PlannedPrivate)...)
	}
	return append(messages, c.Change(Block(c.Webhook, config), planned.PlannedState, planned.PlannedPrivate)...)
}

// Replace plans the creation with the private data of the first plan, archives with that of the second, and plans the
// creation again without any, as Terraform does.
func (c *Core) Replace(config Arguments, private []byte) []Message {
	c.T.Helper()
	planned := c.PlanFrom(c.nothing(), Block(c.Webhook, config), private)
	messages := c.MessagesOf(planned.Diagnostics)
	if private != nil {
		// Terraform shows only the warnings of the first plan.
		messages = ErrorsIn(messages)
	}
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	messages = append(messages, c.Change(c.nothing(), c.Encode(c.Webhook, c.nothing()), planned.PlannedPrivate)...)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	final := c.PlanFrom(c.nothing(), Block(c.Webhook, config), nil)
	messages = append(messages, c.MessagesOf(final.Diagnostics)...)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	c.expectConsistent("the final plan", c.Decode(c.Webhook, planned.PlannedState), c.Decode(c.Webhook, final.PlannedState))
	return append(messages, c.Change(Block(c.Webhook, config), final.PlannedState, final.PlannedPrivate)...)
}

// Change applies a planned state, and keeps the result.
func (c *Core) Change(config tftypes.Value, planned *tfprotov6.DynamicValue, private []byte) []Message {
	c.T.Helper()
	creating := c.State.IsNull()
	applied := protocol.Must(c.Server.ApplyResourceChange(c.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: webhookType, PriorState: c.Encode(c.Webhook, c.State), PlannedState: planned,
		Config: c.Encode(c.Webhook, config), PlannedPrivate: private,
	}))
	messages := c.MessagesOf(applied.Diagnostics)
	failed := len(ErrorsIn(messages)) > 0
	c.Keep(c.Decode(c.Webhook, applied.NewState), applied.Private)
	c.Tainted = creating && failed && !c.State.IsNull() || c.Tainted && !creating
	if !failed {
		c.expectConsistent("the state", c.Decode(c.Webhook, planned), c.State)
	}
	return messages
}

// Keep makes this the current state, if Terraform would.
func (c *Core) Keep(state tftypes.Value, private []byte) {
	c.T.Helper()
	if !state.IsFullyKnown() {
		c.T.Errorf("the state holds unknown values: %s", state)
	}
	c.State, c.Private = state, private
	c.Witness.Tell(PrivateText(private))
}

// expectConsistent fails if the result differs from the plan, as Terraform does with "Provider produced inconsistent
// result after apply".
func (c *Core) expectConsistent(where string, planned, actual tftypes.Value) {
	c.T.Helper()
	if planned.IsNull() || actual.IsNull() {
		if planned.IsNull() != actual.IsNull() {
			c.T.Errorf("planned was %s, %s is %s", planned, where, actual)
		}
		return
	}
	values := protocol.Attributes(actual)
	for name, value := range protocol.Attributes(planned) {
		if value.IsFullyKnown() && !value.Equal(values[name]) {
			c.T.Errorf("planned was %s = %s, %s has %s", name, value, where, values[name])
		}
	}
}

// BeginCommand configures the provider again if a command has read before: each command has its own process.
func (c *Core) BeginCommand() {
	c.T.Helper()
	if c.hasRead {
		c.Configure(c.provider)
	}
	c.hasRead = true
}

// Refresh reads the webhook, if there is one. It begins a command.
func (c *Core) Refresh() []Message {
	c.T.Helper()
	if c.State.IsNull() {
		return nil
	}
	c.BeginCommand()
	read := protocol.Must(c.Server.ReadResource(c.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: webhookType, CurrentState: c.Encode(c.Webhook, c.State), Private: c.Private,
	}))
	messages := c.MessagesOf(read.Diagnostics)
	if len(ErrorsIn(messages)) == 0 {
		c.Keep(c.Decode(c.Webhook, read.NewState), read.Private)
		c.Tainted = c.Tainted && !c.State.IsNull()
	}
	return messages
}

// ImportState is `terraform import`, including the read after it.
func (c *Core) ImportState(id string) []Message {
	c.T.Helper()
	imported := protocol.Must(c.Server.ImportResourceState(c.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: webhookType, ID: id}))
	messages := c.MessagesOf(imported.Diagnostics)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	c.State, c.Private = c.Decode(c.Webhook, imported.ImportedResources[0].State), imported.ImportedResources[0].Private
	messages = append(messages, c.Refresh()...)
	if len(ErrorsIn(messages)) > 0 {
		c.State = c.nothing()
	}
	return messages
}

// Destroy is `terraform destroy`.
func (c *Core) Destroy() []Message {
	c.T.Helper()
	messages := c.Refresh()
	if len(ErrorsIn(messages)) > 0 || c.State.IsNull() {
		return messages
	}
	return append(messages, c.Archive()...)
}

// Archive is a destroy without a refresh.
func (c *Core) Archive() []Message {
	c.T.Helper()
	planned := c.Plan(c.State, c.nothing())
	return append(c.MessagesOf(planned.Diagnostics), c.Change(c.nothing(), planned.PlannedState, planned.PlannedPrivate)...)
}

// Context shows the log to the witness.
func (c *Core) Context() context.Context { return tflogtest.RootLogger(c.T.Context(), c.Witness) }

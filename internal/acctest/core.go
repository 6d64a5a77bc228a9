package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Core stands in for Terraform where a real one would add nothing but time: it
// calls the provider over the plugin protocol, in the order and with the values
// that Terraform uses, and checks the answers as Terraform does. It manages one webhook.
type Core struct {
	T       *testing.T
	Server  tfprotov6.ProviderServer
	Webhook tftypes.Object

	// State is null while there is no webhook.
	State   tftypes.Value
	Private []byte
	Tainted bool

	// Witness is told what nobody may see a secret in.
	Witness *Witness

	// DeferralAllowed is the capability that `-allow-deferral` gives Terraform.
	DeferralAllowed bool
}

// Arguments are the arguments of a block; those left out are null.
type Arguments map[string]any

// NewCore configures the provider, which must succeed.
func (w *World) NewCore(t *testing.T, provider Arguments) *Core {
	t.Helper()
	c := w.Unconfigured(t)
	if problems := ErrorsIn(c.Configure(provider)); len(problems) > 0 {
		t.Fatalf("the provider cannot be configured: %s", problems)
	}
	return c
}

func (w *World) Unconfigured(t *testing.T) *Core {
	t.Helper()
	server, err := w.Providers()["cakemail"]()
	if err != nil {
		t.Fatal(err)
	}
	c := &Core{T: t, Server: server, Witness: &Witness{}}
	t.Cleanup(func() { w.ExpectNoSecret(t, "the log, a message, the private state or a list", c.Witness.Told()) })
	c.Webhook = c.ObjectOf(c.Schemas().ResourceSchemas["cakemail_webhook"])
	c.State = tftypes.NewValue(c.Webhook, nil)
	return c
}

func (c *Core) Schemas() *tfprotov6.GetProviderSchemaResponse {
	c.T.Helper()
	schemas, err := c.Server.GetProviderSchema(c.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		c.T.Fatal(err)
	}
	return schemas
}

// Configure validates and configures the provider.
func (c *Core) Configure(provider Arguments) []Message {
	c.T.Helper()
	object := c.ObjectOf(c.Schemas().Provider)
	config := c.Encode(object, Block(object, provider))
	validated, err := c.Server.ValidateProviderConfig(c.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	messages := c.MessagesOf(validated.Diagnostics)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	configured, err := c.Server.ConfigureProvider(c.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, TerraformVersion: "1.11.4",
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: c.DeferralAllowed},
	})
	if err != nil {
		c.T.Fatal(err)
	}
	return append(messages, c.MessagesOf(configured.Diagnostics)...)
}

// Apply is `terraform apply`: refresh, plan, and apply where something changes.
func (c *Core) Apply(config Arguments) []Message {
	c.T.Helper()
	messages := c.Refresh()
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	validated, err := c.Server.ValidateResourceConfig(c.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "cakemail_webhook", Config: c.Encode(c.Webhook, Block(c.Webhook, config)),
	})
	if err != nil {
		c.T.Fatal(err)
	}
	messages = append(messages, c.MessagesOf(validated.Diagnostics)...)
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

// Replace does what Terraform does for a replacement: it plans the creation with the
// private data of the first plan, archives with that of the second, and plans
// the creation once more, without any.
func (c *Core) Replace(config Arguments, private []byte) []Message {
	c.T.Helper()
	nothing := tftypes.NewValue(c.Webhook, nil)
	planned := c.PlanFrom(nothing, Block(c.Webhook, config), private)
	messages := ErrorsIn(c.MessagesOf(planned.Diagnostics))
	if private == nil {
		messages = c.MessagesOf(planned.Diagnostics)
	}
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	messages = append(messages, c.Change(nothing, c.Encode(c.Webhook, nothing), planned.PlannedPrivate)...)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	final := c.PlanFrom(nothing, Block(c.Webhook, config), nil)
	messages = append(messages, c.MessagesOf(final.Diagnostics)...)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	known := AttributesOf(c.T, c.Decode(c.Webhook, final.PlannedState))
	for name, value := range AttributesOf(c.T, c.Decode(c.Webhook, planned.PlannedState)) {
		if value.IsFullyKnown() && !value.Equal(known[name]) {
			c.T.Errorf("the final plan is inconsistent: %s was %s, and is now %s", name, value, known[name])
		}
	}
	return append(messages, c.Change(Block(c.Webhook, config), final.PlannedState, final.PlannedPrivate)...)
}

// ExpectNoChange fails unless the plan leaves everything as it is.
func (c *Core) ExpectNoChange(config Arguments) {
	c.T.Helper()
	planned := c.Plan(c.State, Block(c.Webhook, config))
	if after := c.Decode(c.Webhook, planned.PlannedState); !after.Equal(c.State) || len(planned.RequiresReplace) > 0 || len(planned.Diagnostics) > 0 {
		c.T.Errorf("the plan is not empty: %s\nbefore: %s\nmessages: %s", after, c.State, c.MessagesOf(planned.Diagnostics))
	}
}

// Plan proposes what Terraform does: the configuration, and for computed
// attributes that it leaves out what was there before.
func (c *Core) Plan(prior, config tftypes.Value) *tfprotov6.PlanResourceChangeResponse {
	c.T.Helper()
	return c.PlanFrom(prior, config, c.Private)
}

func (c *Core) PlanFrom(prior, config tftypes.Value, private []byte) *tfprotov6.PlanResourceChangeResponse {
	c.T.Helper()
	proposed := config
	if !prior.IsNull() && !config.IsNull() {
		proposed = c.Merged(prior, config)
	}
	planned, err := c.Server.PlanResourceChange(c.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         "cakemail_webhook",
		PriorState:       c.Encode(c.Webhook, prior),
		ProposedNewState: c.Encode(c.Webhook, proposed),
		Config:           c.Encode(c.Webhook, config),
		PriorPrivate:     private,
	})
	if err != nil {
		c.T.Fatal(err)
	}
	c.Witness.Tell(PrivateText(planned.PlannedPrivate))
	return planned
}

func (c *Core) Merged(prior, config tftypes.Value) tftypes.Value {
	c.T.Helper()
	values, configured := AttributesOf(c.T, prior), AttributesOf(c.T, config)
	for name, value := range configured {
		if !value.IsNull() {
			values[name] = value
		}
	}
	return tftypes.NewValue(c.Webhook, values)
}

// Change applies a planned state, and keeps what comes of it.
func (c *Core) Change(config tftypes.Value, planned *tfprotov6.DynamicValue, private []byte) []Message {
	c.T.Helper()
	creating := c.State.IsNull()
	applied, err := c.Server.ApplyResourceChange(c.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       "cakemail_webhook",
		PriorState:     c.Encode(c.Webhook, c.State),
		PlannedState:   planned,
		Config:         c.Encode(c.Webhook, config),
		PlannedPrivate: private,
	})
	if err != nil {
		c.T.Fatal(err)
	}
	messages := c.MessagesOf(applied.Diagnostics)
	failed := len(ErrorsIn(messages)) > 0
	c.Keep(c.Decode(c.Webhook, applied.NewState), applied.Private)
	c.Tainted = creating && failed && !c.State.IsNull() || c.Tainted && !creating
	if !failed {
		c.ExpectConsistent(c.Decode(c.Webhook, planned))
	}
	return messages
}

func (c *Core) Keep(state tftypes.Value, private []byte) {
	c.T.Helper()
	if !state.IsFullyKnown() {
		c.T.Errorf("the state holds unknown values: %s", state)
	}
	c.State, c.Private = state, private
	c.Witness.Tell(PrivateText(private))
}

// ExpectConsistent fails where the state is not what was planned, as Terraform
// does with "Provider produced inconsistent result after apply".
func (c *Core) ExpectConsistent(planned tftypes.Value) {
	c.T.Helper()
	if planned.IsNull() || c.State.IsNull() {
		if planned.IsNull() != c.State.IsNull() {
			c.T.Errorf("planned was %s, the state is %s", planned, c.State)
		}
		return
	}
	actual := AttributesOf(c.T, c.State)
	for name, value := range AttributesOf(c.T, planned) {
		if value.IsFullyKnown() && !value.Equal(actual[name]) {
			c.T.Errorf("planned was %s = %s, the state has %s", name, value, actual[name])
		}
	}
}

func (c *Core) Archive() []Message {
	c.T.Helper()
	nothing := tftypes.NewValue(c.Webhook, nil)
	planned := c.Plan(c.State, nothing)
	return append(c.MessagesOf(planned.Diagnostics), c.Change(nothing, planned.PlannedState, planned.PlannedPrivate)...)
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

// Refresh reads the webhook, if there is one.
func (c *Core) Refresh() []Message {
	c.T.Helper()
	if c.State.IsNull() {
		return nil
	}
	read, err := c.Server.ReadResource(c.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cakemail_webhook", CurrentState: c.Encode(c.Webhook, c.State), Private: c.Private,
	})
	if err != nil {
		c.T.Fatal(err)
	}
	messages := c.MessagesOf(read.Diagnostics)
	if len(ErrorsIn(messages)) == 0 {
		c.Keep(c.Decode(c.Webhook, read.NewState), read.Private)
		c.Tainted = c.Tainted && !c.State.IsNull()
	}
	return messages
}

// ImportState is `terraform import`, the read after it included.
func (c *Core) ImportState(id string) []Message {
	c.T.Helper()
	imported, err := c.Server.ImportResourceState(c.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: "cakemail_webhook", ID: id})
	if err != nil {
		c.T.Fatal(err)
	}
	messages := c.MessagesOf(imported.Diagnostics)
	if len(ErrorsIn(messages)) > 0 {
		return messages
	}
	c.State, c.Private = c.Decode(c.Webhook, imported.ImportedResources[0].State), imported.ImportedResources[0].Private
	messages = append(messages, c.Refresh()...)
	if len(ErrorsIn(messages)) > 0 {
		c.State = tftypes.NewValue(c.Webhook, nil)
	}
	return messages
}

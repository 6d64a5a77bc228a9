package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// core stands in for Terraform where a real one would add nothing but time: it
// calls the provider over the plugin protocol, in the order and with the values
// that Terraform uses, and checks the answers as Terraform does. It manages one webhook.
type core struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	webhook tftypes.Object

	// state is null while there is no webhook.
	state   tftypes.Value
	private []byte
	tainted bool

	// witness is told what nobody may see a secret in.
	witness *witness

	// deferralAllowed is the capability that `-allow-deferral` gives Terraform.
	deferralAllowed bool
}

// arguments are the arguments of a block; those left out are null.
type arguments map[string]any

// newCore configures the provider, which must succeed.
func (w *world) newCore(t *testing.T, provider arguments) *core {
	t.Helper()
	c := w.unconfigured(t)
	if problems := errorsIn(c.configure(provider)); len(problems) > 0 {
		t.Fatalf("the provider cannot be configured: %s", problems)
	}
	return c
}

func (w *world) unconfigured(t *testing.T) *core {
	t.Helper()
	server, err := w.providers()["cakemail"]()
	if err != nil {
		t.Fatal(err)
	}
	c := &core{t: t, server: server, witness: &witness{}}
	t.Cleanup(func() { w.expectNoSecret(t, "the log, a message, the private state or a list", c.witness.told()) })
	c.webhook = c.objectOf(c.schemas().ResourceSchemas["cakemail_webhook"])
	c.state = tftypes.NewValue(c.webhook, nil)
	return c
}

func (c *core) schemas() *tfprotov6.GetProviderSchemaResponse {
	c.t.Helper()
	schemas, err := c.server.GetProviderSchema(c.context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		c.t.Fatal(err)
	}
	return schemas
}

// configure validates and configures the provider.
func (c *core) configure(provider arguments) []message {
	c.t.Helper()
	object := c.objectOf(c.schemas().Provider)
	config := c.encode(object, block(object, provider))
	validated, err := c.server.ValidateProviderConfig(c.context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := c.messagesOf(validated.Diagnostics)
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	configured, err := c.server.ConfigureProvider(c.context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, TerraformVersion: "1.11.4",
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: c.deferralAllowed},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return append(messages, c.messagesOf(configured.Diagnostics)...)
}

// apply is `terraform apply`: refresh, plan, and apply where something changes.
func (c *core) apply(config arguments) []message {
	c.t.Helper()
	messages := c.refresh()
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	validated, err := c.server.ValidateResourceConfig(c.context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "cakemail_webhook", Config: c.encode(c.webhook, block(c.webhook, config)),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	messages = append(messages, c.messagesOf(validated.Diagnostics)...)
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	if c.tainted && !c.state.IsNull() {
		return append(messages, c.replace(config, nil)...)
	}
	planned := c.plan(c.state, block(c.webhook, config))
	messages = append(messages, c.messagesOf(planned.Diagnostics)...)
	if len(errorsIn(messages)) > 0 || c.decode(c.webhook, planned.PlannedState).Equal(c.state) {
		return messages
	}
	if !c.state.IsNull() && len(planned.RequiresReplace) > 0 {
		return append(messages, c.replace(config, planned.PlannedPrivate)...)
	}
	return append(messages, c.change(block(c.webhook, config), planned.PlannedState, planned.PlannedPrivate)...)
}

// replace does what Terraform does for a replacement: it plans the creation with the
// private data of the first plan, archives with that of the second, and plans
// the creation once more, without any.
func (c *core) replace(config arguments, private []byte) []message {
	c.t.Helper()
	nothing := tftypes.NewValue(c.webhook, nil)
	planned := c.planFrom(nothing, block(c.webhook, config), private)
	messages := errorsIn(c.messagesOf(planned.Diagnostics))
	if private == nil {
		messages = c.messagesOf(planned.Diagnostics)
	}
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	messages = append(messages, c.change(nothing, c.encode(c.webhook, nothing), planned.PlannedPrivate)...)
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	final := c.planFrom(nothing, block(c.webhook, config), nil)
	messages = append(messages, c.messagesOf(final.Diagnostics)...)
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	known := attributesOf(c.t, c.decode(c.webhook, final.PlannedState))
	for name, value := range attributesOf(c.t, c.decode(c.webhook, planned.PlannedState)) {
		if value.IsFullyKnown() && !value.Equal(known[name]) {
			c.t.Errorf("the final plan is inconsistent: %s was %s, and is now %s", name, value, known[name])
		}
	}
	return append(messages, c.change(block(c.webhook, config), final.PlannedState, final.PlannedPrivate)...)
}

// expectNoChange fails unless the plan leaves everything as it is.
func (c *core) expectNoChange(config arguments) {
	c.t.Helper()
	planned := c.plan(c.state, block(c.webhook, config))
	if after := c.decode(c.webhook, planned.PlannedState); !after.Equal(c.state) || len(planned.RequiresReplace) > 0 || len(planned.Diagnostics) > 0 {
		c.t.Errorf("the plan is not empty: %s\nbefore: %s\nmessages: %s", after, c.state, c.messagesOf(planned.Diagnostics))
	}
}

// plan proposes what Terraform does: the configuration, and for computed
// attributes that it leaves out what was there before.
func (c *core) plan(prior, config tftypes.Value) *tfprotov6.PlanResourceChangeResponse {
	c.t.Helper()
	return c.planFrom(prior, config, c.private)
}

func (c *core) planFrom(prior, config tftypes.Value, private []byte) *tfprotov6.PlanResourceChangeResponse {
	c.t.Helper()
	proposed := config
	if !prior.IsNull() && !config.IsNull() {
		proposed = c.merged(prior, config)
	}
	planned, err := c.server.PlanResourceChange(c.context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         "cakemail_webhook",
		PriorState:       c.encode(c.webhook, prior),
		ProposedNewState: c.encode(c.webhook, proposed),
		Config:           c.encode(c.webhook, config),
		PriorPrivate:     private,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.witness.tell(privateText(planned.PlannedPrivate))
	return planned
}

func (c *core) merged(prior, config tftypes.Value) tftypes.Value {
	c.t.Helper()
	values, configured := attributesOf(c.t, prior), attributesOf(c.t, config)
	for name, value := range configured {
		if !value.IsNull() {
			values[name] = value
		}
	}
	return tftypes.NewValue(c.webhook, values)
}

// change applies a planned state, and keeps what comes of it.
func (c *core) change(config tftypes.Value, planned *tfprotov6.DynamicValue, private []byte) []message {
	c.t.Helper()
	creating := c.state.IsNull()
	applied, err := c.server.ApplyResourceChange(c.context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       "cakemail_webhook",
		PriorState:     c.encode(c.webhook, c.state),
		PlannedState:   planned,
		Config:         c.encode(c.webhook, config),
		PlannedPrivate: private,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := c.messagesOf(applied.Diagnostics)
	failed := len(errorsIn(messages)) > 0
	c.keep(c.decode(c.webhook, applied.NewState), applied.Private)
	c.tainted = creating && failed && !c.state.IsNull() || c.tainted && !creating
	if !failed {
		c.expectConsistent(c.decode(c.webhook, planned))
	}
	return messages
}

func (c *core) keep(state tftypes.Value, private []byte) {
	c.t.Helper()
	if !state.IsFullyKnown() {
		c.t.Errorf("the state holds unknown values: %s", state)
	}
	c.state, c.private = state, private
	c.witness.tell(privateText(private))
}

// expectConsistent fails where the state is not what was planned, as Terraform
// does with "Provider produced inconsistent result after apply".
func (c *core) expectConsistent(planned tftypes.Value) {
	c.t.Helper()
	if planned.IsNull() || c.state.IsNull() {
		if planned.IsNull() != c.state.IsNull() {
			c.t.Errorf("planned was %s, the state is %s", planned, c.state)
		}
		return
	}
	actual := attributesOf(c.t, c.state)
	for name, value := range attributesOf(c.t, planned) {
		if value.IsFullyKnown() && !value.Equal(actual[name]) {
			c.t.Errorf("planned was %s = %s, the state has %s", name, value, actual[name])
		}
	}
}

func (c *core) archive() []message {
	c.t.Helper()
	nothing := tftypes.NewValue(c.webhook, nil)
	planned := c.plan(c.state, nothing)
	return append(c.messagesOf(planned.Diagnostics), c.change(nothing, planned.PlannedState, planned.PlannedPrivate)...)
}

// destroy is `terraform destroy`.
func (c *core) destroy() []message {
	c.t.Helper()
	messages := c.refresh()
	if len(errorsIn(messages)) > 0 || c.state.IsNull() {
		return messages
	}
	return append(messages, c.archive()...)
}

// refresh reads the webhook, if there is one.
func (c *core) refresh() []message {
	c.t.Helper()
	if c.state.IsNull() {
		return nil
	}
	read, err := c.server.ReadResource(c.context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cakemail_webhook", CurrentState: c.encode(c.webhook, c.state), Private: c.private,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := c.messagesOf(read.Diagnostics)
	if len(errorsIn(messages)) == 0 {
		c.keep(c.decode(c.webhook, read.NewState), read.Private)
		c.tainted = c.tainted && !c.state.IsNull()
	}
	return messages
}

// importState is `terraform import`, the read after it included.
func (c *core) importState(id string) []message {
	c.t.Helper()
	imported, err := c.server.ImportResourceState(c.context(), &tfprotov6.ImportResourceStateRequest{TypeName: "cakemail_webhook", ID: id})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := c.messagesOf(imported.Diagnostics)
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	c.state, c.private = c.decode(c.webhook, imported.ImportedResources[0].State), imported.ImportedResources[0].Private
	messages = append(messages, c.refresh()...)
	if len(errorsIn(messages)) > 0 {
		c.state = tftypes.NewValue(c.webhook, nil)
	}
	return messages
}

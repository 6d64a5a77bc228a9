package acctest

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// TestDelivery is the type of the action.
const TestDelivery = "cakemail_webhook_test_delivery"

// Values are the attributes of an object in Go types: string, int64, bool, []any, and nil for null.
type Values = map[string]any

// With returns the given values with the changes.
func With[M ~map[string]V, V any](given, changes M) M {
	merged := maps.Clone(given)
	maps.Copy(merged, changes)
	return merged
}

// Data reads a data source, as a plan does.
func (c *Core) Data(name string, given Arguments) (Values, []Message) {
	c.T.Helper()
	messages := c.Validate("data", name, given)
	if len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	object, config := c.Encoded("data", name, given)
	read := protocol.Must(c.Server.ReadDataSource(c.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config}))
	shown := c.Plain(object, read.State)
	if name == "cakemail_webhooks" {
		c.Witness.Tell(InJSON(shown))
	}
	return shown, append(messages, c.MessagesOf(read.Diagnostics)...)
}

// Open opens the ephemeral resource, as plan and apply each do.
func (c *Core) Open(given Arguments) (Values, []Message) {
	c.T.Helper()
	const name = "cakemail_webhook_secret"
	messages := c.Validate("ephemeral", name, given)
	if len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	object, config := c.Encoded("ephemeral", name, given)
	opened := protocol.Must(c.Server.OpenEphemeralResource(c.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config}))
	if len(opened.Private) > 0 || !opened.RenewAt.IsZero() {
		c.T.Errorf("private data %q and a renewal at %s, want neither", opened.Private, opened.RenewAt)
	}
	return c.Plain(object, opened.Result), append(messages, c.MessagesOf(opened.Diagnostics)...)
}

// Listed is one result of the list resource, or messages before the results.
type Listed struct {
	Name     string
	Identity Values
	// Resource is nil if it was not requested.
	Resource Values
	Messages []Message
}

// Query is a list block.
type Query struct {
	Config Arguments
	// Limit 0 means Terraform's default.
	Limit           int64
	IncludeResource bool
}

// List runs a list block as `terraform query` does, which stops reading at the limit.
func (c *Core) List(asked Query) []Listed {
	c.T.Helper()
	const defaultLimit = 100
	var results []Listed
	if messages := c.Validate("list", webhookType, asked.Config); len(messages) > 0 {
		results = append(results, Listed{Messages: messages})
		if len(ErrorsIn(messages)) > 0 {
			return results
		}
	}
	if asked.Limit == 0 {
		asked.Limit = defaultLimit
	}
	_, config := c.Encoded("list", webhookType, asked.Config)
	stream := protocol.Must(serverOf[tfprotov6.ListResourceServer](c).ListResource(c.Context(), &tfprotov6.ListResourceRequest{
		TypeName: webhookType, Config: config, IncludeResource: asked.IncludeResource, Limit: asked.Limit,
	}))
	for result := range stream.Results {
		found := Listed{Name: result.DisplayName, Messages: c.MessagesOf(result.Diagnostics)}
		if result.Identity != nil {
			found.Identity = c.Plain(c.IdentityType(), result.Identity.IdentityData)
		}
		if result.Resource != nil {
			found.Resource = c.Plain(c.Webhook, result.Resource)
			c.Witness.Tell(InJSON(found.Resource))
		}
		results = append(results, found)
	}
	return results
}

// Invoke validates, plans and invokes the action, and returns its progress.
func (c *Core) Invoke(ctx context.Context, given Arguments) (progress []string, messages []Message) {
	c.T.Helper()
	if messages = c.Validate("action", TestDelivery, given); len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	_, config := c.Encoded("action", TestDelivery, given)
	server := serverOf[tfprotov6.ActionServer](c)
	planned := protocol.Must(server.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: TestDelivery, Config: config}))
	if messages = append(messages, c.MessagesOf(planned.Diagnostics)...); len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	stream := protocol.Must(server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: TestDelivery, Config: config}))
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			messages = append(messages, c.MessagesOf(event.Diagnostics)...)
		}
	}
	return progress, messages
}

// Call calls a function of the provider.
func (c *Core) Call(name string, given ...any) (any, *tfprotov6.FunctionError) {
	c.T.Helper()
	signature, found := c.Schemas().Functions[name]
	if !found {
		c.T.Fatalf("the provider has no function %s", name)
	}
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for _, argument := range given {
		request.Arguments = append(request.Arguments, c.Encode(tftypes.String, tftypes.NewValue(tftypes.String, argument)))
	}
	called := protocol.Must(c.Server.CallFunction(c.Context(), request))
	if called.Error != nil {
		return nil, called.Error
	}
	return protocol.Plain(c.Decode(signature.Return.Type, called.Result)), nil
}

package acctest

import (
	"context"
	"encoding/json"
	"maps"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Values are the attributes of an object in Go's own types: string, int64,
// bool, []any, and nil for null.
type Values = map[string]any

// With returns what is given with the changes laid over it.
func With[M ~map[string]V, V any](given, changes M) M {
	merged := maps.Clone(given)
	maps.Copy(merged, changes)
	return merged
}

// PlainValue puts a value of the protocol into Go's own types.
func PlainValue(t *testing.T, value tftypes.Value) any {
	t.Helper()
	if !value.IsKnown() {
		return "(unknown)"
	}
	if value.IsNull() {
		return nil
	}
	kind := value.Type()
	switch {
	case kind.Is(tftypes.String):
		return ValueAs[string](t, value)
	case kind.Is(tftypes.Bool):
		return ValueAs[bool](t, value)
	case kind.Is(tftypes.Number):
		number := ValueAs[big.Float](t, value)
		whole, _ := number.Int64()
		return whole
	case kind.Is(tftypes.Object{}) || kind.Is(tftypes.Map{}):
		object := Values{}
		for name, attribute := range ValueAs[map[string]tftypes.Value](t, value) {
			object[name] = PlainValue(t, attribute)
		}
		return object
	default:
		list := []any{}
		for _, element := range ValueAs[[]tftypes.Value](t, value) {
			list = append(list, PlainValue(t, element))
		}
		return list
	}
}

func ValueAs[T any](t *testing.T, value tftypes.Value) T {
	t.Helper()
	var target T
	if err := value.As(&target); err != nil {
		t.Fatal(err)
	}
	return target
}

func (c *Core) Plain(kind tftypes.Type, encoded *tfprotov6.DynamicValue) Values {
	c.T.Helper()
	object, _ := PlainValue(c.T, c.Decode(kind, encoded)).(Values)
	return object
}

// Data reads a data source, as a plan does.
func (c *Core) Data(name string, given Arguments) (Values, []Message) {
	c.T.Helper()
	object := c.ObjectOf(c.Schemas().DataSourceSchemas[name])
	config := c.Encode(object, Block(object, given))
	validated, err := c.Server.ValidateDataResourceConfig(c.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	messages := c.MessagesOf(validated.Diagnostics)
	if len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	read, err := c.Server.ReadDataSource(c.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
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
	object := c.ObjectOf(c.Schemas().EphemeralResourceSchemas[name])
	config := c.Encode(object, Block(object, given))
	validated, err := c.Server.ValidateEphemeralResourceConfig(c.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	messages := c.MessagesOf(validated.Diagnostics)
	if len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	opened, err := c.Server.OpenEphemeralResource(c.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	if len(opened.Private) > 0 || !opened.RenewAt.IsZero() {
		c.T.Errorf("private data %q and a renewal at %s, want neither", opened.Private, opened.RenewAt)
	}
	return c.Plain(object, opened.Result), append(messages, c.MessagesOf(opened.Diagnostics)...)
}

// Listed is one result of the list resource, or what there is to say before them.
type Listed struct {
	Name     string
	Identity Values
	// Resource is nil when it was not asked for.
	Resource Values
	Messages []Message
}

// Query is a list block.
type Query struct {
	Config Arguments
	// Limit is Terraform's own default when it is 0.
	Limit           int64
	IncludeResource bool
}

// List runs a list block as `terraform query` does, which stops reading at the limit.
func (c *Core) List(asked Query) []Listed {
	c.T.Helper()
	const name, defaultLimit = "cakemail_webhook", 100
	server, ok := c.Server.(tfprotov6.ListResourceServer)
	if !ok {
		c.T.Fatal("the provider has no list resources")
	}
	object := c.ObjectOf(c.Schemas().ListResourceSchemas[name])
	config := c.Encode(object, Block(object, asked.Config))
	validated, err := server.ValidateListResourceConfig(c.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	var results []Listed
	if messages := c.MessagesOf(validated.Diagnostics); len(messages) > 0 {
		results = append(results, Listed{Messages: messages})
		if len(ErrorsIn(messages)) > 0 {
			return results
		}
	}
	if asked.Limit == 0 {
		asked.Limit = defaultLimit
	}
	stream, err := server.ListResource(c.Context(), &tfprotov6.ListResourceRequest{
		TypeName: name, Config: config, IncludeResource: asked.IncludeResource, Limit: asked.Limit,
	})
	if err != nil {
		c.T.Fatal(err)
	}
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

// Invoke validates, plans and invokes the action, as Terraform does, and returns
// the progress that it reported.
func (c *Core) Invoke(ctx context.Context, given Arguments) (progress []string, messages []Message) {
	c.T.Helper()
	server, ok := c.Server.(tfprotov6.ActionServer)
	if !ok {
		c.T.Fatal("the provider has no actions")
	}
	object := c.ObjectOf(c.Schemas().ActionSchemas[TestDelivery].Schema)
	config := c.Encode(object, Block(object, given))
	validated, err := server.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: TestDelivery, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	if messages = c.MessagesOf(validated.Diagnostics); len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	planned, err := server.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: TestDelivery, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
	if messages = append(messages, c.MessagesOf(planned.Diagnostics)...); len(ErrorsIn(messages)) > 0 {
		return nil, messages
	}
	stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: TestDelivery, Config: config})
	if err != nil {
		c.T.Fatal(err)
	}
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

// Call calls a function of the provider; the error is nil when it succeeds.
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
	called, err := c.Server.CallFunction(c.Context(), request)
	if err != nil {
		c.T.Fatal(err)
	}
	if called.Error != nil {
		return nil, called.Error
	}
	return PlainValue(c.T, c.Decode(signature.Return.Type, called.Result)), nil
}

func (c *Core) IdentitySchema() *tfprotov6.ResourceIdentitySchema {
	c.T.Helper()
	schemas, err := c.Server.GetResourceIdentitySchemas(c.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		c.T.Fatal(err)
	}
	return schemas.IdentitySchemas["cakemail_webhook"]
}

func (c *Core) IdentityType() tftypes.Object {
	c.T.Helper()
	object, ok := c.IdentitySchema().ValueType().(tftypes.Object)
	if !ok {
		c.T.Fatalf("the identity is a %s", c.IdentitySchema().ValueType())
	}
	return object
}

// TestDelivery is the type of the action.
const TestDelivery = "cakemail_webhook_test_delivery"

// InJSON is the value in JSON.
func InJSON(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(encoded)
}

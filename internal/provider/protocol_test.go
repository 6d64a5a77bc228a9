package provider_test

import (
	"context"
	"maps"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// values are the attributes of an object in Go's own types: string, int64,
// bool, []any, and nil for null.
type values = map[string]any

// with returns what is given with the changes laid over it.
func with[M ~map[string]V, V any](given, changes M) M {
	merged := maps.Clone(given)
	maps.Copy(merged, changes)
	return merged
}

// plainValue puts a value of the protocol into Go's own types.
func plainValue(t *testing.T, value tftypes.Value) any {
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
		return valueAs[string](t, value)
	case kind.Is(tftypes.Bool):
		return valueAs[bool](t, value)
	case kind.Is(tftypes.Number):
		number := valueAs[big.Float](t, value)
		whole, _ := number.Int64()
		return whole
	case kind.Is(tftypes.Object{}) || kind.Is(tftypes.Map{}):
		object := values{}
		for name, attribute := range valueAs[map[string]tftypes.Value](t, value) {
			object[name] = plainValue(t, attribute)
		}
		return object
	default:
		list := []any{}
		for _, element := range valueAs[[]tftypes.Value](t, value) {
			list = append(list, plainValue(t, element))
		}
		return list
	}
}

func valueAs[T any](t *testing.T, value tftypes.Value) T {
	t.Helper()
	var target T
	if err := value.As(&target); err != nil {
		t.Fatal(err)
	}
	return target
}

func (c *core) plain(kind tftypes.Type, encoded *tfprotov6.DynamicValue) values {
	c.t.Helper()
	object, _ := plainValue(c.t, c.decode(kind, encoded)).(values)
	return object
}

// data reads a data source, as a plan does.
func (c *core) data(name string, given arguments) (values, []message) {
	c.t.Helper()
	object := c.objectOf(c.schemas().DataSourceSchemas[name])
	config := c.encode(object, block(object, given))
	validated, err := c.server.ValidateDataResourceConfig(c.context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := c.messagesOf(validated.Diagnostics)
	if len(errorsIn(messages)) > 0 {
		return nil, messages
	}
	read, err := c.server.ReadDataSource(c.context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	shown := c.plain(object, read.State)
	if name == "cakemail_webhooks" {
		c.witness.tell(inJSON(shown))
	}
	return shown, append(messages, c.messagesOf(read.Diagnostics)...)
}

// open opens the ephemeral resource, as plan and apply each do.
func (c *core) open(given arguments) (values, []message) {
	c.t.Helper()
	const name = "cakemail_webhook_secret"
	object := c.objectOf(c.schemas().EphemeralResourceSchemas[name])
	config := c.encode(object, block(object, given))
	validated, err := c.server.ValidateEphemeralResourceConfig(c.context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := c.messagesOf(validated.Diagnostics)
	if len(errorsIn(messages)) > 0 {
		return nil, messages
	}
	opened, err := c.server.OpenEphemeralResource(c.context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	if len(opened.Private) > 0 || !opened.RenewAt.IsZero() {
		c.t.Errorf("private data %q and a renewal at %s, want neither", opened.Private, opened.RenewAt)
	}
	return c.plain(object, opened.Result), append(messages, c.messagesOf(opened.Diagnostics)...)
}

// listed is one result of the list resource, or what there is to say before them.
type listed struct {
	name     string
	identity values
	// resource is nil when it was not asked for.
	resource values
	messages []message
}

// query is a list block.
type query struct {
	config arguments
	// limit is Terraform's own default when it is 0.
	limit           int64
	includeResource bool
}

// list runs a list block as `terraform query` does, which stops reading at the limit.
func (c *core) list(asked query) []listed {
	c.t.Helper()
	const name, defaultLimit = "cakemail_webhook", 100
	server, ok := c.server.(tfprotov6.ListResourceServer)
	if !ok {
		c.t.Fatal("the provider has no list resources")
	}
	object := c.objectOf(c.schemas().ListResourceSchemas[name])
	config := c.encode(object, block(object, asked.config))
	validated, err := server.ValidateListResourceConfig(c.context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	var results []listed
	if messages := c.messagesOf(validated.Diagnostics); len(messages) > 0 {
		results = append(results, listed{messages: messages})
		if len(errorsIn(messages)) > 0 {
			return results
		}
	}
	if asked.limit == 0 {
		asked.limit = defaultLimit
	}
	stream, err := server.ListResource(c.context(), &tfprotov6.ListResourceRequest{
		TypeName: name, Config: config, IncludeResource: asked.includeResource, Limit: asked.limit,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for result := range stream.Results {
		found := listed{name: result.DisplayName, messages: c.messagesOf(result.Diagnostics)}
		if result.Identity != nil {
			found.identity = c.plain(c.identityType(), result.Identity.IdentityData)
		}
		if result.Resource != nil {
			found.resource = c.plain(c.webhook, result.Resource)
			c.witness.tell(inJSON(found.resource))
		}
		results = append(results, found)
	}
	return results
}

// invoke validates, plans and invokes the action, as Terraform does, and returns
// the progress that it reported.
func (c *core) invoke(ctx context.Context, given arguments) (progress []string, messages []message) {
	c.t.Helper()
	server, ok := c.server.(tfprotov6.ActionServer)
	if !ok {
		c.t.Fatal("the provider has no actions")
	}
	object := c.objectOf(c.schemas().ActionSchemas[testDelivery].Schema)
	config := c.encode(object, block(object, given))
	validated, err := server.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: testDelivery, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	if messages = c.messagesOf(validated.Diagnostics); len(errorsIn(messages)) > 0 {
		return nil, messages
	}
	planned, err := server.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: testDelivery, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	if messages = append(messages, c.messagesOf(planned.Diagnostics)...); len(errorsIn(messages)) > 0 {
		return nil, messages
	}
	stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: testDelivery, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			messages = append(messages, c.messagesOf(event.Diagnostics)...)
		}
	}
	return progress, messages
}

// call calls a function of the provider; the error is nil when it succeeds.
func (c *core) call(name string, given ...any) (any, *tfprotov6.FunctionError) {
	c.t.Helper()
	signature, found := c.schemas().Functions[name]
	if !found {
		c.t.Fatalf("the provider has no function %s", name)
	}
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for _, argument := range given {
		request.Arguments = append(request.Arguments, c.encode(tftypes.String, tftypes.NewValue(tftypes.String, argument)))
	}
	called, err := c.server.CallFunction(c.context(), request)
	if err != nil {
		c.t.Fatal(err)
	}
	if called.Error != nil {
		return nil, called.Error
	}
	return plainValue(c.t, c.decode(signature.Return.Type, called.Result)), nil
}

func (c *core) identitySchema() *tfprotov6.ResourceIdentitySchema {
	c.t.Helper()
	schemas, err := c.server.GetResourceIdentitySchemas(c.context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		c.t.Fatal(err)
	}
	return schemas.IdentitySchemas["cakemail_webhook"]
}

func (c *core) identityType() tftypes.Object {
	c.t.Helper()
	object, ok := c.identitySchema().ValueType().(tftypes.Object)
	if !ok {
		c.t.Fatalf("the identity is a %s", c.identitySchema().ValueType())
	}
	return object
}

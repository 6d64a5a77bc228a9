package provider_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (c *core) objectOf(schema *tfprotov6.Schema) tftypes.Object {
	c.t.Helper()
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		c.t.Fatalf("the schema is a %s", schema.ValueType())
	}
	return object
}

// block returns the block that a configuration with these arguments is to a provider.
func block(object tftypes.Object, given arguments) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = valueOf(kind, given[name])
	}
	return tftypes.NewValue(object, values)
}

// valueOf puts a value of Go's own types into the protocol's. Elements may be null.
func valueOf(kind tftypes.Type, value any) tftypes.Value {
	given := reflect.ValueOf(value)
	_, isMade := value.([]tftypes.Value)
	switch {
	case given.Kind() == reflect.Slice && !isMade:
		elements := []tftypes.Value{}
		for index := range given.Len() {
			elements = append(elements, tftypes.NewValue(tftypes.String, given.Index(index).Interface()))
		}
		value = elements
	case given.Kind() == reflect.Map:
		elements := map[string]tftypes.Value{}
		for _, name := range given.MapKeys() {
			elements[name.String()] = tftypes.NewValue(tftypes.String, given.MapIndex(name).Interface())
		}
		value = elements
	}
	return tftypes.NewValue(kind, value)
}

func (c *core) encode(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	c.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		c.t.Fatal(err)
	}
	return &encoded
}

func (c *core) decode(kind tftypes.Type, value *tfprotov6.DynamicValue) tftypes.Value {
	c.t.Helper()
	if value == nil {
		return tftypes.NewValue(kind, nil)
	}
	decoded, err := value.Unmarshal(kind)
	if err != nil {
		c.t.Fatal(err)
	}
	return decoded
}

// attributesOf returns the attributes of an object; changing them changes nothing else.
func attributesOf(t *testing.T, object tftypes.Value) map[string]tftypes.Value {
	t.Helper()
	values := map[string]tftypes.Value{}
	if err := object.As(&values); err != nil {
		t.Fatal(err)
	}
	return maps.Clone(values)
}

// text is the value of a string attribute of the state; "" when it is null.
func (c *core) text(name string) string {
	c.t.Helper()
	if c.state.IsNull() {
		return ""
	}
	var text *string
	if err := attributesOf(c.t, c.state)[name].As(&text); err != nil {
		c.t.Fatal(err)
	}
	if text == nil {
		return ""
	}
	return *text
}

func (c *core) mustApply(config arguments) {
	c.t.Helper()
	if problems := errorsIn(c.apply(config)); len(problems) > 0 {
		c.t.Fatalf("apply failed:\n%s", indented(problems))
	}
}

// validate is `terraform validate` of one block.
func (c *core) validate(kind, name string, given arguments) []message {
	c.t.Helper()
	schemas := c.schemas()
	schema := map[string]*tfprotov6.Schema{
		"provider": schemas.Provider, "resource": schemas.ResourceSchemas[name], "data": schemas.DataSourceSchemas[name],
		"ephemeral": schemas.EphemeralResourceSchemas[name], "list": schemas.ListResourceSchemas[name],
	}[kind]
	object := c.objectOf(schema)
	config := c.encode(object, block(object, given))
	diagnostics, err := c.validated(kind, name, config)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.messagesOf(diagnostics)
}

func (c *core) validated(kind, name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
	switch kind {
	case "provider":
		validated, err := c.server.ValidateProviderConfig(c.context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
		return validated.Diagnostics, err
	case "resource":
		validated, err := c.server.ValidateResourceConfig(c.context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	case "data":
		validated, err := c.server.ValidateDataResourceConfig(c.context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	case "ephemeral":
		validated, err := c.server.ValidateEphemeralResourceConfig(c.context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	default:
		server, ok := c.server.(interface {
			ValidateListResourceConfig(context.Context, *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error)
		})
		if !ok {
			return nil, errors.New("the provider has no list resources")
		}
		validated, err := server.ValidateListResourceConfig(c.context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	}
}

package acctest

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (c *Core) ObjectOf(schema *tfprotov6.Schema) tftypes.Object {
	c.T.Helper()
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		c.T.Fatalf("the schema is a %s", schema.ValueType())
	}
	return object
}

// Block returns the block that a configuration with these arguments is to a provider.
func Block(object tftypes.Object, given Arguments) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = ValueOf(kind, given[name])
	}
	return tftypes.NewValue(object, values)
}

// ValueOf puts a value of Go's own types into the protocol's. Elements may be null.
func ValueOf(kind tftypes.Type, value any) tftypes.Value {
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

func (c *Core) Encode(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	c.T.Helper()
	encoded, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		c.T.Fatal(err)
	}
	return &encoded
}

func (c *Core) Decode(kind tftypes.Type, value *tfprotov6.DynamicValue) tftypes.Value {
	c.T.Helper()
	if value == nil {
		return tftypes.NewValue(kind, nil)
	}
	decoded, err := value.Unmarshal(kind)
	if err != nil {
		c.T.Fatal(err)
	}
	return decoded
}

// AttributesOf returns the attributes of an object; changing them changes nothing else.
func AttributesOf(t *testing.T, object tftypes.Value) map[string]tftypes.Value {
	t.Helper()
	values := map[string]tftypes.Value{}
	if err := object.As(&values); err != nil {
		t.Fatal(err)
	}
	return maps.Clone(values)
}

// Text is the value of a string attribute of the state; "" when it is null.
func (c *Core) Text(name string) string {
	c.T.Helper()
	if c.State.IsNull() {
		return ""
	}
	var text *string
	if err := AttributesOf(c.T, c.State)[name].As(&text); err != nil {
		c.T.Fatal(err)
	}
	if text == nil {
		return ""
	}
	return *text
}

func (c *Core) MustApply(config Arguments) {
	c.T.Helper()
	if problems := ErrorsIn(c.Apply(config)); len(problems) > 0 {
		c.T.Fatalf("apply failed:\n%s", Indented(problems))
	}
}

// Validate is `terraform validate` of one block.
func (c *Core) Validate(kind, name string, given Arguments) []Message {
	c.T.Helper()
	schemas := c.Schemas()
	schema := map[string]*tfprotov6.Schema{
		"provider": schemas.Provider, "resource": schemas.ResourceSchemas[name], "data": schemas.DataSourceSchemas[name],
		"ephemeral": schemas.EphemeralResourceSchemas[name], "list": schemas.ListResourceSchemas[name],
	}[kind]
	object := c.ObjectOf(schema)
	config := c.Encode(object, Block(object, given))
	diagnostics, err := c.Validated(kind, name, config)
	if err != nil {
		c.T.Fatal(err)
	}
	return c.MessagesOf(diagnostics)
}

func (c *Core) Validated(kind, name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
	switch kind {
	case "provider":
		validated, err := c.Server.ValidateProviderConfig(c.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
		return validated.Diagnostics, err
	case "resource":
		validated, err := c.Server.ValidateResourceConfig(c.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	case "data":
		validated, err := c.Server.ValidateDataResourceConfig(c.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	case "ephemeral":
		validated, err := c.Server.ValidateEphemeralResourceConfig(c.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	default:
		server, ok := c.Server.(interface {
			ValidateListResourceConfig(context.Context, *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error)
		})
		if !ok {
			return nil, errors.New("the provider has no list resources")
		}
		validated, err := server.ValidateListResourceConfig(c.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
		return validated.Diagnostics, err
	}
}

package provider_test

import (
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
		value := given[name]
		if list, ok := value.([]string); ok {
			elements := []tftypes.Value{}
			for _, element := range list {
				elements = append(elements, tftypes.NewValue(tftypes.String, element))
			}
			value = elements
		}
		values[name] = tftypes.NewValue(kind, value)
	}
	return tftypes.NewValue(object, values)
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

func attributesOf(t *testing.T, object tftypes.Value) map[string]tftypes.Value {
	t.Helper()
	values := map[string]tftypes.Value{}
	if err := object.As(&values); err != nil {
		t.Fatal(err)
	}
	return values
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

// readData reads a data source of this name.
func (c *core) readData(name string, given arguments) []message {
	c.t.Helper()
	object := c.objectOf(c.schemas().DataSourceSchemas[name])
	config := c.encode(object, block(object, given))
	validated, err := c.server.ValidateDataResourceConfig(c.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	messages := messagesOf(validated.Diagnostics)
	if len(errorsIn(messages)) > 0 {
		return messages
	}
	read, err := c.server.ReadDataSource(c.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	if err != nil {
		c.t.Fatal(err)
	}
	return append(messages, messagesOf(read.Diagnostics)...)
}

func (c *core) mustApply(config arguments) {
	c.t.Helper()
	if problems := errorsIn(c.apply(config)); len(problems) > 0 {
		c.t.Fatalf("apply failed:\n%s", indented(problems))
	}
}

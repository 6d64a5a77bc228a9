package simulation

import (
	"encoding/json"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func objectOf(schema *tfprotov6.Schema) tftypes.Object {
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		panic("a schema that is no object")
	}
	return object
}

// object is the value of a block with these arguments.
func object(kind tftypes.Object, given Arguments) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		value := given[name]
		if list, ok := value.([]string); ok {
			elements := []tftypes.Value{}
			for _, element := range list {
				elements = append(elements, tftypes.NewValue(tftypes.String, element))
			}
			value = elements
		}
		values[name] = tftypes.NewValue(attribute, value)
	}
	return tftypes.NewValue(kind, values)
}

func encode(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	encoded, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		panic(err)
	}
	return &encoded
}

func decode(kind tftypes.Type, value *tfprotov6.DynamicValue) tftypes.Value {
	if value == nil {
		return tftypes.NewValue(kind, nil)
	}
	decoded, err := value.Unmarshal(kind)
	if err != nil {
		panic(err)
	}
	return decoded
}

// attributes are those of an object; changing them changes nothing else.
func attributes(value tftypes.Value) map[string]tftypes.Value {
	values := map[string]tftypes.Value{}
	if err := value.As(&values); err != nil {
		panic(err)
	}
	return maps.Clone(values)
}

// plain puts a value into Go's own types; what is unknown is nil.
func plain(value tftypes.Value) any {
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	switch {
	case value.Type().Is(tftypes.String):
		var text string
		_ = value.As(&text)
		return text
	case value.Type().Is(tftypes.Bool):
		var truth bool
		_ = value.As(&truth)
		return truth
	case value.Type().Is(tftypes.Number):
		var number big.Float
		_ = value.As(&number)
		whole, _ := number.Int64()
		return whole
	case value.Type().Is(tftypes.Object{}):
		plains := map[string]any{}
		for name, attribute := range attributes(value) {
			plains[name] = plain(attribute)
		}
		return plains
	default:
		var elements []tftypes.Value
		_ = value.As(&elements)
		plains := []any{}
		for _, element := range elements {
			plains = append(plains, plain(element))
		}
		return plains
	}
}

// inFile is the value as a state file holds it.
func inFile(value tftypes.Value) []byte {
	encoded, err := json.Marshal(plain(value))
	if err != nil {
		panic(err)
	}
	return encoded
}

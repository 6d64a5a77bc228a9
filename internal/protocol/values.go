// Package protocol converts between Go values and values of Terraform's plugin protocol, for what stands in for
// Terraform. What cannot be converted is a defect of a test, and panics.
package protocol

import (
	"maps"
	"math/big"
	"reflect"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Arguments are the arguments of a block; missing ones are null.
type Arguments map[string]any

// Must returns the value of a call that does not fail.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// ObjectOf returns the object type of a schema.
func ObjectOf(schema interface{ ValueType() tftypes.Type }) tftypes.Object {
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		panic("a schema that is no object")
	}
	return object
}

// Block returns the value of a block with these arguments.
func Block(object tftypes.Object, given Arguments) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = valueOf(kind, given[name])
	}
	return tftypes.NewValue(object, values)
}

// valueOf converts a value to the protocol. Elements of lists and maps are strings or null.
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

// Encode encodes a value for the protocol.
func Encode(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	encoded := Must(tfprotov6.NewDynamicValue(kind, value))
	return &encoded
}

// Decode decodes a value from the protocol; nil becomes null.
func Decode(kind tftypes.Type, value *tfprotov6.DynamicValue) tftypes.Value {
	if value == nil {
		return tftypes.NewValue(kind, nil)
	}
	return Must(value.Unmarshal(kind))
}

// Attributes returns a copy of an object's attributes.
func Attributes(object tftypes.Value) map[string]tftypes.Value {
	return maps.Clone(as[map[string]tftypes.Value](object))
}

// Proposed is what Terraform proposes to a plan: the configuration, with the prior values for what it leaves out.
func Proposed(prior, config tftypes.Value) tftypes.Value {
	if prior.IsNull() || config.IsNull() {
		return config
	}
	values := Attributes(prior)
	for name, value := range Attributes(config) {
		if !value.IsNull() {
			values[name] = value
		}
	}
	return tftypes.NewValue(config.Type(), values)
}

// Plain converts a value to Go types: string, int64, bool, []any, map[string]any, and nil for null.
func Plain(value tftypes.Value) any {
	if !value.IsKnown() {
		return "(unknown)"
	}
	if value.IsNull() {
		return nil
	}
	kind := value.Type()
	switch {
	case kind.Is(tftypes.String):
		return as[string](value)
	case kind.Is(tftypes.Bool):
		return as[bool](value)
	case kind.Is(tftypes.Number):
		number := as[big.Float](value)
		whole, _ := number.Int64()
		return whole
	case kind.Is(tftypes.Object{}) || kind.Is(tftypes.Map{}):
		plains := map[string]any{}
		for name, element := range as[map[string]tftypes.Value](value) {
			plains[name] = Plain(element)
		}
		return plains
	default:
		plains := []any{}
		for _, element := range as[[]tftypes.Value](value) {
			plains = append(plains, Plain(element))
		}
		return plains
	}
}

func as[T any](value tftypes.Value) (target T) {
	if err := value.As(&target); err != nil {
		panic(err)
	}
	return target
}

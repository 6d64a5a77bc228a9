package provider

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// silence is what it means that an answer about a whole webhook lacks a value.
type silence int

const (
	// notTold means that the webhook has one, and what is known of it stays.
	notTold silence = iota
	// none means that the webhook has none.
	none
)

// kind is how values of one type are sent, read, compared and shown.
type kind[V attr.Value, W any] struct {
	silence silence
	toAPI   func(V) W
	// fromAPI returns null for what an answer does not tell.
	fromAPI func(W) V
	// equal is for values that may be written differently; nil is for those that may not.
	equal func(one, other V) bool
	// words are the value as a message says it.
	words func(V) string
	// unknown is what the API has yet to decide.
	unknown V
}

// anyKind is a [kind] of any type.
type anyKind interface {
	means() silence
	send(value attr.Value) any
	read(told any) attr.Value
	same(one, other attr.Value) bool
	show(value attr.Value) string
	undecided() attr.Value
}

func (k kind[V, W]) means() silence { return k.silence }

func (k kind[V, W]) send(value attr.Value) any { return k.toAPI(as[V](value)) }

func (k kind[V, W]) read(told any) attr.Value { return k.fromAPI(as[W](told)) }

func (k kind[V, W]) same(one, other attr.Value) bool {
	return one.Equal(other) || k.equal != nil && k.equal(as[V](one), as[V](other))
}

func (k kind[V, W]) show(value attr.Value) string { return k.words(as[V](value)) }

func (k kind[V, W]) undecided() attr.Value { return k.unknown }

// as is the value in the type that the table says it has.
func as[T any](value any) T {
	typed, _ := value.(T)
	return typed
}

var (
	text = kind[types.String, *string]{
		toAPI:   types.String.ValueStringPointer,
		fromAPI: types.StringPointerValue,
		words:   shownText,
		unknown: types.StringUnknown(),
	}
	address = kind[types.String, *string]{
		toAPI:   text.toAPI,
		fromAPI: text.fromAPI,
		equal:   sameAddress,
		words:   shownAddress,
		unknown: text.unknown,
	}
	number = kind[types.Int64, *int64]{
		toAPI:   types.Int64.ValueInt64Pointer,
		fromAPI: types.Int64PointerValue,
		words:   types.Int64.String,
		unknown: types.Int64Unknown(),
	}
	eventSet = kind[types.Set, []string]{
		toAPI:   eventNames,
		fromAPI: eventsValue,
		words:   shownEvents,
		unknown: types.SetUnknown(types.StringType),
	}
)

// shownText tells an empty text from none.
func shownText(text types.String) string {
	switch {
	case text.IsNull():
		return "nothing"
	case text.ValueString() == "" || strings.ContainsFunc(text.ValueString(), func(r rune) bool { return !unicode.IsPrint(r) }):
		return strconv.Quote(text.ValueString())
	}
	return text.ValueString()
}

func shownEvents(events types.Set) string { return strings.Join(eventNames(events), ", ") }

func shownAddress(url types.String) string { return cakemail.DisplayURL(url.ValueString()) }

func sameAddress(one, other types.String) bool {
	return one.ValueString() != "" && cakemail.SameURL(one.ValueString(), other.ValueString())
}

// eventsValue is null for no events, since every webhook has one.
func eventsValue(events []string) types.Set {
	if len(events) == 0 {
		return types.SetNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(events))
	for _, event := range events {
		elements = append(elements, types.StringValue(event))
	}
	return types.SetValueMust(types.StringType, elements)
}

func eventNames(events types.Set) []string {
	var names []string
	for _, element := range events.Elements() {
		if name, ok := element.(types.String); ok {
			names = append(names, name.ValueString())
		}
	}
	slices.Sort(names)
	return names
}

// known tells whether a value is known with all that is in it.
func known(value attr.Value) bool {
	raw, err := value.ToTerraformValue(context.Background())
	return err == nil && raw.IsFullyKnown()
}

// fieldOf is the field of a struct that a tag names so. Each row of the table has one.
func fieldOf(pointer any, tag, name string) reflect.Value {
	value := reflect.ValueOf(pointer).Elem()
	for index := range value.NumField() {
		if named, _, _ := strings.Cut(value.Type().Field(index).Tag.Get(tag), ","); named == name {
			return value.Field(index)
		}
	}
	panic("no field of " + value.Type().String() + " is tagged " + tag + ":" + name)
}

func setField(pointer any, tag, name string, value any) {
	fieldOf(pointer, tag, name).Set(reflect.ValueOf(value))
}

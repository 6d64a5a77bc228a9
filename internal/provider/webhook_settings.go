package provider

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// webhookSettings are the attributes in every view of a webhook.
type webhookSettings struct {
	ID              types.String `tfsdk:"id"`
	URL             types.String `tfsdk:"url"`
	Events          types.Set    `tfsdk:"events"`
	RateLimit       types.Int64  `tfsdk:"rate_limit"`
	RateLimitPeriod types.String `tfsdk:"rate_limit_period"`
	Archived        types.Bool   `tfsdk:"archived"`
}

// settings are the attributes that are sent to the API and read back. Messages follow this order.
var settings = []setting{
	{name: "events", of: types.SetType{ElemType: types.StringType}, change: byReplacement, same: sameEvents},
	{name: "url", of: types.StringType, change: inPlace, same: sameAddress, words: addressInWords},
	{name: "rate_limit", of: types.Int64Type, change: inPlace},
	{name: "rate_limit_period", of: types.StringType, change: inPlace},
}

// setting is a row of [settings].
type setting struct {
	// name is the attribute's name, and the client's name in JSON.
	name string
	// of is the type of the values. The framework converts between it and the client's type.
	of      attr.Type
	change  change
	silence silence
	// same compares values that have several spellings; nil means that they have one.
	same func(one, other attr.Value) bool
	// words are the value in a message; nil means [inWords].
	words func(attr.Value) string
}

// change says how an attribute changes if the API can change webhooks. If it cannot, every change is a replacement.
type change bool

const inPlace, byReplacement change = true, false

// silence is what it means if an answer about a whole webhook lacks a value: the webhook has none, or it has one
// that is not told, and what is known stays.
type silence bool

const none, notTold silence = true, false

// in returns the attribute's value.
func (s setting) in(m webhookSettings) attr.Value {
	value, _ := reflect.TypeAssert[attr.Value](fieldOf(&m, "tfsdk", s.name))
	return value
}

// put sets the attribute to a value of its type.
func (s setting) put(m *webhookSettings, value attr.Value) {
	fieldOf(m, "tfsdk", s.name).Set(reflect.ValueOf(value))
}

// send copies a known value into the request to the API; null becomes nil.
func (s setting) send(m webhookSettings, to *cakemail.Settings) {
	if value := s.in(m); known(value) {
		tfsdk.ValueAs(context.Background(), value, fieldOf(to, "json", s.name).Addr().Interface())
	}
}

// told returns the value in an answer, or null.
func (s setting) told(answer cakemail.Settings) attr.Value {
	var value attr.Value
	tfsdk.ValueFrom(context.Background(), fieldOf(&answer, "json", s.name).Interface(), s.of, &value)
	return value
}

// after returns the value after an answer, in the spelling known before if both mean the same. It is null if
// nobody tells it.
func (s setting) after(before, told attr.Value, isWhole bool) attr.Value {
	isSilent := told.IsNull() && (s.silence == notTold || !isWhole)
	if before.IsNull() || before.IsUnknown() || !isSilent && !s.areSame(told, before) {
		return told
	}
	return before
}

func (s setting) areSame(one, other attr.Value) bool {
	return one.Equal(other) || s.same != nil && s.same(one, other)
}

func (s setting) differs(one, other webhookSettings) bool { return !s.areSame(s.in(one), s.in(other)) }

// show returns the value as a message shows it.
func (s setting) show(m webhookSettings) string {
	switch {
	case cakemail.IsSecret(s.name):
		return "(a secret)"
	case s.words != nil:
		return s.words(s.in(m))
	}
	return inWords(s.in(m))
}

// isUntold reports whether the value is missing although every webhook has one.
func (s setting) isUntold(m webhookSettings) bool { return s.in(m).IsNull() && s.silence == notTold }

// hasUnknown reports whether the API still has to tell a value.
func (m webhookSettings) hasUnknown() bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.in(m).IsUnknown() })
}

// isPartial reports whether a setting is missing.
func (m webhookSettings) isPartial() bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.isUntold(m) })
}

// leaveUntold leaves missing settings to the API.
func (m *webhookSettings) leaveUntold() {
	ctx := context.Background()
	for _, setting := range settings {
		if setting.isUntold(*m) {
			unknown, _ := setting.of.ValueFromTerraform(ctx, tftypes.NewValue(setting.of.TerraformType(ctx), tftypes.UnknownValue))
			setting.put(m, unknown)
		}
	}
}

// keepEqual takes the other's spelling of equal values, but in a plan, null does not replace a value from the
// configuration.
func (m *webhookSettings) keepEqual(other webhookSettings) {
	for _, setting := range settings {
		if value := setting.in(other); !setting.differs(*m, other) && (!value.IsNull() || setting.in(*m).IsNull()) {
			setting.put(m, value)
		}
	}
}

// asked returns the values that the plan requests for a new webhook.
func (m webhookSettings) asked() cakemail.Settings {
	var asked cakemail.Settings
	for _, setting := range settings {
		setting.send(m, &asked)
	}
	return asked
}

// changesFrom returns the differing values that the API can change in place.
func (m webhookSettings) changesFrom(state webhookSettings) cakemail.Settings {
	var changes cakemail.Settings
	for _, setting := range settings {
		if setting.change == inPlace && setting.differs(m, state) {
			setting.send(m, &changes)
		}
	}
	return changes
}

// replacing returns the settings whose change needs a new webhook: the developer guide has no call that changes
// one.
func (m webhookSettings) replacing(state webhookSettings, form cakemail.Form) []string {
	var names []string
	for _, setting := range settings {
		if setting.differs(m, state) && (setting.change == byReplacement || form == cakemail.FormGuide) {
			names = append(names, setting.name)
		}
	}
	return names
}

// disagreements returns the settings whose value in the API differs from the plan.
func (m webhookSettings) disagreements(actual webhookSettings) []setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s setting) bool { return s.in(m).IsUnknown() || !s.differs(m, actual) })
}

// inWords distinguishes an empty text from none.
func inWords(value attr.Value) string {
	text, isText := value.(types.String)
	events, isEvents := value.(types.Set)
	switch {
	case value.IsNull():
		return "nothing"
	case isEvents:
		return strings.Join(eventNames(events), ", ")
	case !isText:
		return value.String()
	case text.ValueString() == "" || strings.ContainsFunc(text.ValueString(), func(r rune) bool { return !unicode.IsPrint(r) }):
		return strconv.Quote(text.ValueString())
	}
	return text.ValueString()
}

func addressInWords(url attr.Value) string { return cakemail.DisplayURL(textIn(url)) }

func sameAddress(one, other attr.Value) bool {
	return textIn(one) != "" && cakemail.SameURL(textIn(one), textIn(other))
}

func sameEvents(one, other attr.Value) bool {
	these, areEvents := one.(types.Set)
	those, _ := other.(types.Set)
	return areEvents && known(one) && known(other) && cakemail.SameEvents(eventNames(these), eventNames(those))
}

// textIn returns the text, or "" if there is none.
func textIn(value attr.Value) string {
	text, _ := value.(types.String)
	return text.ValueString()
}

func eventNames(events types.Set) []string {
	var names []string
	for _, element := range events.Elements() {
		names = append(names, textIn(element))
	}
	slices.Sort(names)
	return names
}

// known reports whether a value and everything in it is known.
func known(value attr.Value) bool {
	raw, err := value.ToTerraformValue(context.Background())
	return err == nil && raw.IsFullyKnown()
}

// fieldOf returns the struct field with this tag. Each row of the table has one.
func fieldOf(pointer any, tag, name string) reflect.Value {
	value := reflect.ValueOf(pointer).Elem()
	for index := range value.NumField() {
		if named, _, _ := strings.Cut(value.Type().Field(index).Tag.Get(tag), ","); named == name {
			return value.Field(index)
		}
	}
	panic("no field of " + value.Type().String() + " is tagged " + tag + ":" + name)
}

package provider

import (
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// webhookSettings are the attributes that every view of a webhook has.
type webhookSettings struct {
	ID              types.String `tfsdk:"id"`
	URL             types.String `tfsdk:"url"`
	Events          types.Set    `tfsdk:"events"`
	RateLimit       types.Int64  `tfsdk:"rate_limit"`
	RateLimitPeriod types.String `tfsdk:"rate_limit_period"`
	Archived        types.Bool   `tfsdk:"archived"`
}

// settings are the attributes that are sent to the API and read back. Messages follow their order.
var settings = []setting{
	{name: "events", change: byReplacement, kind: eventSet},
	{name: "url", change: inPlace, kind: address},
	{name: "rate_limit", change: inPlace, kind: number},
	{name: "rate_limit_period", change: inPlace, kind: text},
}

// setting is a row of [settings].
type setting struct {
	// name is the attribute's, and the client's in JSON.
	name   string
	change change
	kind   anyKind
}

// change is how an attribute changes where the API can change webhooks; where it
// cannot, every change is a replacement.
type change bool

const inPlace, byReplacement change = true, false

// in is the attribute's value.
func (s setting) in(m webhookSettings) attr.Value {
	value, _ := reflect.TypeAssert[attr.Value](fieldOf(&m, "tfsdk", s.name))
	return value
}

// put gives the attribute a value of its own type.
func (s setting) put(m *webhookSettings, value attr.Value) { setField(m, "tfsdk", s.name, value) }

// differs compares two models; equal URLs may be written differently.
func (s setting) differs(one, other webhookSettings) bool {
	return !s.kind.same(s.in(one), s.in(other))
}

// show is the value as a message says it.
func (s setting) show(m webhookSettings) string {
	if cakemail.IsSecret(s.name) {
		return "(a secret)"
	}
	return s.kind.show(s.in(m))
}

// send copies a known value into what is asked of the API, where null is nil.
func (s setting) send(m webhookSettings, to *cakemail.Settings) {
	if value := s.in(m); known(value) && !value.IsNull() {
		setField(to, "json", s.name, s.kind.send(value))
	}
}

// told is what an answer tells, null where it is silent.
func (s setting) told(answer cakemail.Settings) attr.Value {
	return s.kind.read(fieldOf(&answer, "json", s.name).Interface())
}

// isTold tells whether the answer leaves nothing open, be it by its silence.
func (s setting) isTold(answer cakemail.Settings) bool {
	return !s.told(answer).IsNull() || s.kind.means() == none && answer.IsWhole()
}

// after is the value once an answer has come, given what was known before.
func (s setting) after(before attr.Value, answer cakemail.Settings, isWhole bool) attr.Value {
	return after(s.kind, before, s.told(answer), isWhole)
}

// after keeps the spelling of what means the same. What nobody tells is null.
func after(kind anyKind, before, told attr.Value, isWhole bool) attr.Value {
	isSilent := told.IsNull() && (kind.means() == notTold || !isWhole)
	if before.IsNull() || before.IsUnknown() || !isSilent && !kind.same(told, before) {
		return told
	}
	return before
}

// toldBy are the settings that an answer tells, and null for the others.
func toldBy(answer cakemail.Settings) webhookSettings {
	var told webhookSettings
	for _, setting := range settings {
		setting.put(&told, setting.told(answer))
	}
	return told
}

// hasUnknown tells whether a value is still to be learned from the API.
func (m webhookSettings) hasUnknown() bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.in(m).IsUnknown() })
}

// areToldBy tells whether the answer has everything that is still to be learned.
func (m webhookSettings) areToldBy(answer cakemail.Settings) bool {
	return !slices.ContainsFunc(settings, func(s setting) bool { return s.in(m).IsUnknown() && !s.isTold(answer) })
}

// keepEqual keeps the state's spelling of what does not differ from it.
func (m *webhookSettings) keepEqual(state webhookSettings) {
	for _, setting := range settings {
		if !setting.differs(*m, state) {
			setting.put(m, setting.in(state))
		}
	}
}

// isUntold tells whether the value is missing although every webhook has one.
func (s setting) isUntold(m webhookSettings) bool {
	return s.in(m).IsNull() && s.kind.means() == notTold
}

// isPartial tells whether a setting is missing.
func (m webhookSettings) isPartial() bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.isUntold(m) })
}

// leaveUntold leaves to the API what is missing.
func (m *webhookSettings) leaveUntold() {
	for _, setting := range settings {
		if setting.isUntold(*m) {
			setting.put(m, setting.kind.undecided())
		}
	}
}

// asked are the values that the plan asks for, of a new webhook.
func (m webhookSettings) asked() cakemail.Settings {
	var asked cakemail.Settings
	for _, setting := range settings {
		setting.send(m, &asked)
	}
	return asked
}

// changesFrom are the values that the API can change in place and that differ.
func (m webhookSettings) changesFrom(state webhookSettings) cakemail.Settings {
	var changes cakemail.Settings
	for _, setting := range settings {
		if setting.change == inPlace && setting.differs(m, state) {
			setting.send(m, &changes)
		}
	}
	return changes
}

// replacing names the settings whose change needs a new webhook: the developer
// guide knows no call that changes one.
func (m webhookSettings) replacing(state webhookSettings, form cakemail.Form) []string {
	var names []string
	for _, setting := range settings {
		if setting.differs(m, state) && (setting.change == byReplacement || form == cakemail.FormGuide) {
			names = append(names, setting.name)
		}
	}
	return names
}

// disagreements are the settings of which the API holds another value than the
// plan asked for.
func (m webhookSettings) disagreements(actual webhookSettings) []setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s setting) bool { return s.in(m).IsUnknown() || !s.differs(m, actual) })
}

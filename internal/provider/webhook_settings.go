package provider

import (
	"slices"
	"strings"
	"unicode"

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

// settings are the attributes that are sent to the API and read back: each with its
// place in the model and in the client, and how it changes.
var settings = []setting{
	row("events", byReplacement, eventSet,
		func(m *webhookSettings) *types.Set { return &m.Events }, func(s *cakemail.Settings) *[]string { return &s.Events }),
	row("url", inPlace, address,
		func(m *webhookSettings) *types.String { return &m.URL }, func(s *cakemail.Settings) **string { return &s.URL }),
	row("rate_limit", inPlace, number,
		func(m *webhookSettings) *types.Int64 { return &m.RateLimit }, func(s *cakemail.Settings) **int64 { return &s.RateLimit }),
	row("rate_limit_period", inPlace, text,
		func(m *webhookSettings) *types.String { return &m.RateLimitPeriod }, func(s *cakemail.Settings) **string { return &s.RateLimitPeriod }),
}

// change is how an attribute changes where the API can change webhooks; where it
// cannot, every change is a replacement.
type change bool

const inPlace, byReplacement change = true, false

// setting is a row of [settings].
type setting struct {
	name   string
	change change
	// value is the attribute's value in the model.
	value func(webhookSettings) attr.Value
	// differs compares two models; equal URLs may be written differently.
	differs func(one, other webhookSettings) bool
	// show is the value as a message says it.
	show func(webhookSettings) string
	// send copies a known value into what is asked of the API.
	send func(webhookSettings, *cakemail.Settings)
	// record overlays what an answer tells.
	record func(*webhookSettings, cakemail.Settings)
	// settle makes what no answer told null, of the attribute's own type.
	settle func(*webhookSettings)
	// leave makes what is null unknown: the API decides.
	leave func(*webhookSettings)
	// keep takes the value from the other model.
	keep func(m *webhookSettings, other webhookSettings)
}

// kind is how values of one type are sent, read, compared and shown.
type kind[V attr.Value, W any] struct {
	send func(V) W
	// read returns null for what an answer does not tell.
	read func(W) V
	same func(one, other V) bool
	show func(V) string
	// unknown is what the API has yet to decide.
	unknown V
}

var (
	text     = kind[types.String, *string]{types.String.ValueStringPointer, types.StringPointerValue, equal[types.String], shownText, types.StringUnknown()}
	number   = kind[types.Int64, *int64]{types.Int64.ValueInt64Pointer, types.Int64PointerValue, equal[types.Int64], types.Int64.String, types.Int64Unknown()}
	eventSet = kind[types.Set, []string]{eventNames, eventsValue, equal[types.Set], shownEvents, types.SetUnknown(types.StringType)}
	address  = kind[types.String, *string]{text.send, text.read, sameAddress, shownAddress, text.unknown}
)

// shownText tells an empty text from none.
func shownText(text types.String) string {
	switch {
	case text.IsNull():
		return "nothing"
	case text.ValueString() == "" || strings.ContainsFunc(text.ValueString(), func(r rune) bool { return !unicode.IsPrint(r) }):
		return quoteShort(text.ValueString())
	}
	return text.ValueString()
}

func shownEvents(events types.Set) string { return strings.Join(eventNames(events), ", ") }

func shownAddress(url types.String) string { return cakemail.DisplayURL(url.ValueString()) }

func equal[V attr.Value](one, other V) bool { return one.Equal(other) }

func sameAddress(one, other types.String) bool {
	return one.Equal(other) || one.ValueString() != "" && cakemail.SameURL(one.ValueString(), other.ValueString())
}

func row[V attr.Value, W any](name string, change change, of kind[V, W], attribute func(*webhookSettings) *V, asked func(*cakemail.Settings) *W) setting {
	return setting{
		name: name, change: change,
		value:   func(m webhookSettings) attr.Value { return *attribute(&m) },
		differs: func(one, other webhookSettings) bool { return !of.same(*attribute(&one), *attribute(&other)) },
		show:    func(m webhookSettings) string { return of.show(*attribute(&m)) },
		send: func(m webhookSettings, to *cakemail.Settings) {
			if value := *attribute(&m); !value.IsUnknown() {
				*asked(to) = of.send(value)
			}
		},
		record: func(m *webhookSettings, from cakemail.Settings) {
			if told := of.read(*asked(&from)); !told.IsNull() && !of.same(told, *attribute(m)) {
				*attribute(m) = told
			}
		},
		settle: func(m *webhookSettings) {
			if value := *attribute(m); value.IsUnknown() || value.IsNull() {
				*attribute(m) = of.read(*new(W))
			}
		},
		leave: func(m *webhookSettings) {
			if value := *attribute(m); value.IsNull() {
				*attribute(m) = of.unknown
			}
		},
		keep: func(m *webhookSettings, other webhookSettings) { *attribute(m) = *attribute(&other) },
	}
}

// record overlays what an answer tells; where it is silent, the value stays.
func (m *webhookSettings) record(webhook cakemail.Webhook) {
	m.ID = types.StringValue(webhook.ID)
	for _, setting := range settings {
		setting.record(m, webhook.Settings)
	}
	if webhook.Archived != nil {
		m.Archived = types.BoolValue(*webhook.Archived)
	}
}

// assumeActive is for a webhook of which no answer tells whether it is archived.
func (m *webhookSettings) assumeActive() {
	if m.Archived.IsNull() {
		m.Archived = types.BoolValue(false)
	}
}

// hasUnknown tells whether a value is still to be learned from the API.
func (m webhookSettings) hasUnknown() bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.value(m).IsUnknown() })
}

// settled turns what no answer told into null.
func (m webhookSettings) settled() webhookSettings {
	for _, setting := range settings {
		setting.settle(&m)
	}
	return m
}

// keepEqual keeps the state's spelling of what does not differ from it.
func (m *webhookSettings) keepEqual(state webhookSettings) {
	for _, setting := range settings {
		if !setting.differs(*m, state) {
			setting.keep(m, state)
		}
	}
}

// keepChanged takes what a change in place asked for, which no answer may tell.
func (m *webhookSettings) keepChanged(plan webhookSettings) {
	for _, setting := range settings {
		if setting.change == inPlace && !setting.value(plan).IsUnknown() {
			setting.keep(m, plan)
		}
	}
}

// keepUnset keeps the plan's value of what the configuration leaves to the API:
// Terraform insists on it, and the next refresh takes what the API holds.
func (m *webhookSettings) keepUnset(config, plan webhookSettings) {
	for _, setting := range settings {
		if setting.value(config).IsNull() && !setting.value(plan).IsUnknown() {
			setting.keep(m, plan)
		}
	}
}

// isPartial tells whether a setting is null.
func (m webhookSettings) isPartial() bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.value(m).IsNull() })
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
	return slices.DeleteFunc(slices.Clone(settings), func(s setting) bool { return s.value(m).IsUnknown() || !s.differs(m, actual) })
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

// known tells whether every event is known, so that they can be counted.
func known(events types.Set) bool {
	return !events.IsUnknown() && !slices.ContainsFunc(events.Elements(), attr.Value.IsUnknown)
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

package provider

import (
	"slices"
	"strings"

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

// webhookModel is a webhook with its secret, in the account it belongs to.
type webhookModel struct {
	webhookSettings
	AccountID    types.Int64  `tfsdk:"account_id"`
	Secret       types.String `tfsdk:"secret"`
	HashFunction types.String `tfsdk:"hash_function"`
}

// webhookResourceModel is the resource: a webhook, and how its secret is kept.
type webhookResourceModel struct {
	webhookModel
	StoreSecret types.Bool `tfsdk:"store_secret"`
}

// webhookIdentityModel is what identifies a webhook across configurations.
type webhookIdentityModel struct {
	ID        types.String `tfsdk:"id"`
	AccountID types.Int64  `tfsdk:"account_id"`
}

func (m webhookModel) identity() webhookIdentityModel {
	return webhookIdentityModel{ID: m.ID, AccountID: m.AccountID}
}

// account is the number of the account, 0 for the credentials' own.
func (m webhookModel) account() int64 { return m.AccountID.ValueInt64() }

// record overlays what an answer tells; where it is silent, the value stays.
func (m *webhookSettings) record(webhook cakemail.Webhook) {
	m.ID = types.StringValue(webhook.ID)
	if webhook.URL != "" && !cakemail.SameURL(m.URL.ValueString(), webhook.URL) {
		m.URL = types.StringValue(webhook.URL)
	}
	if len(webhook.Events) > 0 {
		m.Events = eventsValue(webhook.Events)
	}
	if webhook.RateLimit != nil {
		m.RateLimit = types.Int64Value(*webhook.RateLimit)
	}
	if webhook.RateLimitPeriod != "" {
		m.RateLimitPeriod = types.StringValue(webhook.RateLimitPeriod)
	}
	if webhook.Archived != nil {
		m.Archived = types.BoolValue(*webhook.Archived)
	}
}

// record overlays what an answer tells, the secret included.
func (m *webhookModel) record(webhook cakemail.Webhook) {
	m.webhookSettings.record(webhook)
	if webhook.Secret != "" {
		m.Secret = types.StringValue(webhook.Secret)
	}
	if webhook.HashFunction != "" {
		m.HashFunction = types.StringValue(webhook.HashFunction)
	}
}

// record overlays what an answer tells, and the secret only where it may be kept.
func (m *webhookResourceModel) record(webhook cakemail.Webhook) {
	m.webhookModel.record(webhook)
	if !m.StoreSecret.ValueBool() {
		m.Secret = types.StringNull()
	}
}

// hasUnknown tells whether a value is still to be learned from the API.
func (m webhookModel) hasUnknown() bool {
	return slices.ContainsFunc([]attr.Value{m.RateLimit, m.RateLimitPeriod, m.Archived, m.Secret, m.HashFunction}, attr.Value.IsUnknown)
}

// settled turns what no answer told into null, since a state has no unknowns.
func (m webhookResourceModel) settled() webhookResourceModel {
	if m.ID.IsUnknown() {
		m.ID = types.StringNull()
	}
	if m.RateLimit.IsUnknown() {
		m.RateLimit = types.Int64Null()
	}
	if m.RateLimitPeriod.IsUnknown() {
		m.RateLimitPeriod = types.StringNull()
	}
	if m.Secret.IsUnknown() {
		m.Secret = types.StringNull()
	}
	if m.HashFunction.IsUnknown() {
		m.HashFunction = types.StringNull()
	}
	return m
}

// spec is the new webhook that the plan asks for.
func (m webhookSettings) spec() cakemail.Spec {
	return cakemail.Spec{
		URL:             m.URL.ValueString(),
		Events:          eventNames(m.Events),
		RateLimit:       knownInt64(m.RateLimit),
		RateLimitPeriod: knownString(m.RateLimitPeriod),
	}
}

// changesFrom are the values that the API can change in place and that differ.
func (m webhookSettings) changesFrom(state webhookSettings) cakemail.Changes {
	var changes cakemail.Changes
	if !m.URL.Equal(state.URL) {
		changes.URL = knownString(m.URL)
	}
	if !m.RateLimit.Equal(state.RateLimit) {
		changes.RateLimit = knownInt64(m.RateLimit)
	}
	if !m.RateLimitPeriod.Equal(state.RateLimitPeriod) {
		changes.RateLimitPeriod = knownString(m.RateLimitPeriod)
	}
	return changes
}

// disagreements names the attributes of which the API holds another value than
// the plan asked for.
func (m webhookSettings) disagreements(actual webhookSettings) []string {
	var names []string
	for _, pair := range []struct {
		name             string
		planned, current attr.Value
	}{
		{"url", m.URL, actual.URL},
		{"events", m.Events, actual.Events},
		{"rate_limit", m.RateLimit, actual.RateLimit},
		{"rate_limit_period", m.RateLimitPeriod, actual.RateLimitPeriod},
	} {
		if !pair.planned.IsUnknown() && !pair.planned.Equal(pair.current) {
			names = append(names, pair.name)
		}
	}
	return names
}

func knownInt64(value types.Int64) *int64 {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return value.ValueInt64Pointer()
}

func knownString(value types.String) *string {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return value.ValueStringPointer()
}

func eventsValue(events []string) types.Set {
	elements := make([]attr.Value, 0, len(events))
	for _, event := range events {
		elements = append(elements, types.StringValue(event))
	}
	return types.SetValueMust(types.StringType, elements)
}

func eventNames(events types.Set) []string {
	names := make([]string, 0, len(events.Elements()))
	for _, element := range events.Elements() {
		if name, ok := element.(types.String); ok {
			names = append(names, name.ValueString())
		}
	}
	slices.Sort(names)
	return names
}

// describe shows a value of the attribute in a message.
func (m webhookModel) describe(name string) string {
	switch name {
	case "url":
		return cakemail.DisplayURL(m.URL.ValueString())
	case "events":
		return strings.Join(eventNames(m.Events), ", ")
	case "rate_limit":
		return m.RateLimit.String()
	default:
		return m.RateLimitPeriod.ValueString()
	}
}

package provider

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

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

// ref names the webhook for a call; created is zero where that is not remembered.
func (m webhookModel) ref(created time.Time) cakemail.Ref {
	return cakemail.Ref{Account: m.account(), ID: m.ID.ValueString(), Created: created}
}

// account is the number of the account, 0 for the credentials' own.
func (m webhookModel) account() int64 { return m.AccountID.ValueInt64() }

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

// refresh is record for a webhook that was known before: an API that takes one
// event per webhook tells one, also of a webhook that has more.
func (m *webhookResourceModel) refresh(webhook cakemail.Webhook) {
	events := m.Events
	m.record(webhook)
	if webhook.Form == cakemail.FormReference && len(webhook.Events) == 1 && slices.Contains(eventNames(events), webhook.Events[0]) {
		m.Events = events
	}
}

// hasUnknown tells whether a value is still to be learned from the API.
func (m webhookModel) hasUnknown() bool {
	return m.webhookSettings.hasUnknown() || m.Secret.IsUnknown() || m.HashFunction.IsUnknown()
}

// settled turns what no answer told into null, since a state has no unknowns.
func (m webhookResourceModel) settled() webhookResourceModel {
	m.webhookSettings = m.webhookSettings.settled()
	for _, value := range []*types.String{&m.ID, &m.Secret, &m.HashFunction} {
		if value.IsUnknown() {
			*value = types.StringNull()
		}
	}
	return m
}

// setState writes the model and, where Terraform knows identities, its identity.
func setState(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, model webhookResourceModel, diags *diag.Diagnostics) {
	model = model.settled()
	diags.Append(state.Set(ctx, model)...)
	if identity != nil {
		diags.Append(identity.Set(ctx, model.identity())...)
	}
}

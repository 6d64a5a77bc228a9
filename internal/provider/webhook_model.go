package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// webhookModel is a webhook with its secret and account.
type webhookModel struct {
	webhookSettings
	AccountID    types.Int64  `tfsdk:"account_id"`
	Secret       types.String `tfsdk:"secret"`
	HashFunction types.String `tfsdk:"hash_function"`
}

// webhookResourceModel is the resource: a webhook, and whether to store its secret.
type webhookResourceModel struct {
	webhookModel
	StoreSecret types.Bool `tfsdk:"store_secret"`
}

// webhookIdentityModel identifies a webhook across configurations.
type webhookIdentityModel struct {
	ID        types.String `tfsdk:"id"`
	AccountID types.Int64  `tfsdk:"account_id"`
}

func (m webhookModel) identity() webhookIdentityModel {
	return webhookIdentityModel{ID: m.ID, AccountID: m.AccountID}
}

// ref names the webhook for a call; created is zero if not remembered.
func (m webhookModel) ref(created time.Time) cakemail.Ref {
	return cakemail.Ref{Account: m.account(), ID: m.ID.ValueString(), Created: created}
}

// webhook is the webhook as far as the model tells.
func (m webhookModel) webhook() cakemail.Webhook {
	return cakemail.Webhook{ID: m.ID.ValueString(), Settings: m.asked(), Secret: m.Secret.ValueString()}
}

// account is the number of the account, or 0 for the account of the credentials.
func (m webhookModel) account() int64 { return m.AccountID.ValueInt64() }

// hasUnknown reports whether the API still has to tell a value.
func (m webhookModel) hasUnknown() bool {
	return m.webhookSettings.hasUnknown() || m.Secret.IsUnknown() || m.HashFunction.IsUnknown()
}

// knowledge is what is known about a webhook when an answer comes.
type knowledge struct {
	// webhook is the state, or the plan of a webhook that is being made.
	webhook webhookResourceModel
	// isSaved means that webhook is a state, so the API has told it before.
	isSaved bool
	// config and plan belong to an update, else they are nil.
	config, plan *webhookSettings
	// isChanged means that the answer is to the planned change in place, isSettled that it is to a later call,
	// which may know less.
	isChanged, isSettled bool
}

// after returns the state after the answer. What no answer told is null, or not archived. The secret is kept only
// where it may be stored. Each setting is the first of these:
//
//  1. the plan's value, if the configuration leaves it to the API and the plan knows it: Terraform requires that,
//     and the next refresh takes the API's value;
//  2. the answer's value, in the spelling known before if both mean the same;
//  3. the plan's value, if the setting was just changed in place;
//  4. the value known before.
func (k knowledge) after(answer cakemail.Webhook) webhookResourceModel {
	state := k.webhook
	state.ID = toldText(answer.ID, k.webhook.ID)
	state.HashFunction = toldText(answer.HashFunction, k.webhook.HashFunction)
	state.Secret = types.StringNull()
	if k.webhook.StoreSecret.ValueBool() {
		state.Secret = toldText(answer.Secret, k.webhook.Secret)
	}
	state.Archived = types.BoolValue(k.webhook.Archived.ValueBool())
	if answer.Archived != nil {
		state.Archived = types.BoolValue(*answer.Archived)
	}
	isWhole := answer.IsWhole()
	if len(answer.Events) == 0 || k.isOneOfSeveral(answer) {
		// Every webhook has events.
		answer.Events = nil
	}
	for _, setting := range settings {
		if k.isSettled {
			break
		}
		value := setting.after(k.before(setting), setting.told(answer.Settings), isWhole)
		if k.insists(setting) {
			value = setting.in(*k.plan)
		}
		setting.put(&state.webhookSettings, value)
	}
	return state
}

// before returns what is known of the setting without the answer.
func (k knowledge) before(setting setting) attr.Value {
	if k.isChanged && setting.change == inPlace && !setting.in(*k.plan).IsUnknown() {
		return setting.in(*k.plan)
	}
	return setting.in(k.webhook.webhookSettings)
}

// insists reports whether Terraform requires the plan's value although no argument sets it.
func (k knowledge) insists(setting setting) bool {
	return k.config != nil && setting.in(*k.config).IsNull() && !setting.in(*k.plan).IsUnknown()
}

// isOneOfSeveral reports whether an API that takes one event per webhook shows one of a webhook's several.
func (k knowledge) isOneOfSeveral(answer cakemail.Webhook) bool {
	return k.isSaved && answer.Form == cakemail.FormReference && len(answer.Events) == 1 &&
		cakemail.Settings{Events: eventNames(k.webhook.Events)}.HasEvent(answer.Events[0])
}

func toldText(told string, before types.String) types.String {
	switch {
	case told != "":
		return types.StringValue(told)
	case before.IsUnknown():
		return types.StringNull()
	}
	return before
}

// listed is a webhook as a list shows it, without any secret.
func listed(webhook cakemail.Webhook) webhookResourceModel {
	webhook.Settings, webhook.Secret = webhook.Public(), ""
	return knowledge{webhook: webhookResourceModel{StoreSecret: types.BoolValue(true)}}.after(webhook)
}

// setState writes the model and, if Terraform knows identities, its identity.
func setState(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, model webhookResourceModel, diags *diag.Diagnostics) {
	diags.Append(state.Set(ctx, model)...)
	if identity != nil {
		diags.Append(identity.Set(ctx, model.identity())...)
	}
}

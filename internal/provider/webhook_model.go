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

// hasUnknown tells whether a value is still to be learned from the API.
func (m webhookModel) hasUnknown() bool {
	return m.webhookSettings.hasUnknown() || m.Secret.IsUnknown() || m.HashFunction.IsUnknown()
}

// knowledge is what there is to know of a webhook when an answer comes.
type knowledge struct {
	// webhook is what the state holds, or what is planned of a webhook that is being made.
	webhook webhookResourceModel
	// isSaved tells that it is a state: the API has told it before.
	isSaved bool
	// config and plan are those of an update, else nil.
	config, plan *webhookSettings
	// isChanged tells that the answer is to the change in place that the plan asked for, and
	// isSettled that it is to what comes after that, which may know less.
	isChanged, isSettled bool
}

// after is the state once the answer has come. What no answer told is null there, or not
// archived. The secret is only kept where it may be, and each setting is the first of these:
//
//  1. the plan's value, where the configuration leaves it to the API and the plan knows it:
//     Terraform insists on it, and the next refresh takes what the API holds;
//  2. what the answer tells, in the spelling known before where both mean the same;
//  3. what the plan asked for, where it is changed in place by now;
//  4. what was known before.
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
		// Every webhook has some.
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

// before is what is known of the setting without the answer.
func (k knowledge) before(setting setting) attr.Value {
	if k.isChanged && setting.change == inPlace && !setting.in(*k.plan).IsUnknown() {
		return setting.in(*k.plan)
	}
	return setting.in(k.webhook.webhookSettings)
}

// insists tells whether Terraform takes no other value than the plan's, which no argument asks for.
func (k knowledge) insists(setting setting) bool {
	return k.config != nil && setting.in(*k.config).IsNull() && !setting.in(*k.plan).IsUnknown()
}

// isOneOfSeveral tells whether an API that takes one event per webhook tells one of a webhook that has more.
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

// listed is a webhook as a list shows it: without anything secret.
func listed(webhook cakemail.Webhook) webhookResourceModel {
	webhook.Settings, webhook.Secret = webhook.Public(), ""
	return knowledge{webhook: webhookResourceModel{StoreSecret: types.BoolValue(true)}}.after(webhook)
}

// setState writes the model and, where Terraform knows identities, its identity.
func setState(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, model webhookResourceModel, diags *diag.Diagnostics) {
	diags.Append(state.Set(ctx, model)...)
	if identity != nil {
		diags.Append(identity.Set(ctx, model.identity())...)
	}
}

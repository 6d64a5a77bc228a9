package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// plannedAccount returns the configured account, else the provider's, else the webhook's current one. While the
// provider's is unknown, a webhook stays where it is: to replace it would change its secret, perhaps for nothing.
// It also stays if the last refresh had another default, so that a saved plan holds as it is.
func (r *webhookResource) plannedAccount(ctx context.Context, config webhookResourceModel, state *webhookResourceModel, private privateReader) types.Int64 {
	inherited := r.connection.account
	refreshed := recall[*int64](ctx, private, privateDefault)
	isOther := refreshed != nil && *refreshed != inherited.ValueInt64()
	switch {
	case !config.AccountID.IsNull():
		return config.AccountID
	case state != nil && (inherited.IsNull() || inherited.IsUnknown() || isOther || recall[bool](ctx, private, privateStays)):
		return state.AccountID
	default:
		return inherited
	}
}

// movesAccount reports whether the plan moves the webhook to another account. If the account is named for the
// first time and the webhook is in it, the webhook stays.
func (r *webhookResource) movesAccount(ctx context.Context, plan, state webhookResourceModel, private privateReader, diags *diag.Diagnostics) bool {
	if plan.AccountID.Equal(state.AccountID) {
		return false
	}
	if !namesAccount(plan, state) {
		return true
	}
	if r.connection.api == nil {
		return false
	}
	about, client := message.Subject{ID: state.ID.ValueString(), Account: plan.account()}, r.connection.api
	_, err := client.Get(ctx, plan.ref(recall[time.Time](ctx, private, privateCreated)))
	isElsewhere := cakemail.IsKind(err, cakemail.Gone)
	if isElsewhere && recall[bool](ctx, private, privateStays) {
		add(diags, message.NotInAccount(about))
		return true
	}
	if isElsewhere {
		// A saved plan that is applied with other credentials finds the webhook nowhere, and must not replace it.
		_, err = client.Get(ctx, state.ref(time.Time{}))
	}
	if err != nil {
		r.connection.report(diags, err, about)
	}
	return isElsewhere
}

// namesAccount reports whether the plan names the account of a webhook from the account of the credentials, which
// can have any number.
func namesAccount(plan, state webhookResourceModel) bool {
	return state.AccountID.IsNull() && plan.account() > 0 && state.ID.ValueString() != ""
}

// replacementAccount returns the account of a replacement. The plan knows where the replaced webhook is, but the
// apply does not, so a webhook whose account is only in the state is not replaced.
func replacementAccount(plan types.Int64, replaced plannedChange, diags *diag.Diagnostics) types.Int64 {
	switch {
	case replaced.Account == nil:
		return plan
	case plan.IsUnknown():
		return types.Int64PointerValue(replaced.Account)
	case plan.IsNull():
		add(diags, message.LeavesAccount(*replaced.Account))
	}
	return plan
}

// isPlannedElsewhere refuses to archive a webhook if its replacement was planned for another default account than
// the provider has now.
func (r *webhookResource) isPlannedElsewhere(planned plannedChange, about message.Subject, diags *diag.Diagnostics) bool {
	account := types.Int64PointerValue(planned.Account)
	if planned.Settings == nil || !planned.Inherits {
		return false
	}
	if account.IsNull() && about.Account > 0 {
		add(diags, message.LeavesAccount(about.Account))
		return true
	}
	if account.Equal(r.connection.account) {
		return false
	}
	add(diags, message.OtherDefault(about, account.ValueInt64(), r.connection.account.ValueInt64()))
	return true
}

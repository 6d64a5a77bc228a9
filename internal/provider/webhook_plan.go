package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// ModifyPlan implements [resource.ResourceWithModifyPlan]. It decides between change in place and replacement, and
// keeps values known that a change in place does not touch.
func (r *webhookResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	var config, plan webhookResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var state *webhookResourceModel
	if !req.State.Raw.IsNull() {
		state = &webhookResourceModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
		if resp.Diagnostics.HasError() {
			return
		}
		r.settleMoved(ctx, req.Private, state)
		if state.StoreSecret.IsNull() {
			plan.leaveUntold()
		}
	}
	plan.AccountID = r.plannedAccount(ctx, config, state, req.Private)
	plan.Secret = plannedSecret(plan, state)
	replaced := recall[plannedChange](ctx, req.Private, privatePlanned)
	switch {
	case state != nil:
		r.planChange(ctx, &plan, *state, req.Private, resp)
	case replaced.Settings != nil:
		plan.AccountID = replacementAccount(plan.AccountID, replaced, &resp.Diagnostics)
		checkOneEvent(plan, formOf(ctx, req.Private), &resp.Diagnostics)
	default:
		r.checkExisting(ctx, plan, false, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	resp.Diagnostics.Append(remember(ctx, resp.Private, privatePlanned, newPlannedChange(config, plan))...)
}

// planDestroy finds what a create of unknown outcome made. Terraform 1.11 plans the destroy of a resource without
// a block before it refreshes it, and the apply sees only what that plan found.
func (r *webhookResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(forget(ctx, resp.Private, privatePlanned)...)
	var state webhookResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || r.connection.api == nil || !state.ID.IsNull() {
		return
	}
	ref, err := findRef(ctx, r.connection.api, state, req.Private)
	switch {
	case err == nil:
		resp.Diagnostics.Append(remember(ctx, resp.Private, privateFound, ref.ID)...)
	case !cakemail.IsKind(err, cakemail.Gone):
		r.connection.report(&resp.Diagnostics, err, state.savedSubject())
	}
}

// planChange plans the change of an existing webhook.
func (r *webhookResource) planChange(
	ctx context.Context,
	plan *webhookResourceModel,
	state webhookResourceModel,
	private privateReader,
	resp *resource.ModifyPlanResponse,
) {
	plan.keepEqual(state.webhookSettings)
	form := formOf(ctx, private)
	replacing := plan.replacing(state.webhookSettings, form)
	if r.movesAccount(ctx, *plan, state, private, &resp.Diagnostics) {
		replacing = append(replacing, "account_id")
	}
	if len(replacing) == 0 && !plan.URL.IsUnknown() && !cakemail.SameHost(plan.URL.ValueString(), state.URL.ValueString()) {
		add(&resp.Diagnostics, message.OtherHost(state.subject(), plan.URL.ValueString()))
	}
	if len(replacing) == 0 || resp.Diagnostics.HasError() {
		return
	}
	if !checkOneEvent(*plan, form, &resp.Diagnostics) {
		return
	}
	for _, name := range replacing {
		resp.RequiresReplace.Append(path.Root(name))
	}
	notIn := int64(0)
	if slices.Contains(replacing, "account_id") && namesAccount(*plan, state) {
		notIn = plan.account()
	}
	add(&resp.Diagnostics, message.Replaced(state.subject(), replacing, notIn))
	r.checkExisting(ctx, *plan, true, &resp.Diagnostics)
}

// checkOneEvent refuses several events if the API takes one, before a webhook is archived for them.
func checkOneEvent(plan webhookResourceModel, form cakemail.Form, diags *diag.Diagnostics) bool {
	if form != cakemail.FormReference || !known(plan.Events) || len(plan.Events.Elements()) <= 1 {
		return true
	}
	add(diags, message.OneEvent(plan.subject()))
	return false
}

// plannedSecret stays the same unless store_secret changes or the webhook is still to be found.
func plannedSecret(plan webhookResourceModel, state *webhookResourceModel) types.String {
	switch {
	case plan.StoreSecret.IsUnknown():
		return types.StringUnknown()
	case !plan.StoreSecret.ValueBool():
		return types.StringNull()
	case state == nil || !state.StoreSecret.ValueBool() || plan.ID.IsUnknown():
		return types.StringUnknown()
	default:
		return state.Secret
	}
}

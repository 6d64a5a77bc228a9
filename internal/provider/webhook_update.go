package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// Update implements [resource.Resource]. Each step that succeeded is in the
// state although a later one fails.
func (r *webhookResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state webhookResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client := r.connection.clientToApply(&resp.Diagnostics)
	if client == nil {
		return
	}
	client.Conceal(state.asked(), state.Secret.ValueString())
	r.settleMoved(ctx, req.Private, &state)
	ctx = createdWhen(ctx, req.Private)
	resp.Diagnostics.Append(forget(ctx, resp.Private, privatePlanned, privateStays, privateMoved)...)
	before := state
	// The plan has seen the webhook in the account that it names for the first time.
	state.AccountID = plan.AccountID
	r.change(ctx, client, plan, &state, &resp.Diagnostics)
	state.keepUnset(config.webhookSettings, plan.webhookSettings)
	setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		reportDisagreements(&resp.Diagnostics, plan, &before, state)
	}
}

// change makes the calls that lead from the state to the plan, until one fails.
func (r *webhookResource) change(ctx context.Context, client *cakemail.Client, plan webhookResourceModel, state *webhookResourceModel, diags *diag.Diagnostics) {
	if changes := plan.changesFrom(state.webhookSettings); !changes.IsEmpty() {
		webhook, err := client.Update(ctx, state.account(), state.ID.ValueString(), changes)
		if err != nil {
			r.connection.report(diags, err, state.subject())
			return
		}
		state.keepChanged(plan.webhookSettings)
		state.refresh(webhook)
	}
	if !plan.Archived.Equal(state.Archived) {
		r.setArchived(ctx, client, state, plan.Archived.ValueBool(), diags)
	}
	if !diags.HasError() {
		r.switchStoreSecret(ctx, client, plan, state, diags)
	}
}

func (r *webhookResource) setArchived(ctx context.Context, client *cakemail.Client, state *webhookResourceModel, archived bool, diags *diag.Diagnostics) {
	change := client.Unarchive
	if archived {
		change = client.Archive
	}
	webhook, err := change(ctx, state.account(), state.ID.ValueString())
	if err != nil {
		r.connection.report(diags, err, state.subject())
		return
	}
	state.refresh(webhook)
}

// switchStoreSecret forgets the secret, or reads it when it shall be kept again. After a
// move it reads what the source's state did not tell.
func (r *webhookResource) switchStoreSecret(ctx context.Context, client *cakemail.Client, plan webhookResourceModel, state *webhookResourceModel, diags *diag.Diagnostics) {
	if plan.StoreSecret.Equal(state.StoreSecret) {
		return
	}
	if !plan.StoreSecret.ValueBool() && !plan.hasUnknown() {
		state.StoreSecret, state.Secret = plan.StoreSecret, types.StringNull()
		return
	}
	webhook, err := client.Get(ctx, state.account(), state.ID.ValueString())
	if err != nil {
		r.connection.report(diags, err, state.subject())
		return
	}
	state.StoreSecret = plan.StoreSecret
	state.refresh(webhook)
}

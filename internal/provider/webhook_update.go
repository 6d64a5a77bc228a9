package provider

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// Update implements [resource.Resource]. Each step that succeeded is in the state even if a later one fails.
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
	client.Conceal(state.webhook())
	r.settleMoved(ctx, req.Private, &state)
	resp.Diagnostics.Append(forget(ctx, resp.Private, privatePlanned, privateStays, privateMoved)...)
	before := state
	// The plan has seen the webhook in the newly named account.
	state.AccountID = plan.AccountID
	ref, err := findRef(ctx, client, state, req.Private)
	if err != nil {
		r.connection.report(&resp.Diagnostics, err, state.savedSubject())
		return
	}
	state.ID = types.StringValue(ref.ID)
	now := knowledge{webhook: state, isSaved: true, config: &config.webhookSettings, plan: &plan.webhookSettings}
	state = r.change(ctx, client, ref, plan, now, &resp.Diagnostics)
	state.keepEqual(plan.webhookSettings)
	setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		reportDisagreements(&resp.Diagnostics, plan, before, state)
	}
}

// change makes the calls from the state to the plan until one fails, and returns the new state.
func (r *webhookResource) change(
	ctx context.Context, client *cakemail.Client, ref cakemail.Ref, plan webhookResourceModel, now knowledge, diags *diag.Diagnostics,
) webhookResourceModel {
	if changes := plan.changesFrom(now.webhook.webhookSettings); !changes.IsEmpty() {
		webhook, err := client.Update(ctx, ref, changes)
		if isRefused(err) && now.webhook.Archived.ValueBool() && !plan.Archived.ValueBool() {
			// The API may refuse to change archived webhooks. Otherwise the change comes first, before the webhook delivers again.
			if now.webhook, err = setArchived(ctx, client, ref, now, false); err == nil {
				webhook, err = client.Update(ctx, ref, changes)
			}
		}
		if err != nil {
			r.connection.report(diags, err, now.webhook.subject())
			return now.webhook
		}
		now.isChanged = true
		now.webhook = now.after(webhook)
		now.isChanged, now.isSettled = false, true
	}
	if !plan.Archived.Equal(now.webhook.Archived) {
		var err error
		if now.webhook, err = setArchived(ctx, client, ref, now, plan.Archived.ValueBool()); err != nil {
			r.connection.report(diags, err, now.webhook.subject())
			return now.webhook
		}
	}
	return r.switchStoreSecret(ctx, client, ref, plan, now, diags)
}

func isRefused(err error) bool {
	failure, ok := errors.AsType[*cakemail.Error](err)
	kinds := []cakemail.Kind{cakemail.Invalid, cakemail.Unsupported, cakemail.Forbidden, cakemail.Unexpected}
	return ok && failure.Status != "" && slices.Contains(kinds, failure.Kind)
}

// setArchived returns the new state.
func setArchived(
	ctx context.Context, client *cakemail.Client, ref cakemail.Ref, now knowledge, archived bool,
) (webhookResourceModel, error) {
	change := client.Unarchive
	if archived {
		change = client.Archive
	}
	webhook, err := change(ctx, ref)
	if err != nil {
		return now.webhook, err
	}
	return now.after(webhook), nil
}

// switchStoreSecret drops the secret, or reads it if it is to be stored again. After a move, it reads what the
// source's state did not tell. It returns the new state.
func (r *webhookResource) switchStoreSecret(
	ctx context.Context, client *cakemail.Client, ref cakemail.Ref, plan webhookResourceModel, now knowledge, diags *diag.Diagnostics,
) webhookResourceModel {
	state := now.webhook
	if plan.StoreSecret.Equal(state.StoreSecret) {
		return state
	}
	if !plan.StoreSecret.ValueBool() && !plan.hasUnknown() {
		state.StoreSecret, state.Secret = plan.StoreSecret, types.StringNull()
		return state
	}
	webhook, err := client.Get(ctx, ref)
	if err != nil {
		r.connection.report(diags, err, state.subject())
		return state
	}
	now.webhook.StoreSecret = plan.StoreSecret
	state = now.after(webhook)
	reportOddities(diags, state, webhook)
	return state
}

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
	update := &webhookUpdate{
		client: client, ref: ref, plan: plan,
		now: knowledge{webhook: state, isSaved: true, config: &config.webhookSettings, plan: &plan.webhookSettings},
	}
	if err := update.run(ctx, &resp.Diagnostics); err != nil {
		r.connection.report(&resp.Diagnostics, err, update.now.webhook.subject())
	}
	state = update.now.webhook
	state.keepEqual(plan.webhookSettings)
	setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		reportDisagreements(&resp.Diagnostics, plan, before, state)
	}
}

// webhookUpdate takes a webhook from its state to its plan.
type webhookUpdate struct {
	client *cakemail.Client
	ref    cakemail.Ref
	plan   webhookResourceModel
	// now has the state after the calls so far.
	now knowledge
}

// run makes the calls until one fails.
func (u *webhookUpdate) run(ctx context.Context, diags *diag.Diagnostics) error {
	if err := u.changeSettings(ctx); err != nil {
		return err
	}
	if err := u.setArchived(ctx); err != nil {
		return err
	}
	return u.switchStoreSecret(ctx, diags)
}

func (u *webhookUpdate) changeSettings(ctx context.Context) error {
	changes := u.plan.changesFrom(u.now.webhook.webhookSettings)
	if changes.IsEmpty() {
		return nil
	}
	webhook, err := u.client.Update(ctx, u.ref, changes)
	if isRefused(err) && u.now.webhook.Archived.ValueBool() && !u.plan.Archived.ValueBool() {
		// The API may refuse to change archived webhooks. Otherwise the change comes first, before the webhook delivers again.
		if err = u.setArchived(ctx); err == nil {
			webhook, err = u.client.Update(ctx, u.ref, changes)
		}
	}
	if err != nil {
		return err
	}
	u.now.isChanged = true
	u.now.webhook = u.now.after(webhook)
	u.now.isChanged, u.now.isSettled = false, true
	return nil
}

func isRefused(err error) bool {
	failure, ok := errors.AsType[*cakemail.Error](err)
	kinds := []cakemail.Kind{cakemail.Invalid, cakemail.Unsupported, cakemail.Forbidden, cakemail.Unexpected}
	return ok && failure.Status != "" && slices.Contains(kinds, failure.Kind)
}

func (u *webhookUpdate) setArchived(ctx context.Context) error {
	if u.plan.Archived.Equal(u.now.webhook.Archived) {
		return nil
	}
	change := u.client.Unarchive
	if u.plan.Archived.ValueBool() {
		change = u.client.Archive
	}
	webhook, err := change(ctx, u.ref)
	if err == nil {
		u.now.webhook = u.now.after(webhook)
	}
	return err
}

// switchStoreSecret drops the secret, or reads it if it is to be stored again. After a move, it reads what the
// source's state did not tell.
func (u *webhookUpdate) switchStoreSecret(ctx context.Context, diags *diag.Diagnostics) error {
	state := &u.now.webhook
	if u.plan.StoreSecret.Equal(state.StoreSecret) {
		return nil
	}
	if !u.plan.StoreSecret.ValueBool() && !u.plan.hasUnknown() {
		state.StoreSecret, state.Secret = u.plan.StoreSecret, types.StringNull()
		return nil
	}
	webhook, err := u.client.Get(ctx, u.ref)
	if err != nil {
		return err
	}
	state.StoreSecret = u.plan.StoreSecret
	*state = u.now.after(webhook)
	reportOddities(diags, *state, webhook)
	return nil
}

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// checkExisting says of a webhook that is to be created what the account knows already:
// one with the same URL and event, which it may have as part of the state, and whether the API
// takes the values.
func (r *webhookResource) checkExisting(ctx context.Context, plan webhookResourceModel, isReplacement bool, diags *diag.Diagnostics) {
	if r.connection.api == nil || plan.AccountID.IsUnknown() {
		return
	}
	if _, unlisted := r.connection.unlisted.Load(plan.account()); unlisted {
		return
	}
	active, err := r.connection.api.Active(ctx, plan.account())
	if err != nil {
		_, isSaid := r.connection.unlisted.LoadOrStore(plan.account(), true)
		if !isSaid && !r.connection.applying.Load() {
			r.reportUnlisted(diags, err, plan.account())
		}
		return
	}
	checkForm(plan, active.Form, diags)
	if r.connection.applying.Load() || plan.URL.IsUnknown() || !known(plan.Events) || isReplacement && plan.Archived.ValueBool() {
		// The plan has warned, and an apply comes only to what changes.
		return
	}
	if !isReplacement {
		for _, id := range r.connection.api.Managed(plan.account(), plan.asked()) {
			add(diags, message.Renamed(id, plan.URL.ValueString()))
		}
	}
	for _, webhook := range active.Near(plan.URL.ValueString()) {
		if doubles(plan, webhook) && !r.connection.api.IsClaimed(webhook.ID) {
			add(diags, message.Exists(message.Existing{
				Webhook: webhook, Account: plan.account(), IsReplacement: isReplacement, IsPaused: plan.Archived.ValueBool(),
				HasOtherEvents: !cakemail.SameEvents(eventNames(plan.Events), webhook.Events),
				WithoutSecret:  !plan.StoreSecret.IsUnknown() && !plan.StoreSecret.ValueBool(),
			}))
		}
	}
}

// reportUnlisted is an error where the create, which lists first, cannot succeed either.
func (r *webhookResource) reportUnlisted(diags *diag.Diagnostics, err error, account int64) {
	about := message.Subject{Account: account}
	if cakemail.IsAway(err) {
		add(diags, message.NotListed(err, about, r.connection.facts)...)
		return
	}
	r.connection.report(diags, err, about)
}

// doubles tells whether both webhooks would deliver an event, to the same URL.
func doubles(plan webhookResourceModel, webhook cakemail.Webhook) bool {
	events := eventNames(plan.Events)
	if plan.Archived.ValueBool() {
		// It delivers nothing twice, but a killed create can have left the webhook active.
		return cakemail.SameEvents(events, webhook.Events)
	}
	return slices.ContainsFunc(events, webhook.HasEvent)
}

// checkForm says what an API of the reference's form will refuse.
func checkForm(plan webhookResourceModel, form cakemail.Form, diags *diag.Diagnostics) {
	checkOneEvent(plan, form, diags)
	if period := plan.RateLimitPeriod.ValueString(); form == cakemail.FormReference && (period == "hour" || period == "day") {
		add(diags, message.Period(period))
	}
}

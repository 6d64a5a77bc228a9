package provider

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// checkExisting reports what the account already knows about a webhook that is to be created: webhooks with the
// same URL and event, also in the state, and whether the API accepts the values.
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
	if r.connection.applying.Load() || !known(plan.Events) {
		// The plan has warned already, and an apply sees only what changes.
		return
	}
	checkEvents(plan, active.Form, diags)
	if plan.URL.IsUnknown() || isReplacement && plan.Archived.ValueBool() {
		return
	}
	near := active.Near(plan.URL.ValueString())
	theirs := func() []cakemail.Webhook {
		return slices.DeleteFunc(slices.Clone(near), func(webhook cakemail.Webhook) bool {
			return !doubles(plan, webhook) || r.connection.api.IsClaimed(webhook.ID)
		})
	}
	if len(theirs()) > 0 {
		r.connection.awaitState(ctx)
	}
	if !isReplacement {
		equal := r.connection.api.Managed(plan.account(), plan.asked())
		for _, webhook := range near {
			// The state can call its account by another name.
			if r.connection.api.IsClaimed(webhook.ID) && isEqual(plan, webhook) && !slices.Contains(equal, webhook.ID) {
				equal = append(equal, webhook.ID)
			}
		}
		for _, id := range equal {
			add(diags, message.Renamed(id))
		}
	}
	for _, webhook := range theirs() {
		add(diags, message.Exists(message.Existing{
			Webhook: webhook, About: plan.subject(), IsReplacement: isReplacement, IsPaused: plan.Archived.ValueBool(),
			HasOtherURL:    !cakemail.SameURL(plan.URL.ValueString(), webhook.Address()),
			HasOtherEvents: !cakemail.SameEvents(eventNames(plan.Events), webhook.Events),
		}))
	}
}

// awaitState gives Terraform a moment, once, to show the states of the resources that it plans at the same time.
func (c *connection) awaitState(ctx context.Context) {
	end := time.Now().Add(time.Second)
	if !c.shown.CompareAndSwap(nil, &end) {
		end = *c.shown.Load()
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(end)):
	}
}

// reportUnlisted reports an error if the create cannot succeed either, since it lists first.
func (r *webhookResource) reportUnlisted(diags *diag.Diagnostics, err error, account int64) {
	about := message.Subject{Account: account}
	if cakemail.IsAway(err) {
		add(diags, message.NotListed(err, about, r.connection.facts)...)
		return
	}
	r.connection.report(diags, err, about)
}

func isEqual(plan webhookResourceModel, webhook cakemail.Webhook) bool {
	return cakemail.SameURL(plan.URL.ValueString(), webhook.Address()) && cakemail.SameEvents(eventNames(plan.Events), webhook.Events)
}

// doubles reports whether both webhooks would deliver an event to the same URL.
func doubles(plan webhookResourceModel, webhook cakemail.Webhook) bool {
	events := eventNames(plan.Events)
	if plan.Archived.ValueBool() {
		// An archived webhook delivers nothing, but a killed create can have left it active.
		return cakemail.SameEvents(events, webhook.Events)
	}
	return slices.ContainsFunc(events, webhook.HasEvent)
}

// checkForm reports what an API in the reference's form will refuse.
func checkForm(plan webhookResourceModel, form cakemail.Form, diags *diag.Diagnostics) {
	checkOneEvent(plan, form, diags)
	if period := plan.RateLimitPeriod.ValueString(); form == cakemail.FormReference && (period == "hour" || period == "day") {
		add(diags, message.Period(period))
	}
}

// checkEvents warns of events that are only in older lists, since the API may refuse them. The form is "" if the
// account is empty.
func checkEvents(plan webhookResourceModel, form cakemail.Form, diags *diag.Diagnostics) {
	old := slices.DeleteFunc(eventNames(plan.Events), func(name string) bool {
		return cakemail.IsEventForNew(name) || !cakemail.IsKnownEvent(name)
	})
	if len(old) > 0 && form != cakemail.FormGuide {
		add(diags, message.OldEvents(old))
	}
}

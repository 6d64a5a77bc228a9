package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ resource.Resource                = (*webhookResource)(nil)
	_ resource.ResourceWithConfigure   = (*webhookResource)(nil)
	_ resource.ResourceWithIdentity    = (*webhookResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*webhookResource)(nil)
	_ resource.ResourceWithImportState = (*webhookResource)(nil)
	_ resource.ResourceWithMoveState   = (*webhookResource)(nil)
)

func newWebhookResource() resource.Resource { return &webhookResource{} }

// webhookResource maps plan and apply to create, update and archive.
type webhookResource struct {
	connection *connection
}

// Metadata implements [resource.Resource].
func (r *webhookResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhook"
	// When the account is named for the first time, it goes into the identity too.
	resp.ResourceBehavior.MutableIdentity = true
}

// Schema implements [resource.Resource].
func (r *webhookResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = webhookResourceSchema()
}

// IdentitySchema implements [resource.ResourceWithIdentity].
func (r *webhookResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = webhookIdentitySchema()
}

// Configure implements [resource.ResourceWithConfigure].
func (r *webhookResource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.connection = connectionFrom(req.ProviderData)
}

// Create implements [resource.Resource]. Whatever fails after the create, the id is in the state, and what follows
// is finished even if Terraform stops.
func (r *webhookResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan webhookResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client := r.connection.clientToApply(&resp.Diagnostics)
	if client == nil {
		return
	}
	resp.Diagnostics.Append(forget(ctx, resp.Private, privatePlanned)...)
	created, err := client.Create(ctx, plan.account(), plan.asked())
	if created.Webhook.ID == "" {
		r.reportCreate(ctx, err, plan, resp)
		return
	}
	r.connection.forgetReplaced(plan)
	now := time.Now().UTC()
	planned := plan
	// Not every answer tells, but a new webhook is active.
	planned.Archived = types.BoolValue(false)
	state := knowledge{webhook: planned}.after(created.Webhook)
	defer func() {
		setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
		resp.Diagnostics.Append(rememberForm(ctx, resp.Private, created.Webhook.Form)...)
		resp.Diagnostics.Append(remember(ctx, resp.Private, privateCreated, now)...)
	}()
	add(&resp.Diagnostics, message.Retried(state.subject(), created)...)
	if err != nil {
		r.connection.report(&resp.Diagnostics, err, state.subject())
		add(&resp.Diagnostics, message.Tainted(state.subject()))
		return
	}
	update := &webhookUpdate{client: client, ref: state.ref(now), plan: plan, now: knowledge{webhook: state, isSaved: true}}
	update.ref.Finishes = true
	if err := update.setArchived(ctx); err != nil {
		add(&resp.Diagnostics, message.NotYet(err, state.subject(), r.connection.facts, plan.Archived.ValueBool())...)
	}
	state = update.now.webhook
	reportOddities(&resp.Diagnostics, state, created.Webhook)
	state = reportNew(&resp.Diagnostics, plan, state)
}

// reportCreate reports a failed create. If the outcome is unknown, it saves the resource without an id, so that
// the next refresh looks for the webhook.
func (r *webhookResource) reportCreate(ctx context.Context, err error, plan webhookResourceModel, resp *resource.CreateResponse) {
	if failure, ok := errors.AsType[*cakemail.CreateError](err); ok && failure.Outcome == cakemail.OutcomeUnknown {
		plan.Archived = types.BoolValue(false)
		pending := knowledge{webhook: plan}.after(cakemail.Webhook{})
		resp.Diagnostics.Append(resp.State.Set(ctx, pending)...)
		resp.Diagnostics.Append(remember(ctx, resp.Private, privateCreated, time.Now().UTC())...)
		resp.Diagnostics.Append(remember(ctx, resp.Private, privatePending, failure.Known)...)
		resp.Diagnostics.Append(remember(ctx, resp.Private, privateMark, r.connection.api.Mark())...)
	}
	r.connection.report(&resp.Diagnostics, err, plan.subject())
	if cakemail.OutcomeOf(err) == cakemail.NotMade {
		r.connection.reportReplaced(&resp.Diagnostics, plan)
	}
}

// Read implements [resource.Resource].
func (r *webhookResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state webhookResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.settleMoved(ctx, req.Private, &state)
	if r.connection.api == nil {
		r.readLater(ctx, state, req.Private, resp)
		return
	}
	if state.StoreSecret.IsNull() {
		state.StoreSecret = types.BoolValue(true)
	}
	r.connection.api.Conceal(state.webhook())
	webhook, err := find(ctx, r.connection.api, state, req.Private)
	if cakemail.IsKind(err, cakemail.Gone) && recall[bool](ctx, req.Private, privateMoved) {
		add(&resp.Diagnostics, message.MovedGone(state.subject()))
		return
	}
	if (cakemail.IsKind(err, cakemail.Gone) || cakemail.IsKind(err, cakemail.Invalid)) && state.URL.IsNull() {
		add(&resp.Diagnostics, message.NotImported(state.subject()))
		return
	}
	if cakemail.IsKind(err, cakemail.Gone) {
		add(&resp.Diagnostics, message.Dropped(state.savedSubject()))
		// The framework wants an identity even if the webhook is gone.
		state.ID = types.StringValue(state.ID.ValueString())
		setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.connection.report(&resp.Diagnostics, err, state.savedSubject())
		return
	}
	state = knowledge{webhook: state, isSaved: true}.after(webhook)
	reportOddities(&resp.Diagnostics, state, webhook)
	if _, isTwice := r.connection.read.LoadOrStore(webhook.ID, true); isTwice {
		r.connection.reportTwoAddresses(&resp.Diagnostics, webhook.ID)
	}
	setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
	resp.Diagnostics.Append(rememberRead(ctx, resp.Private, webhook.Form, r.connection.account.ValueInt64())...)
}

// readLater keeps the state while the credentials are unknown. It reports an error instead if the webhook is
// pending, or was moved and its account is not known either.
func (r *webhookResource) readLater(ctx context.Context, state webhookResourceModel, private privateReader, resp *resource.ReadResponse) {
	if state.ID.IsNull() || recall[bool](ctx, private, privateMoved) && state.AccountID.IsNull() && r.connection.account.IsUnknown() {
		r.connection.client(&resp.Diagnostics)
		return
	}
	add(&resp.Diagnostics, message.NotRefreshed(state.subject(), r.connection.unknown))
	resp.Diagnostics.Append(remember(ctx, resp.Private, privateStays, true)...)
	setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
}

// Delete implements [resource.Resource]: it archives the webhook, which succeeds if it is archived already. A
// webhook that is gone may be in an account that these credentials cannot reach, so it is not replaced.
func (r *webhookResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state webhookResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	defer func() {
		if resp.Diagnostics.HasError() && resp.Identity != nil && !state.ID.IsNull() {
			// The plan of a destroy has no identity, and Terraform would keep that.
			resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		}
	}()
	client := r.connection.clientToApply(&resp.Diagnostics)
	if client == nil {
		return
	}
	client.Conceal(state.webhook())
	r.settleMoved(ctx, req.Private, &state)
	planned := recall[plannedChange](ctx, req.Private, privatePlanned)
	resp.Diagnostics.Append(forget(ctx, resp.Private, privatePlanned)...)
	if r.isPlannedElsewhere(planned, state.savedSubject(), &resp.Diagnostics) {
		return
	}
	ref, err := findRef(ctx, client, state, req.Private)
	if err == nil {
		_, err = client.Archive(ctx, ref)
	}
	isGone, isReplaced := cakemail.IsKind(err, cakemail.Gone), planned.Settings != nil
	switch {
	case isGone && !isReplaced:
		add(&resp.Diagnostics, message.NotArchived(state.savedSubject()))
	case err != nil:
		r.connection.report(&resp.Diagnostics, err, state.savedSubject())
	case isReplaced:
		r.connection.replaced.Store(ref.ID, replacement{ref: ref, by: *planned.Settings})
	}
}

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ action.Action              = (*webhookTestDeliveryAction)(nil)
	_ action.ActionWithConfigure = (*webhookTestDeliveryAction)(nil)
)

func newWebhookTestDeliveryAction() action.Action { return &webhookTestDeliveryAction{} }

// webhookTestDeliveryAction posts a signed event to a webhook's url from the machine that runs Terraform. It keeps the
// secret only in memory.
type webhookTestDeliveryAction struct {
	connection *connection
}

type webhookTestDeliveryModel struct {
	WebhookID types.String `tfsdk:"webhook_id"`
	Event     types.String `tfsdk:"event"`
	Payload   types.String `tfsdk:"payload"`
	AccountID types.Int64  `tfsdk:"account_id"`
	Timeout   types.Int64  `tfsdk:"timeout"`
}

// defaultDeliverySeconds is how long a receiver may take by default.
const defaultDeliverySeconds = 10

// Metadata implements [action.Action].
func (a *webhookTestDeliveryAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhook_test_delivery"
}

// Schema implements [action.Action].
func (a *webhookTestDeliveryAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Posts one signed sample from your machine to a webhook's URL, and fails unless the receiver answers 2xx. It reads the secret " +
			"but doesn't store it. Needs Terraform 1.14.\n\n" +
			"~> Your receiver treats the sample as a genuine event about `test@example.com`.",
		Attributes: map[string]schema.Attribute{
			"webhook_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The webhook's id, for example `cakemail_webhook.example.id`.",
				Validators:          []validator.String{webhookID},
			},
			"event": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Event of the sample, for example `Contact.Added`. The default is the webhook's first event in alphabetical order.",
				Validators:          []validator.String{eventName},
			},
			"payload": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Body to post, for example `jsonencode({ event = \"Contact.Added\" })`. The default is a sample of the event.",
			},
			"account_id": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				MarkdownDescription: accountDescription,
				Validators:          []validator.Int64{numberCheck(1, 0)},
			},
			"timeout": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				MarkdownDescription: "Receiver timeout in seconds, from `1` to `3600`. The default is `10`.",
				Validators:          []validator.Int64{numberCheck(1, 3600)},
			},
		},
	}
}

// Configure implements [action.ActionWithConfigure].
func (a *webhookTestDeliveryAction) Configure(_ context.Context, req action.ConfigureRequest, _ *action.ConfigureResponse) {
	a.connection = connectionFrom(req.ProviderData)
}

// Invoke implements [action.Action].
func (a *webhookTestDeliveryAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var model webhookTestDeliveryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client := a.connection.client(&resp.Diagnostics)
	if client == nil {
		return
	}
	account := a.connection.accountOf(model.AccountID, model.WebhookID.ValueString()).ValueInt64()
	webhook, err := client.Get(ctx, cakemail.Ref{Account: account, ID: model.WebhookID.ValueString()})
	if err != nil {
		a.connection.report(&resp.Diagnostics, err, message.Subject{ID: model.WebhookID.ValueString(), IDArgument: "webhook_id", Account: account})
		return
	}
	delivery := model.delivery(webhook, account)
	switch {
	case webhook.IsArchived():
		add(&resp.Diagnostics, message.Archived(webhook.ID))
		return
	case webhook.Secret == "":
		add(&resp.Diagnostics, message.NoSecret(webhook.ID))
		return
	case !webhook.IsSignedAsPublished():
		add(&resp.Diagnostics, message.OtherHashFunction(webhook, true))
		return
	case !webhook.HasEvent(delivery.Event):
		add(&resp.Diagnostics, message.OtherEvent(delivery))
	}

	resp.SendProgress(action.InvokeProgressEvent{Message: message.Posting(delivery)})
	receipt, err := client.Deliver(ctx, delivery)
	if err != nil {
		add(&resp.Diagnostics, message.Delivery(err, delivery))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: message.Posted(delivery, receipt)})
}

// delivery is what the configuration posts.
func (m webhookTestDeliveryModel) delivery(webhook cakemail.Webhook, account int64) cakemail.Delivery {
	delivery := cakemail.Delivery{
		Webhook: webhook, Event: webhook.Events[0], Account: account, Timeout: defaultDeliverySeconds * time.Second,
	}
	if !m.Event.IsNull() {
		delivery.Event = m.Event.ValueString()
	}
	if !m.Payload.IsNull() {
		delivery.Payload = []byte(m.Payload.ValueString())
	}
	if !m.Timeout.IsNull() {
		delivery.Timeout = time.Duration(m.Timeout.ValueInt64()) * time.Second
	}
	return delivery
}

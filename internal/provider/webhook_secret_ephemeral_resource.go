package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ ephemeral.EphemeralResource              = (*webhookSecretEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*webhookSecretEphemeralResource)(nil)
)

func newWebhookSecretEphemeralResource() ephemeral.EphemeralResource {
	return &webhookSecretEphemeralResource{}
}

// webhookSecretEphemeralResource reads a webhook's secret without storing it in plan or state.
type webhookSecretEphemeralResource struct {
	connection *connection
}

type webhookSecretModel struct {
	ID           types.String `tfsdk:"id"`
	AccountID    types.Int64  `tfsdk:"account_id"`
	Secret       types.String `tfsdk:"secret"`
	HashFunction types.String `tfsdk:"hash_function"`
}

// Metadata implements [ephemeral.EphemeralResource].
func (e *webhookSecretEphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhook_secret"
}

// Schema implements [ephemeral.EphemeralResource].
func (e *webhookSecretEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a webhook's secret without storing it in a state or plan file, for a write-only argument of another resource. " +
			"Needs Terraform 1.10 or OpenTofu 1.11.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The webhook's id, for example `cakemail_webhook.example.id`.",
				Validators:          []validator.String{webhookID},
			},
			"account_id": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				Computed:            true,
				MarkdownDescription: accountDescription,
				Validators:          []validator.Int64{numberCheck(1, 0)},
			},
			"secret": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: secretDescription,
			},
			"hash_function": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: hashFunctionDescription,
			},
		},
	}
}

// Configure implements [ephemeral.EphemeralResourceWithConfigure].
func (e *webhookSecretEphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	e.connection = connectionFrom(req.ProviderData)
}

// Open implements [ephemeral.EphemeralResource].
func (e *webhookSecretEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model webhookSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client := e.connection.client(&resp.Diagnostics)
	if client == nil {
		return
	}
	account := e.connection.accountOf(model.AccountID, model.ID.ValueString())
	if !account.Equal(e.connection.orDefault(model.AccountID)) {
		// An apply that does not change the webhook does not see its account.
		add(&resp.Diagnostics, message.AccountNotNamed(model.ID.ValueString(), account.ValueInt64()))
	}
	model.AccountID = account
	webhook, err := client.Get(ctx, cakemail.Ref{Account: model.AccountID.ValueInt64(), ID: model.ID.ValueString()})
	if err != nil {
		e.connection.report(&resp.Diagnostics, err, message.Subject{ID: model.ID.ValueString(), IDArgument: "id", Account: model.AccountID.ValueInt64()})
		return
	}
	if webhook.Secret == "" {
		add(&resp.Diagnostics, message.NoSecret(webhook.ID))
		return
	}
	model.Secret = types.StringValue(webhook.Secret)
	model.HashFunction = types.StringValue(webhook.HashFunction)
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}

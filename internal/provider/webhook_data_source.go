package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*webhookDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*webhookDataSource)(nil)
)

func newWebhookDataSource() datasource.DataSource { return &webhookDataSource{} }

// webhookDataSource reads one webhook by id.
type webhookDataSource struct {
	connection *connection
}

// Metadata implements [datasource.DataSource].
func (d *webhookDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhook"
}

// Schema implements [datasource.DataSource].
func (d *webhookDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := settingsAttributes()
	attributes["id"] = schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "The webhook's id, for example `0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9`.",
		Validators:          []validator.String{webhookID},
	}
	attributes["account_id"] = schema.Int64Attribute{
		CustomType:          wholeNumber{},
		Optional:            true,
		Computed:            true,
		MarkdownDescription: accountDescription,
		Validators:          []validator.Int64{numberCheck(1, 0)},
	}
	attributes["secret"] = schema.StringAttribute{
		Computed:            true,
		Sensitive:           true,
		MarkdownDescription: secretDescription + " The state keeps it. To avoid that, use the ephemeral resource `cakemail_webhook_secret`.",
	}
	attributes["hash_function"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: hashFunctionDescription,
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one webhook by its id, archived or not, with its secret.",
		Attributes:          attributes,
	}
}

// Configure implements [datasource.DataSourceWithConfigure].
func (d *webhookDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.connection = connectionFrom(req.ProviderData)
}

// Read implements [datasource.DataSource].
func (d *webhookDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model webhookModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client := d.connection.client(&resp.Diagnostics)
	if client == nil {
		return
	}
	model.AccountID = d.connection.accountOf(model.AccountID, model.ID.ValueString())
	webhook, err := client.Get(ctx, model.ref(time.Time{}))
	if err != nil {
		about := model.subject()
		about.IDArgument = "id"
		d.connection.report(&resp.Diagnostics, err, about)
		return
	}
	shown := knowledge{webhook: webhookResourceModel{webhookModel: model, StoreSecret: types.BoolValue(true)}}.after(webhook)
	reportOddities(&resp.Diagnostics, shown, webhook)
	resp.Diagnostics.Append(resp.State.Set(ctx, shown.webhookModel)...)
}

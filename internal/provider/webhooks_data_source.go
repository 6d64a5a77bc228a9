package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ datasource.DataSource              = (*webhooksDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*webhooksDataSource)(nil)
)

func newWebhooksDataSource() datasource.DataSource { return &webhooksDataSource{} }

// webhooksDataSource lists the webhooks of an account, without their secrets.
type webhooksDataSource struct {
	connection *connection
}

// webhookFilter selects webhooks.
type webhookFilter struct {
	AccountID    types.Int64  `tfsdk:"account_id"`
	WithArchived types.Bool   `tfsdk:"with_archived"`
	URL          types.String `tfsdk:"url"`
	Event        types.String `tfsdk:"event"`
}

func (f webhookFilter) options() cakemail.ListOptions {
	return cakemail.ListOptions{Account: f.AccountID.ValueInt64(), WithArchived: f.WithArchived.ValueBool()}
}

func (f webhookFilter) matches(webhook cakemail.Webhook) bool {
	return webhook.Matches(f.URL.ValueString(), f.Event.ValueString()) && (f.WithArchived.ValueBool() || !webhook.IsArchived())
}

type webhooksModel struct {
	webhookFilter
	Webhooks []webhookSettings `tfsdk:"webhooks"`
}

// The descriptions of the filters, shared with the list resource.
const (
	filterAccountDescription      = "Account to list, for example `42`. The default is the provider's `account_id`, or else the account of the credentials."
	filterWithArchivedDescription = "`true` lists archived webhooks too. The default is `false`."
	filterURLDescription          = "Only webhooks with this URL, for example `https://example.com/cakemail`."
	filterEventDescription        = "Only webhooks subscribed to this event, for example `Contact.Added`."
)

// Metadata implements [datasource.DataSource].
func (d *webhooksDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhooks"
}

// Schema implements [datasource.DataSource].
func (d *webhooksDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := settingsAttributes()
	attributes["id"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "The webhook's id.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the webhooks of an account, without their secrets.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				Computed:            true,
				MarkdownDescription: filterAccountDescription,
				Validators:          []validator.Int64{numberCheck(1, 0)},
			},
			"with_archived": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: filterWithArchivedDescription,
			},
			"url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: filterURLDescription,
				Validators:          []validator.String{receiverURL},
			},
			"event": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: filterEventDescription,
				Validators:          []validator.String{eventName},
			},
			"webhooks": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Webhooks, ordered by id.",
				NestedObject:        schema.NestedAttributeObject{Attributes: attributes},
			},
		},
	}
}

// Configure implements [datasource.DataSourceWithConfigure].
func (d *webhooksDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.connection = connectionFrom(req.ProviderData)
}

// Read implements [datasource.DataSource].
func (d *webhooksDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model webhooksModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client := d.connection.client(&resp.Diagnostics)
	if client == nil {
		return
	}
	model.AccountID = d.connection.orDefault(model.AccountID)
	model.Webhooks = []webhookSettings{}
	for webhook, err := range client.List(ctx, model.options()) {
		if err != nil {
			d.connection.report(&resp.Diagnostics, err, message.Subject{Account: model.AccountID.ValueInt64()})
			return
		}
		if model.matches(webhook) {
			model.Webhooks = append(model.Webhooks, listed(webhook).webhookSettings)
		}
	}
	slices.SortFunc(model.Webhooks, func(a, b webhookSettings) int {
		return strings.Compare(a.ID.ValueString(), b.ID.ValueString())
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ list.ListResource              = (*webhookListResource)(nil)
	_ list.ListResourceWithConfigure = (*webhookListResource)(nil)
)

func newWebhookListResource() list.ListResource { return &webhookListResource{} }

// webhookListResource finds webhooks for `terraform query`. It shares the resource's name and configuration.
type webhookListResource struct {
	webhookResource
}

// ListResourceConfigSchema implements [list.ListResource].
func (l *webhookListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds webhooks for `terraform query`, to import many at once. Needs Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
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
		},
	}
}

// List implements [list.ListResource]. An error on any page is a result, so a list is never silently incomplete.
func (l *webhookListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var filter webhookFilter
	diags := req.Config.Get(ctx, &filter)
	var client *cakemail.Client
	if !diags.HasError() {
		client = l.connection.client(&diags)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	filter.AccountID = l.connection.orDefault(filter.AccountID)
	stream.Results = func(push func(list.ListResult) bool) {
		remaining := req.Limit
		for webhook, err := range client.List(ctx, filter.options()) {
			if err != nil {
				var diags diag.Diagnostics
				l.connection.report(&diags, err, message.Subject{Account: filter.AccountID.ValueInt64()})
				push(list.ListResult{Diagnostics: diags})
				return
			}
			if !filter.matches(webhook) {
				continue
			}
			if !push(listResult(ctx, req, webhook, filter.AccountID)) {
				return
			}
			if remaining--; remaining == 0 {
				return
			}
		}
	}
}

// listResult shows a webhook without its secret, which a query does not need.
func listResult(ctx context.Context, req list.ListRequest, webhook cakemail.Webhook, account types.Int64) list.ListResult {
	model := listed(webhook)
	model.AccountID = account
	result := req.NewListResult(ctx)
	result.DisplayName = cakemail.DisplayURL(webhook.Address()) + " (" + strings.Join(webhook.Events, ", ") + ")"
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	}
	return result
}

// Package provider is the Terraform side: schemas, plans and diagnostics. It knows the types of package cakemail,
// but nothing about HTTP or JSON.
package provider

import (
	"context"
	"encoding/json"
	"os"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ provider.Provider                       = (*cakemailProvider)(nil)
	_ provider.ProviderWithFunctions          = (*cakemailProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*cakemailProvider)(nil)
	_ provider.ProviderWithListResources      = (*cakemailProvider)(nil)
	_ provider.ProviderWithActions            = (*cakemailProvider)(nil)
	_ provider.ProviderWithValidateConfig     = (*cakemailProvider)(nil)
)

// Option changes how the provider is made, for tests.
type Option func(*cakemailProvider)

// WithEnvironment sets the function that looks up environment variables; default [os.Getenv].
func WithEnvironment(getenv func(string) string) Option {
	return func(p *cakemailProvider) { p.getenv = getenv }
}

// WithClient changes the client's options after the provider's configuration has set them.
func WithClient(change func(*cakemail.Options)) Option {
	return func(p *cakemailProvider) { p.client = change }
}

// New returns a function that makes a provider of this version.
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		made := &cakemailProvider{version: version, getenv: os.Getenv, client: func(*cakemail.Options) {}}
		for _, option := range options {
			option(made)
		}
		return made
	}
}

type cakemailProvider struct {
	version string
	getenv  func(string) string
	client  func(*cakemail.Options)
	// connected is the client of the connection, or nil.
	connected atomic.Pointer[cakemail.Client]
}

// Metadata implements [provider.Provider].
func (p *cakemailProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cakemail"
	resp.Version = p.version
}

// Schema implements [provider.Provider].
func (p *cakemailProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages [Cakemail](https://www.cakemail.com) webhooks.",
		Attributes: map[string]schema.Attribute{
			"base_url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Address of the Cakemail API. The default is `https://api.cakemail.dev`. Environment variable: `CAKEMAIL_API_BASE`.",
				Validators:          []validator.String{baseURL},
			},
			"access_token": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Access token, without `Bearer`. Conflicts with `email` and `password`. Environment variable: `CAKEMAIL_ACCESS_TOKEN`.",
				Validators:          []validator.String{accessToken},
			},
			"email": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "E-mail address of a Cakemail user, for example `ops@example.com`. Needs `password`. Environment variable: `CAKEMAIL_EMAIL`.",
				Validators:          []validator.String{emailAddress},
			},
			"password": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Password of the user. Environment variable: `CAKEMAIL_PASSWORD`.",
				Validators:          []validator.String{notEmpty(envPassword), password},
			},
			"account_id": schema.Int64Attribute{
				CustomType: wholeNumber{},
				Optional:   true,
				MarkdownDescription: "Default account for all resources, for example `42`. [Where to find it](guides/agencies-and-sub-accounts.md). " +
					"The default is the account of the credentials. Environment variable: `CAKEMAIL_ACCOUNT_ID`.",
				Validators: []validator.Int64{numberCheck(1, 0)},
			},
			"max_retries": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				MarkdownDescription: "Maximum number of retries when the API is busy or unreachable, from `0` to `20`. The default is `4`.",
				Validators:          []validator.Int64{numberCheck(0, 20)},
			},
			"request_timeout": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				MarkdownDescription: "Timeout of each attempt, in seconds, from `1` to `3600`. The default is `30`.",
				Validators:          []validator.Int64{numberCheck(1, 3600)},
			},
		},
	}
}

// ValidateConfig implements [provider.ProviderWithValidateConfig].
func (p *cakemailProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	isSet := func(name string) bool {
		var value types.String
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), &value)...)
		return !value.IsNull() && !value.IsUnknown()
	}
	if isSet("access_token") && (isSet("email") || isSet("password")) {
		add(&resp.Diagnostics, message.TwoCredentials())
	}
}

// ObserveState records a state that Terraform reads. Package server calls it.
func (p *cakemailProvider) ObserveState(resourceType string, state []byte) {
	var webhook struct {
		ID        string   `json:"id"`
		AccountID int64    `json:"account_id"`
		URL       string   `json:"url"`
		Events    []string `json:"events"`
	}
	client := p.connected.Load()
	if client != nil && resourceType == "cakemail_webhook" && json.Unmarshal(state, &webhook) == nil {
		client.Claim(cakemail.Ref{Account: webhook.AccountID, ID: webhook.ID}, cakemail.Settings{URL: &webhook.URL, Events: webhook.Events})
	}
}

// Configure implements [provider.Provider]. It makes no call.
func (p *cakemailProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := cakemail.Options{UserAgent: p.userAgent(req.TerraformVersion)}
	p.client(&options)
	connection := connect(model, p.getenv, options, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	// Terraform allows to defer in every apply, and in a plan only with an experiment. OpenTofu never does.
	connection.applying.Store(req.ClientCapabilities.DeferralAllowed)
	p.connected.Store(connection.api)
	resp.ResourceData = connection
	resp.DataSourceData = connection
	resp.EphemeralResourceData = connection
	resp.ListResourceData = connection
	resp.ActionData = connection
	if connection.api == nil && req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
	}
}

func (p *cakemailProvider) userAgent(terraformVersion string) string {
	return "terraform-provider-cakemail/" + p.version +
		" (+https://github.com/cakemail/terraform-provider-cakemail) Terraform/" + terraformVersion
}

// Resources implements [provider.Provider].
func (p *cakemailProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newWebhookResource}
}

// DataSources implements [provider.Provider].
func (p *cakemailProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newWebhookDataSource, newWebhooksDataSource}
}

// EphemeralResources implements [provider.ProviderWithEphemeralResources].
func (p *cakemailProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newWebhookSecretEphemeralResource}
}

// ListResources implements [provider.ProviderWithListResources].
func (p *cakemailProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newWebhookListResource}
}

// Actions implements [provider.ProviderWithActions].
func (p *cakemailProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{newWebhookTestDeliveryAction}
}

// Functions implements [provider.ProviderWithFunctions].
func (p *cakemailProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newEventsFunction, newSignFunction, newVerifyFunction}
}

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// longestURL is the reference's limit for a webhook's url, in characters.
const longestURL = 2083

func webhookResourceSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Posts Cakemail's events to your URL, signed with the webhook's secret.\n\n" +
			"Changing `events` or `account_id` replaces the webhook, with a new id and secret; the plan warns. Other changes keep both.\n\n" +
			"~> Cakemail cannot delete webhooks. Destroying this resource archives the webhook, which stops deliveries. An import brings it back.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The webhook's id.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
			},
			"url": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Your receiver's `https` or `http` URL, for example `https://example.com/cakemail`. At most 2083 characters.",
				Validators:          []validator.String{receiverURL},
			},
			"events": schema.SetAttribute{
				Required:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Events to post, for example `[\"Contact.Added\"]`. Cakemail's current API takes one event per webhook: see " +
					"[events and deliveries](../guides/events-and-deliveries.md).",
				Validators: []validator.Set{
					someEvents,
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(eventName),
				},
			},
			"rate_limit": schema.Int64Attribute{
				CustomType: wholeNumber{},
				Optional:   true,
				Computed:   true,
				MarkdownDescription: "Maximum deliveries per `rate_limit_period`, at least `1`, for example `100`. The API's default is `50`. " +
					"Removing it keeps the webhook's value.",
				Validators:    []validator.Int64{numberCheck(1, 0)},
				PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			},
			"rate_limit_period": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "Period of `rate_limit`: `second` or `minute`. The API's default is `second`. Removing it keeps the webhook's value.",
				Validators:          []validator.String{period},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"archived": schema.BoolAttribute{
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
				MarkdownDescription: "`true` pauses deliveries, `false` resumes them. The default is `false`.",
			},
			"account_id": schema.Int64Attribute{
				CustomType: wholeNumber{},
				Optional:   true,
				Computed:   true,
				MarkdownDescription: "Account of the webhook, for example `42`. The default is the provider's `account_id`, or else the account of the credentials. " +
					"Adding it later doesn't replace a webhook already in that account. Removing it keeps the webhook in its account, unless the " +
					"provider sets another.",
				Validators: []validator.Int64{numberCheck(1, 0)},
			},
			"store_secret": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(true),
				MarkdownDescription: "`false` keeps `secret` out of the state and plan files: it is null; read it with the ephemeral resource " +
					"`cakemail_webhook_secret`. The default is `true`.",
			},
			"secret": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: secretDescription + " Null with `store_secret = false`.",
			},
			"hash_function": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: hashFunctionDescription,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
			},
		},
	}
}

// The descriptions that several schemas share.
const (
	secretDescription       = "Secret that signs deliveries: `base64(HMAC-SHA256(secret, body))`."
	hashFunctionDescription = "Hash function of the signature, for example `sha256`."
	// accountDescription is for everything that reads a webhook by id.
	accountDescription = "Account of the webhook, for example `42`. The default is the account of the webhook's resource, " +
		"then the provider's `account_id`, then the account of the credentials."
)

// settingsAttributes are the settings in both data sources.
func settingsAttributes() map[string]datasourceschema.Attribute {
	return map[string]datasourceschema.Attribute{
		"url": datasourceschema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Your receiver's URL.",
		},
		"events": datasourceschema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Events that Cakemail posts, for example `[\"Contact.Added\"]`.",
		},
		"rate_limit": datasourceschema.Int64Attribute{
			CustomType:          wholeNumber{},
			Computed:            true,
			MarkdownDescription: "Maximum deliveries per `rate_limit_period`.",
		},
		"rate_limit_period": datasourceschema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Period of `rate_limit`, for example `second`.",
		},
		"archived": datasourceschema.BoolAttribute{
			Computed:            true,
			MarkdownDescription: "Whether deliveries are paused.",
		},
	}
}

func webhookIdentitySchema() identityschema.Schema {
	return identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "The webhook's id.",
			},
			"account_id": identityschema.Int64Attribute{
				CustomType:        wholeNumber{},
				OptionalForImport: true,
				Description:       "Account of the webhook. The default is the provider's account_id, or else the account of the credentials.",
			},
		},
	}
}

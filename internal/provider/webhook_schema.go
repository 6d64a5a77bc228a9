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
		MarkdownDescription: "A webhook: Cakemail posts each of the chosen events to a URL of yours, signed with the webhook's secret.\n\n" +
			"Cakemail cannot delete webhooks. Destroying this resource archives the webhook, which stops deliveries until somebody unarchives it.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The webhook's id. It stays the same when the webhook is changed in place.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
			},
			"url": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Where Cakemail posts the events, an absolute `https` or `http` URL of at most 2083 characters, for example " +
					"`https://example.com/cakemail`. " +
					"Cakemail's current API changes it in place. If the API has no call for that, the webhook is replaced.",
				Validators: []validator.String{receiverURL},
			},
			"events": schema.SetAttribute{
				Required:    true,
				ElementType: types.StringType,
				MarkdownDescription: "The events to post, at least one, each named `Resource.Action`, for example `[\"Contact.Added\"]`: " +
					"see [the list of events](../guides/events-and-deliveries.md). " +
					"Cakemail's current API takes exactly one event per webhook: use `for_each` to make one webhook per event. " +
					"Changing the events replaces the webhook, which changes its id and its secret.",
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
				MarkdownDescription: "How many deliveries Cakemail makes at most per `rate_limit_period`, at least `1`, for example `100`. " +
					"If you leave it out, a new webhook gets the API's default: `50` a second, according to Cakemail's API reference.  " +
					"If you remove the argument later, the webhook keeps its value. " +
					"Cakemail's current API changes it in place. If the API has no call for that, the webhook is replaced.",
				Validators:    []validator.Int64{numberCheck(1, 0)},
				PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			},
			"rate_limit_period": schema.StringAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "The period that `rate_limit` counts in: `second`, `minute`, `hour` or `day`. Cakemail's current API takes `second` and `minute`. " +
					"If you leave it out, a new webhook gets the API's default: `second`, according to Cakemail's API reference.  " +
					"If you remove the argument later, the webhook keeps its value. " +
					"Cakemail's current API changes it in place. If the API has no call for that, the webhook is replaced.",
				Validators:    []validator.String{period},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"archived": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(false),
				MarkdownDescription: "Whether the webhook is archived: `true` pauses deliveries, `false` resumes them. The default is `false`. " +
					"It changes in place: the id and the secret stay the same.",
			},
			"account_id": schema.Int64Attribute{
				CustomType: wholeNumber{},
				Optional:   true,
				Computed:   true,
				MarkdownDescription: "The account that the webhook belongs to, for example `42`. The default is the provider's `account_id`, or else " +
					"the account of the credentials. " +
					"Changing it replaces the webhook. If you set it for the first time, and the webhook is in that account already, the webhook stays.  " +
					"If you remove the argument later, the webhook stays in its account, unless the provider has another `account_id`.",
				Validators: []validator.Int64{numberCheck(1, 0)},
			},
			"store_secret": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(true),
				MarkdownDescription: "Whether `secret` is kept in the state. The default is `true`. With `false`, `secret` is null and in no state or plan file; " +
					"read it with the ephemeral resource `cakemail_webhook_secret`. It changes in place: the secret itself stays the same.",
			},
			"secret": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: "The secret that signs deliveries: `base64(HMAC-SHA256(secret, body))`. " +
					"It stays the same when the webhook is changed in place, and changes when it is replaced. It is null when `store_secret` is `false`.",
			},
			"hash_function": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The hash function of the signature, for example `sha256`.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
			},
		},
	}
}

// settingsAttributes are what both data sources show of a webhook.
func settingsAttributes() map[string]datasourceschema.Attribute {
	return map[string]datasourceschema.Attribute{
		"url": datasourceschema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Where Cakemail posts the events.",
		},
		"events": datasourceschema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "The events that are posted, for example `[\"Contact.Added\"]`.",
		},
		"rate_limit": datasourceschema.Int64Attribute{
			CustomType:          wholeNumber{},
			Computed:            true,
			MarkdownDescription: "How many deliveries Cakemail makes at most per `rate_limit_period`.",
		},
		"rate_limit_period": datasourceschema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The period that `rate_limit` counts in, for example `second`.",
		},
		"archived": datasourceschema.BoolAttribute{
			Computed:            true,
			MarkdownDescription: "Whether the webhook is archived, so that nothing is delivered.",
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
				Description:       "The account that the webhook belongs to. The default is the provider's account_id, or else the account of the credentials.",
			},
		},
	}
}

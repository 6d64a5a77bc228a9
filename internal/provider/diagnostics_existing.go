package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// warnExists is for a webhook that a plan would double. Its title holds the id,
// because Terraform shows only one of several warnings with the same title.
func warnExists(diags *diag.Diagnostics, plan webhookResourceModel, webhook cakemail.Webhook) {
	about := subject{id: webhook.ID, url: webhook.Address(), account: plan.account()}
	id := importID(plan.account(), webhook.ID)
	if !plan.StoreSecret.ValueBool() {
		id += withoutSecret
	}
	diags.AddWarning("The webhook "+webhook.ID+" exists already", sentences(
		fmt.Sprintf("The webhook%s is active, posts %s, and is not in this state. With another one for the same URL, Cakemail would deliver every such event twice.",
			about, strings.Join(webhook.Events, " and ")),
		"To manage it with this resource, with its id and its secret, use this import block (Terraform 1.5 and later) with the address of this resource in place of ADDRESS, and plan again:"+
			fmt.Sprintf("\n\n  import {\n    to = ADDRESS\n    id = %[1]q\n  }\n\nOr run this command:\n\n  terraform import ADDRESS '%[1]s'", id),
		"If this resource had another name before, write a moved block instead. If both webhooks are meant to be there, there is nothing to do."))
}

// warnPeriod is for a period that only the developer guide knows.
func warnPeriod(diags *diag.Diagnostics, period string) {
	diags.AddAttributeWarning(path.Root("rate_limit_period"), "This API takes second or minute",
		fmt.Sprintf("The rate_limit_period is %q, which this API is expected to refuse when the webhook is created. Use \"second\" or \"minute\", with a rate_limit to match.", period))
}

// warnNotListed is for an account that cannot be listed while planning.
func (c *connection) warnNotListed(diags *diag.Diagnostics, err error, account int64) {
	var reported diag.Diagnostics
	c.report(&reported, err, subject{account: account})
	for _, problem := range reported {
		diags.AddWarning(leading(err, problem.Summary()),
			sentences(problem.Detail(), "So the plan does not know whether the webhooks that it creates exist already, and the apply is expected to fail."))
	}
}

// leading is the cause of a failure as a title; "" has no better one than the fallback.
func leading(err error, fallback string) string {
	failure, ok := errors.AsType[*cakemail.Error](err)
	if !ok {
		return fallback
	}
	switch failure.Kind {
	case cakemail.Unauthorized:
		return "The credentials were refused"
	case cakemail.ChallengeRequired:
		return "The login needs multi-factor authentication"
	case cakemail.Forbidden:
		return "The credentials do not permit listing the webhooks"
	case cakemail.Unsupported, cakemail.Unreadable, cakemail.Redirected:
		return "There is no Cakemail webhook API at " + failure.Host
	case cakemail.Network, cakemail.Timeout:
		return "No answer from " + failure.Host
	case cakemail.RateLimited, cakemail.Unavailable:
		return "The Cakemail API is busy or fails"
	default:
		return fallback
	}
}

package provider

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// warnExists is for a webhook that a plan would double. Its title holds the id,
// because Terraform shows only one of several warnings with the same title.
func warnExists(diags *diag.Diagnostics, plan webhookResourceModel, webhook cakemail.Webhook) {
	id := importID(plan.account(), webhook.ID)
	if !plan.StoreSecret.IsUnknown() && !plan.StoreSecret.ValueBool() {
		id += withoutSecret
	}
	otherEvents := ""
	if !plan.Events.Equal(eventsValue(webhook.Events)) {
		otherEvents = "Its events differ from those of this resource. To keep it, with its id and its secret, first write its events into the configuration."
	}
	diags.AddWarning(existsSummary(webhook), sentences(
		existsDetail(plan, webhook),
		"If only the apply says this, and the plan did not, do nothing: most likely another resource of this state manages the webhook, such as the one that you rotate. "+
			"During an apply, Terraform shows the provider only what changes.",
		"Otherwise, to manage it with this resource, with its id and its secret, use this import block (Terraform 1.5 and later) with the address of this resource in place of ADDRESS, and plan again:"+
			fmt.Sprintf("\n\n  import {\n    to = ADDRESS\n    id = %s\n  }\n\nOr run this command:\n\n  terraform import ADDRESS %s", inHCL(id), inShell(id)),
		otherEvents,
		"Each import block needs an address of its own. If Terraform imports nothing, because the resource has an older webhook in the state, first run terraform state rm ADDRESS, and archive the older webhook afterwards.",
		"If this resource had another name before, write a moved block instead. If both webhooks are meant to be there, there is nothing to do."))
}

// warnReplacementExists is the same for a resource that has a webhook already, and so
// cannot import one.
func warnReplacementExists(diags *diag.Diagnostics, plan webhookResourceModel, webhook cakemail.Webhook) {
	if plan.Archived.ValueBool() {
		return
	}
	diags.AddWarning(existsSummary(webhook), sentences(
		existsDetail(plan, webhook),
		"If another resource of yours manages it, for example in another state, or if both are meant to be there, there is nothing to do. "+
			"Otherwise archive it, for example by importing it into a resource of its own and destroying that."))
}

func existsSummary(webhook cakemail.Webhook) string {
	return "The webhook " + webhook.ID + " exists already"
}

func existsDetail(plan webhookResourceModel, webhook cakemail.Webhook) string {
	why := "With another webhook for the same URL, Cakemail delivers every such event twice."
	if plan.Archived.ValueBool() {
		why = "It may be this one, from an apply that was killed before it could archive it."
	}
	return fmt.Sprintf("The webhook%s is active and posts %s. Terraform has shown the provider no resource of this state that manages it. %s",
		subject{id: webhook.ID, url: webhook.Address(), account: plan.account()}, strings.Join(webhook.Events, " and "), why)
}

// inShell quotes a text for a shell.
func inShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// inHCL quotes a text for a configuration.
func inHCL(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(text))
}

// warnPeriod is for a period that only the developer guide knows.
func warnPeriod(diags *diag.Diagnostics, period string) {
	diags.AddAttributeWarning(path.Root("rate_limit_period"), "This API accepts only \"second\" or \"minute\"",
		fmt.Sprintf("rate_limit_period is %q, which this API will probably refuse when it creates the webhook. Use \"second\" or \"minute\", and change rate_limit to match.", period))
}

// warnNotListed is for an account that cannot be listed while planning.
func (c *connection) warnNotListed(diags *diag.Diagnostics, err error, account int64) {
	var reported diag.Diagnostics
	c.report(&reported, err, subject{account: account})
	for _, problem := range reported {
		diags.AddWarning(leading(err, problem.Summary()),
			sentences(problem.Detail(), "So the plan cannot tell whether the webhooks that it would create exist already. The apply will probably fail for the same reason."))
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

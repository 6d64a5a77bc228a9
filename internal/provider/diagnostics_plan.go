package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// warnReplaced is what a plan says that gives a webhook another secret. Its title holds
// the id, because Terraform shows only one of several warnings with the same title.
func warnReplaced(diags *diag.Diagnostics, replacing []string, plan, state webhookResourceModel) {
	detail := fmt.Sprintf("The API cannot change %s in place, so the webhook %s will be archived and a new one created, with a new id and a new secret. "+
		"Receivers that verify signatures need the new secret. With lifecycle { create_before_destroy = true }, the old webhook delivers until the new one exists.",
		strings.Join(replacing, " and "), state.ID.ValueString())
	if slices.Contains(replacing, "account_id") && namesAccount(plan, state) {
		detail = sentences(detail, fmt.Sprintf("It cannot stay as it is, because the API shows no such webhook in account %d.", plan.account()))
	}
	diags.AddWarning("The secret of the webhook "+state.ID.ValueString()+" will change", detail)
}

// warnNotRefreshed is for a webhook that cannot be read before the apply.
func warnNotRefreshed(diags *diag.Diagnostics, about subject, why string) {
	diags.AddWarning("Webhook not refreshed", "The state of the webhook"+about.String()+" is shown as it was. "+why)
}

// reportLeavesAccount is for a replacement that would silently move the webhook.
func reportLeavesAccount(diags *diag.Diagnostics, account int64) {
	diags.AddAttributeError(path.Root("account_id"), "The replacement would leave the webhook's account",
		fmt.Sprintf("The webhook is in account %[1]d, which only the state knows: neither the resource nor the provider names an account. "+
			"So the webhook that replaces it would be created in the account of the credentials.\n\n"+
			"To stay in account %[1]d, set account_id = %[1]d in the resource or in the provider block, or the environment variable %[2]s. "+
			"To move the webhook, set account_id to the number of the account that it shall be in.", account, envAccountID))
}

// reportNotInAccount is for an account that was named while the API could not be asked
// whether the webhook is in it.
func reportNotInAccount(diags *diag.Diagnostics, about subject) {
	diags.AddAttributeError(path.Root("account_id"), "The webhook is in another account",
		fmt.Sprintf("The webhook %s is not in account %d. The plan could not know that, because the provider's configuration was not known yet. Nothing was changed. "+
			"Plan again: the plan then says that the webhook is replaced. Or take account_id out again, which keeps the webhook.", about.id, about.account))
}

// reportOtherDefault is for a saved plan that is applied with another account.
func reportOtherDefault(diags *diag.Diagnostics, about subject, planned, now types.Int64) {
	diags.AddError("The plan was made for another account",
		sentences(fmt.Sprintf("The webhook%s was not archived. The plan replaces it with one in %s, but the provider's account is now %s.",
			about, accountName(planned.ValueInt64()), accountName(now.ValueInt64())),
			"Apply with the same account as the plan, by account_id in the provider block or the environment variable "+envAccountID+", or plan again."))
}

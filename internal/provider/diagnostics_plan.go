package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// warnReplaced is what a plan says that gives a webhook another secret.
func warnReplaced(diags *diag.Diagnostics, replacing []string, plan, state webhookResourceModel) {
	detail := fmt.Sprintf("The API cannot change %s in place, so the webhook %s will be archived and a new one created, with a new id and a new secret. "+
		"Receivers that verify signatures need the new secret; lifecycle { create_before_destroy = true } keeps deliveries going meanwhile.",
		strings.Join(replacing, " and "), state.ID.ValueString())
	if slices.Contains(replacing, "account_id") && state.AccountID.IsNull() && plan.account() > 0 {
		detail = sentences(detail, fmt.Sprintf("If %d is the account that the webhook is in already, it can stay: take it out of the state and import it as %s.",
			plan.account(), importID(plan.account(), state.ID.ValueString())))
	}
	diags.AddWarning("The webhook's secret will change", detail)
}

// warnNotRefreshed is for a webhook that cannot be read before the apply.
func warnNotRefreshed(diags *diag.Diagnostics, about subject, why string) {
	diags.AddWarning("Webhook not refreshed", "The state of the webhook"+about.String()+" is shown as it was. "+why)
}

package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// importInstead is the way that is always open.
const importInstead = "Or import the webhook instead of moving it: a removed block with lifecycle { destroy = false } takes the old resource out of the state, " +
	"an import block brings the webhook in, and no call is made that changes anything."

func reportUnknownSource(diags *diag.Diagnostics, resourceType string) {
	diags.AddError("Cannot move this resource to cakemail_webhook", sentences(
		fmt.Sprintf("A moved block can turn a restapi_object (Mastercard/restapi) or a restful_resource (magodo/restful) into a cakemail_webhook, but not a %s.", resourceType),
		"Take the moved block out of the configuration.", importInstead))
}

func reportUnreadableSource(diags *diag.Diagnostics, resourceType string) {
	diags.AddError("Cannot read the state of the moved resource", sentences(
		fmt.Sprintf("The state of %s has a form that this provider does not know, perhaps because an old version of its provider wrote it.", resourceType),
		"Take the moved block out, run terraform apply with the newest version of the old provider, and move then.", importInstead))
}

func reportOtherObject(diags *diag.Diagnostics, resourceType string, object genericObject) {
	diags.AddError("The moved resource is not a webhook", sentences(
		fmt.Sprintf("%s has the path %s, which is not the path of a Cakemail webhook: that ends in /webhooks, or in /webhooks and an id.", object.name(resourceType), object.shownPath()),
		"Leave this resource with its provider: take its moved block out, and put its resource block back.",
		"If it is a webhook nonetheless, import it instead of moving it: a removed block with lifecycle { destroy = false } takes the old resource out of the state, and an import block brings the webhook in."))
}

func reportUntoldWebhook(diags *diag.Diagnostics, resourceType string, object genericObject) {
	diags.AddError("The state of the moved resource does not show a webhook", sentences(
		fmt.Sprintf("The state of %s, with the path %s, does not say which id and which events the webhook has.", object.name(resourceType), object.shownPath()),
		"Take the moved block out, put the old resource block back, run terraform apply -refresh-only, and move then.", importInstead))
}

// reportMovedGone is for a webhook that is not where the move says. Creating it
// again would double it.
func reportMovedGone(diags *diag.Diagnostics, about subject) {
	account := accountName(about.account)
	about.account = 0
	diags.AddError("The moved webhook was not found", sentences(
		fmt.Sprintf("The webhook%s is not in %s, so it cannot be taken over from the generic provider. Nothing was changed.", about, account),
		"If the generic provider acted for another account, set account_id in the block of the provider cakemail that manages this webhook. Check base_url and the credentials too.",
		"If the webhook is really gone, take it out of the state with terraform state rm, and apply again to create a new one."))
}

func (o genericObject) name(resourceType string) string {
	if o.id == "" {
		return resourceType
	}
	return resourceType + " with the id " + quoteShort(o.id)
}

// shownPath leaves out the query, which may hold a key.
func (o genericObject) shownPath() string {
	shown, _, _ := strings.Cut(o.path, "?")
	return quoteShort(shown)
}

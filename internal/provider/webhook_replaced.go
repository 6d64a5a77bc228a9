package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// replacement is an archived webhook, and the planned settings of the webhook that replaces it.
type replacement struct {
	ref cakemail.Ref
	by  cakemail.Settings
}

// replacedBy returns the webhooks that were archived for this one, as far as the plan could tell.
func (c *connection) replacedBy(plan webhookResourceModel) []cakemail.Ref {
	var found []cakemail.Ref
	c.replaced.Range(func(_, value any) bool {
		if archived, _ := value.(replacement); archived.by.AreIn(plan.asked().Public()) {
			found = append(found, archived.ref)
		}
		return true
	})
	slices.SortFunc(found, func(one, other cakemail.Ref) int { return strings.Compare(one.ID, other.ID) })
	return found
}

// forgetReplaced is called when the replacement exists.
func (c *connection) forgetReplaced(made webhookResourceModel) {
	if archived := c.replacedBy(made); len(archived) == 1 {
		c.replaced.Delete(archived[0].ID)
	}
}

// reportReplaced says how to get a webhook back if its replacement failed.
func (c *connection) reportReplaced(diags *diag.Diagnostics, plan webhookResourceModel) {
	if archived := c.replacedBy(plan); len(archived) > 0 {
		add(diags, message.Unreplaced(plan.subject(), archived))
	}
}

// ValidateConfig implements [resource.ResourceWithValidateConfig]. A value that is known only in the apply can
// turn out to be wrong after the old webhook was archived.
func (r *webhookResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config webhookResourceModel
	// Wrong types are reported elsewhere.
	if r.connection == nil || req.Config.Get(ctx, &config).HasError() || !config.isRefused() {
		return
	}
	r.connection.reportReplaced(&resp.Diagnostics, config)
}

// isRefused reports whether a known value is wrong in the arguments that can replace a webhook.
func (m webhookSettings) isRefused() bool {
	judged := []message.Message{}
	for _, event := range m.Events.Elements() {
		judged = append(judged, judge(eventName, event)...)
	}
	judged = append(append(judged, judge(receiverURL, m.URL)...), judge(someEvents, m.Events)...)
	for _, said := range judged {
		if !said.IsWarning {
			return true
		}
	}
	return false
}

func judge(by check, value attr.Value) []message.Message {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return by.judge("", value)
}

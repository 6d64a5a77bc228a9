package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// replacement is a webhook that was archived, and what the plan knew of the one to come.
type replacement struct {
	ref cakemail.Ref
	by  cakemail.Settings
}

// replacedBy names a webhook that was archived for this one, with an empty id where there is none.
func (c *connection) replacedBy(plan webhookResourceModel) (found cakemail.Ref) {
	asked := plan.asked()
	c.replaced.Range(func(_, value any) bool {
		archived, _ := value.(replacement)
		if archived.by.AreIn(asked.Public()) {
			found = archived.ref
		}
		return found.ID == ""
	})
	return found
}

// reportReplaced says how a webhook comes back whose replacement has failed.
func (c *connection) reportReplaced(diags *diag.Diagnostics, plan webhookResourceModel) {
	if archived := c.replacedBy(plan); archived.ID != "" {
		add(diags, message.Unreplaced(archived))
	}
}

// ValidateConfig implements [resource.ResourceWithValidateConfig]. A value that is known only in
// the apply can turn out to be wrong after the old webhook was archived.
func (r *webhookResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config webhookResourceModel
	// What is wrong with the types is said elsewhere.
	if r.connection == nil || req.Config.Get(ctx, &config).HasError() || !config.isRefused() {
		return
	}
	r.connection.reportReplaced(&resp.Diagnostics, config)
}

// isRefused tells whether a known value of the arguments that can replace a webhook is wrong.
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

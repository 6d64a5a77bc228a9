package provider

import (
	"context"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// ImportState implements [resource.ResourceWithImportState]: by ID, ACCOUNT_ID/ID, or identity.
func (r *webhookResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if r.connection.client(&resp.Diagnostics) == nil {
		return
	}
	var identity webhookIdentityModel
	storeSecret := true
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		identity, storeSecret = parseImportID(req.ID, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if account := identity.AccountID; !account.IsNull() && account.ValueInt64() < 1 {
		add(&resp.Diagnostics, message.InvalidImport(message.HasWrongAccount, ""))
		return
	}
	if err := cakemail.CheckID(identity.ID.ValueString()); err != nil {
		add(&resp.Diagnostics, message.InvalidImport(message.NamesNothing(err), ""))
		return
	}
	identity.AccountID = r.connection.orDefault(identity.AccountID)
	if r.connection.api.IsClaimed(identity.ID.ValueString()) {
		r.connection.reportTwoAddresses(&resp.Diagnostics, identity.ID.ValueString())
	}
	r.connection.api.Claim(cakemail.Ref{Account: identity.AccountID.ValueInt64(), ID: identity.ID.ValueString()}, cakemail.Settings{})
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), identity.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("account_id"), identity.AccountID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("store_secret"), storeSecret)...)
	if resp.Identity != nil {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	}
}

// parseImportID reads ID or ACCOUNT_ID/ID, and whether to store the secret. An id with a slash needs the account
// before it.
func parseImportID(raw string, diags *diag.Diagnostics) (identity webhookIdentityModel, storeSecret bool) {
	// Some shells pass on the quotation marks.
	text, found := strings.CutSuffix(strings.Trim(raw, "'\" \t\r\n"), message.WithoutSecret)
	if strings.Contains(raw, "://") {
		// The URL may hold credentials.
		add(diags, message.InvalidImport(message.IsAURL, ""))
		return identity, false
	}
	if strings.Contains(text, "?") {
		add(diags, message.InvalidImport(message.HasWrongEnd, raw))
	}
	account, id, hasAccount := strings.Cut(text, "/")
	if !hasAccount {
		return webhookIdentityModel{ID: types.StringValue(text), AccountID: types.Int64Null()}, !found
	}
	number, err := strconv.ParseInt(account, 10, 64)
	if err != nil || number < 1 {
		add(diags, message.InvalidImport(message.HasWrongNumber, raw))
	}
	return webhookIdentityModel{ID: types.StringValue(id), AccountID: types.Int64Value(number)}, !found
}

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
)

// withoutSecret, at the end of an import id, keeps the secret out of the state
// from the start: an import has no other way to say store_secret = false.
const withoutSecret = "?store_secret=false"

// ImportState implements [resource.ResourceWithImportState]: by ID,
// ACCOUNT_ID/ID, or identity.
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
		resp.Diagnostics.AddError(invalidImportID, "The webhook cannot be imported: "+account.String()+" is not the number of an account. "+importForms)
		return
	}
	if err := cakemail.CheckID(identity.ID.ValueString()); err != nil {
		resp.Diagnostics.AddError(invalidImportID, "The webhook cannot be imported: "+err.Error()+". "+importForms)
		return
	}
	identity.AccountID = r.connection.accountOf(identity.AccountID)
	r.connection.api.Claim(identity.ID.ValueString())
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), identity.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("account_id"), identity.AccountID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("store_secret"), storeSecret)...)
	if resp.Identity != nil {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	}
}

const invalidImportID = "Invalid import id"

const importForms = "Use the webhook's id, or ACCOUNT_ID/ID for a webhook of another account than the provider's, for example 42/0b1c2d3e. " +
	"Add " + withoutSecret + " to keep the secret out of the state."

// parseImportID reads ID or ACCOUNT_ID/ID, and whether the secret shall be
// stored. An id may itself hold slashes, but then only the form with the account
// can name it.
func parseImportID(raw string, diags *diag.Diagnostics) (identity webhookIdentityModel, storeSecret bool) {
	text, found := strings.CutSuffix(strings.TrimSpace(raw), withoutSecret)
	if strings.Contains(raw, "://") {
		// It may hold credentials.
		diags.AddError(invalidImportID, "The webhook cannot be imported by its URL. "+importForms)
		return identity, false
	}
	if strings.Contains(text, "?") {
		diags.AddError(invalidImportID, "What stands after the question mark in "+quoteShort(raw)+" is not known. "+importForms)
	}
	account, id, hasAccount := strings.Cut(text, "/")
	if !hasAccount {
		return webhookIdentityModel{ID: types.StringValue(text), AccountID: types.Int64Null()}, !found
	}
	number, err := strconv.ParseInt(account, 10, 64)
	if err != nil || number < 1 {
		diags.AddError(invalidImportID, "What stands before the slash in "+quoteShort(raw)+" is not the number of an account. "+importForms)
	}
	return webhookIdentityModel{ID: types.StringValue(id), AccountID: types.Int64Value(number)}, !found
}

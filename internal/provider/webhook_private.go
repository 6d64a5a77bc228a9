package provider

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// The keys of the resource's private state. It never holds secrets, because
// state files show it in plain base64.
const (
	// privateForm holds the description that the API's answers follow.
	privateForm = "form"
	// privateCreated holds when the webhook was created.
	privateCreated = "created"
	// privatePending holds the ids that a create of unknown outcome did not make.
	privatePending = "pending"
	// privatePlanned holds a [plannedChange] from the plan to the apply.
	privatePlanned = "planned"
	// privateStays is there when the last refresh did not know the provider's account.
	privateStays = "stays"
	// privateMoved is there from a move until the webhook has been read.
	privateMoved = "moved"
)

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// formOf returns the remembered form, or "" when there is none.
func formOf(ctx context.Context, private privateReader) cakemail.Form {
	raw, _ := private.GetKey(ctx, privateForm)
	var form cakemail.Form
	if json.Unmarshal(raw, &form) != nil {
		return ""
	}
	return form
}

func rememberForm(ctx context.Context, private privateWriter, form cakemail.Form) diag.Diagnostics {
	if form == "" {
		return nil
	}
	return remember(ctx, private, privateForm, form)
}

// createdWhen returns a context for calls on the webhook that knows when it was
// created, where that is remembered.
func createdWhen(ctx context.Context, private privateReader) context.Context {
	raw, _ := private.GetKey(ctx, privateCreated)
	var created time.Time
	if json.Unmarshal(raw, &created) != nil {
		return ctx
	}
	return cakemail.CreatedAt(ctx, created)
}

// rememberRead remembers the form, and that nothing is left to be looked for.
func rememberRead(ctx context.Context, private privateWriter, form cakemail.Form) diag.Diagnostics {
	diags := rememberForm(ctx, private, form)
	diags.Append(private.SetKey(ctx, privatePending, nil)...)
	diags.Append(private.SetKey(ctx, privateMoved, nil)...)
	diags.Append(private.SetKey(ctx, privateStays, nil)...)
	return diags
}

// plannedChange is what a plan passes on to the apply. In a replacement, the first
// plan also passes it to the second, which sees no state.
type plannedChange struct {
	// Settings are what is known of the webhook that will be there; nil when it is destroyed.
	Settings *cakemail.Settings `json:"settings"`
	// Account is where that webhook will be, nil for the account of the credentials.
	Account *int64 `json:"account"`
	// Inherits tells that the resource does not name the account.
	Inherits bool `json:"inherits"`
}

func newPlannedChange(config, plan webhookResourceModel) plannedChange {
	asked := plan.asked()
	if !known(plan.Events) {
		asked.Events = nil
	}
	planned := plannedChange{Settings: &asked}
	if !plan.AccountID.IsUnknown() {
		planned.Account, planned.Inherits = plan.AccountID.ValueInt64Pointer(), config.AccountID.IsNull()
	}
	return planned
}

func plannedOf(ctx context.Context, private privateReader) plannedChange {
	raw, _ := private.GetKey(ctx, privatePlanned)
	var planned plannedChange
	if json.Unmarshal(raw, &planned) != nil {
		return plannedChange{}
	}
	return planned
}

// staysInAccount tells whether the plan was made while the provider's account was unknown.
func staysInAccount(ctx context.Context, private privateReader) bool {
	raw, _ := private.GetKey(ctx, privateStays)
	return len(raw) > 0
}

// pendingOf returns the ids to leave out when a create of unknown outcome is resolved.
func pendingOf(ctx context.Context, private privateReader) []string {
	raw, _ := private.GetKey(ctx, privatePending)
	var known []string
	if json.Unmarshal(raw, &known) != nil {
		return nil
	}
	return known
}

func remember(ctx context.Context, private privateWriter, key string, value any) diag.Diagnostics {
	encoded, err := json.Marshal(value)
	if err != nil {
		var diags diag.Diagnostics
		diags.AddError("Cannot remember "+key, err.Error())
		return diags
	}
	return private.SetKey(ctx, key, encoded)
}

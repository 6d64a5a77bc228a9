package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// The keys of the resource's private state. It never holds a secret, since state files show it in plain base64.
const (
	// privateForm holds the form of the API's answers.
	privateForm = "form"
	// privateCreated holds when the webhook was created.
	privateCreated = "created"
	// privatePending holds the ids that a create of unknown outcome did not make.
	privatePending = "pending"
	// privateMark holds the mark of the credentials that made a create of unknown outcome.
	privateMark = "mark"
	// privateFound holds the id that the plan of a destroy found for a create of unknown outcome.
	privateFound = "found"
	// privatePlanned holds a [plannedChange] from the plan to the apply.
	privatePlanned = "planned"
	// privateStays is set if the last refresh did not know the provider's configuration.
	privateStays = "stays"
	// privateDefault holds the provider's account at the last refresh, or 0 for the account of the credentials.
	privateDefault = "default"
	// privateMoved is set from a move until the webhook is read or changed.
	privateMoved = "moved"
)

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recall returns the value under the key, or the zero value if there is none that can be read.
func recall[T any](ctx context.Context, private privateReader, key string) T {
	raw, _ := private.GetKey(ctx, key)
	var value T
	if json.Unmarshal(raw, &value) != nil {
		var none T
		return none
	}
	return value
}

func formOf(ctx context.Context, private privateReader) cakemail.Form {
	return recall[cakemail.Form](ctx, private, privateForm)
}

func rememberForm(ctx context.Context, private privateWriter, form cakemail.Form) diag.Diagnostics {
	if form == "" {
		return nil
	}
	return remember(ctx, private, privateForm, form)
}

// rememberRead remembers the form and the provider's account, and forgets that a webhook was pending or moved.
func rememberRead(ctx context.Context, private privateWriter, form cakemail.Form, account int64) diag.Diagnostics {
	diags := rememberForm(ctx, private, form)
	diags.Append(remember(ctx, private, privateDefault, account)...)
	diags.Append(forget(ctx, private, privatePending, privateMark, privateFound, privateMoved, privateStays)...)
	return diags
}

// plannedChange is what a plan passes to the apply. In a replacement, the first plan also passes it to the second,
// which sees no state.
type plannedChange struct {
	// Settings are the known, public values of the planned webhook, or nil for a destroy.
	Settings *cakemail.Settings `json:"settings"`
	// Account is where that webhook will be, or nil for the account of the credentials.
	Account *int64 `json:"account"`
	// Inherits means that the resource does not name the account.
	Inherits bool `json:"inherits"`
}

func newPlannedChange(config, plan webhookResourceModel) plannedChange {
	asked := plan.asked().Public()
	planned := plannedChange{Settings: &asked}
	if !plan.AccountID.IsUnknown() {
		planned.Account, planned.Inherits = plan.AccountID.ValueInt64Pointer(), config.AccountID.IsNull()
	}
	return planned
}

func remember(ctx context.Context, private privateWriter, key string, value any) diag.Diagnostics {
	// Times, ids and settings can always be encoded.
	encoded, _ := json.Marshal(value)
	return private.SetKey(ctx, key, encoded)
}

func forget(ctx context.Context, private privateWriter, keys ...string) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, key := range keys {
		diags.Append(private.SetKey(ctx, key, nil)...)
	}
	return diags
}

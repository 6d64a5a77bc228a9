package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var _ validator.Set = someEvents{}

// someEvents wants at least one event.
type someEvents struct{}

// Description implements [validator.Describer].
func (someEvents) Description(context.Context) string { return "at least one event" }

// MarkdownDescription implements [validator.Describer].
func (v someEvents) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateSet implements [validator.Set].
func (someEvents) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || len(req.ConfigValue.Elements()) > 0 {
		return
	}
	addAt(&resp.Diagnostics, req.Path, message.NoEvents())
}

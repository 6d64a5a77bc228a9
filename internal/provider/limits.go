package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ validator.Int64  = numbers{}
	_ validator.String = period{}
)

// numbers wants a number within limits; 0 is no upper one.
type numbers struct{ least, most int64 }

// Description implements [validator.Describer].
func (n numbers) Description(context.Context) string {
	if n.most == 0 {
		return fmt.Sprintf("at least %d", n.least)
	}
	return fmt.Sprintf("from %d to %d", n.least, n.most)
}

// MarkdownDescription implements [validator.Describer].
func (n numbers) MarkdownDescription(ctx context.Context) string { return n.Description(ctx) }

// ValidateInt64 implements [validator.Int64].
func (n numbers) ValidateInt64(_ context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	switch value := req.ConfigValue.ValueInt64(); {
	case n.most == 0 && value < n.least:
		addAt(&resp.Diagnostics, req.Path, message.TooSmall(req.Path.String(), n.least))
	case n.most > 0 && (value < n.least || value > n.most):
		addAt(&resp.Diagnostics, req.Path, message.OutOfRange(req.Path.String(), n.least, n.most))
	}
}

var periods = []string{"second", "minute", "hour", "day"}

// period wants one of [periods].
type period struct{}

// Description implements [validator.Describer].
func (period) Description(context.Context) string { return "one of " + strings.Join(periods, ", ") }

// MarkdownDescription implements [validator.Describer].
func (p period) MarkdownDescription(ctx context.Context) string { return p.Description(ctx) }

// ValidateString implements [validator.String].
func (period) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || slices.Contains(periods, value) {
		return
	}
	suggestion := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(value)), "s")
	if !slices.Contains(periods, suggestion) {
		suggestion = ""
	}
	addAt(&resp.Diagnostics, req.Path, message.NotAPeriod(req.Path.String(), value, suggestion, periods))
}

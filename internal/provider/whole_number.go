package provider

import (
	"context"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ basetypes.Int64Typable      = wholeNumber{}
	_ basetypes.Int64Valuable     = notWhole{}
	_ xattr.ValidateableAttribute = notWhole{}
)

// wholeNumber is the framework's type for whole numbers, except that it refuses
// others as a mistake in the configuration; the framework's own calls 1.5 a
// defect of the provider.
type wholeNumber struct{ basetypes.Int64Type }

// Equal implements [attr.Type]: the values are those of the framework's type.
func (t wholeNumber) Equal(other attr.Type) bool {
	_, same := other.(wholeNumber)
	return same || t.Int64Type.Equal(other)
}

// ValueFromTerraform implements [attr.Type].
func (t wholeNumber) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.Int64Type.ValueFromTerraform(ctx, in)
	var number *big.Float
	if err == nil || in.As(&number) != nil {
		return value, err
	}
	return notWhole{number: number}, nil
}

// notWhole is a number that no argument of this provider takes.
type notWhole struct {
	basetypes.Int64Value
	number *big.Float
}

// ValidateAttribute implements [xattr.ValidateableAttribute].
func (n notWhole) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	addAt(&resp.Diagnostics, req.Path, message.NotWhole(req.Path.String(), n.number.Text('g', 10)))
}

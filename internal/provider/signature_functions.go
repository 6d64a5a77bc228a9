package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ function.Function = signFunction{}
	_ function.Function = verifyFunction{}
)

func newSignFunction() function.Function   { return signFunction{} }
func newVerifyFunction() function.Function { return verifyFunction{} }

// signFunction makes the signature that Cakemail would send.
type signFunction struct{}

// Metadata implements [function.Function].
func (signFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "sign"
}

// Definition implements [function.Function].
func (signFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Sign a delivery as Cakemail would",
		MarkdownDescription: "Returns `base64(HMAC-SHA256(secret, payload))`, the signature that Cakemail sends in the header " +
			"`X-Cakemail-Signature` or `X-Signature` " +
			"of a delivery with this body. Use it to test a receiver. Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{payloadParameter(), secretParameter("")},
		Return:     function.StringReturn{},
	}
}

// Run implements [function.Function].
func (signFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var payload string
	var secret types.String
	resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.Get(ctx, &payload, &secret))
	if resp.Error == nil && strings.TrimSpace(secret.ValueString()) == "" {
		resp.Error = function.NewArgumentFuncError(1, message.MissingSecret)
	}
	if resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, cakemail.Sign([]byte(payload), secret.ValueString()))
}

// verifyFunction checks a signature.
type verifyFunction struct{}

// Metadata implements [function.Function].
func (verifyFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "verify"
}

// Definition implements [function.Function].
func (verifyFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Verify the signature of a delivery",
		MarkdownDescription: "Tells whether `signature` is the one that Cakemail sends with a delivery of this body, compared in constant time. " +
			"Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{
			payloadParameter(),
			function.StringParameter{
				Name:                "signature",
				MarkdownDescription: "The value of the delivery's header `X-Cakemail-Signature` or `X-Signature`, in base64.",
			},
			secretParameter("You can give several, separated by spaces: then one of them has to match. "),
		},
		Return: function.BoolReturn{},
	}
}

// Run implements [function.Function].
func (verifyFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var payload, signature string
	var secret types.String
	resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.Get(ctx, &payload, &signature, &secret))
	if resp.Error == nil && strings.TrimSpace(secret.ValueString()) == "" {
		resp.Error = function.NewArgumentFuncError(2, message.MissingSecret)
	}
	if resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, slices.ContainsFunc(strings.Fields(secret.ValueString()), func(one string) bool {
		return cakemail.Verify([]byte(payload), signature, one)
	}))
}

func payloadParameter() function.Parameter {
	return function.StringParameter{
		Name: "payload",
		MarkdownDescription: "The raw body of the delivery. Terraform changes every string to the Unicode form NFC. If the body writes `é` as two " +
			"characters, `e` and U+0301, " +
			"the function gets another body than Cakemail signed, and the signature differs. Check such a body outside Terraform.",
	}
}

// secretParameter has a description with one more sentence, or "".
func secretParameter(more string) function.Parameter {
	return function.StringParameter{
		Name: "secret",
		// Only then does the error say where to take it from.
		AllowNullValue: true,
		MarkdownDescription: "The webhook's secret, for example `cakemail_webhook.example.secret`. " + more +
			"A webhook with `store_secret = false` has none in the state: take it from the ephemeral resource `cakemail_webhook_secret`.",
	}
}

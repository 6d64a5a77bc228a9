package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
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
		MarkdownDescription: "Returns `base64(HMAC-SHA256(secret, payload))`, the signature that Cakemail sends in the header `X-Cakemail-Signature` or `X-Signature` " +
			"of a delivery with this body. Use it to test a receiver. Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{payloadParameter(), secretParameter()},
		Return:     function.StringReturn{},
	}
}

// Run implements [function.Function].
func (signFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var payload, secret string
	resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.Get(ctx, &payload, &secret))
	if resp.Error == nil && secret == "" {
		resp.Error = emptySecret(1)
	}
	if resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, cakemail.Sign([]byte(payload), secret))
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
			secretParameter(),
		},
		Return: function.BoolReturn{},
	}
}

// Run implements [function.Function].
func (verifyFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var payload, signature, secret string
	resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.Get(ctx, &payload, &signature, &secret))
	if resp.Error == nil && secret == "" {
		resp.Error = emptySecret(2)
	}
	if resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, cakemail.Verify([]byte(payload), signature, secret))
}

func payloadParameter() function.Parameter {
	return function.StringParameter{
		Name:                "payload",
		MarkdownDescription: "The raw body of the delivery, byte for byte.",
	}
}

func secretParameter() function.Parameter {
	return function.StringParameter{
		Name:                "secret",
		MarkdownDescription: "The webhook's secret, for example `cakemail_webhook.example.secret`.",
	}
}

func emptySecret(argument int64) *function.FuncError {
	return function.NewArgumentFuncError(argument, "The secret is empty, so anyone could make this signature. Pass the webhook's secret; with store_secret = false, take it from the ephemeral resource cakemail_webhook_secret.")
}

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
		MarkdownDescription: "Returns `base64(HMAC-SHA256(secret, payload))`, the signature of a delivery with this body, to test a receiver. " +
			"Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{payloadParameter(), secretParameter("The webhook's secret.")},
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
	// A secret from a file often ends in a line break, which verify ignores too.
	resp.Error = resp.Result.Set(ctx, cakemail.Sign([]byte(payload), strings.TrimSpace(secret.ValueString())))
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
		MarkdownDescription: "Reports, in constant time, whether Cakemail signed this body. " +
			"Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{
			payloadParameter(),
			function.StringParameter{
				Name:                "signature",
				MarkdownDescription: "The delivery's header `X-Signature` or `X-Cakemail-Signature`.",
			},
			secretParameter("The webhook's secret, or several, separated by spaces."),
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
	// The whole is one of them, so that verify accepts whatever sign gives.
	secrets := append(strings.Fields(secret.ValueString()), strings.TrimSpace(secret.ValueString()))
	resp.Error = resp.Result.Set(ctx, slices.ContainsFunc(secrets, func(one string) bool {
		return cakemail.Verify([]byte(payload), signature, one)
	}))
}

func payloadParameter() function.Parameter {
	return function.StringParameter{
		Name: "payload",
		MarkdownDescription: "Raw body of the delivery. Terraform joins decomposed letters, such as `e` and an accent: a body with any " +
			"no longer matches its signature.",
	}
}

func secretParameter(description string) function.Parameter {
	return function.StringParameter{
		Name: "secret",
		// Otherwise the framework rejects null without saying where to get the secret.
		AllowNullValue:      true,
		MarkdownDescription: description + " With `store_secret = false`, take it from the ephemeral resource `cakemail_webhook_secret`.",
	}
}

package provider

import "github.com/hashicorp/terraform-plugin-framework/function"

// missingSecret is the error for the argument that should be a webhook's secret.
// Terraform puts a period behind it.
func missingSecret(argument int64) *function.FuncError {
	return function.NewArgumentFuncError(argument, "The secret is missing, so there is nothing to sign with. Pass the webhook's secret. "+
		"A webhook with store_secret = false has none in the state: take its secret from the ephemeral resource cakemail_webhook_secret")
}

// Command schema prints the provider's schemas in the form of `terraform providers schema -json`. It asks the provider
// itself, so that the generated documentation is complete and does not depend on the installed Terraform.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

// providerKey is the only full address that tfplugindocs looks for.
const providerKey = "registry.terraform.io/hashicorp/cakemail"

func main() {
	log.SetFlags(0)
	if err := write(context.Background(), os.Stdout, server.New(provider.New("docs")())); err != nil {
		log.Fatal(err)
	}
}

func write(ctx context.Context, out io.Writer, serving tfprotov6.ProviderServer) error {
	schemas, err := serving.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("reading the provider's schemas: %w", err)
	}
	identities, err := serving.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("reading the provider's identity schemas: %w", err)
	}
	if err := failed(append(schemas.Diagnostics, identities.Diagnostics...)); err != nil {
		return fmt.Errorf("the provider has a faulty schema: %w", err)
	}
	converted, err := convert(schemas, identities)
	if err != nil {
		return fmt.Errorf("converting the provider's schemas: %w", err)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(converted)
}

func failed(diagnostics []*tfprotov6.Diagnostic) error {
	var all []error
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			all = append(all, fmt.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail))
		}
	}
	return errors.Join(all...)
}

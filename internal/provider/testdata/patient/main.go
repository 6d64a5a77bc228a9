// Command patient is the provider with the patience that a test sets.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

func main() {
	var patience cakemail.Patience
	if err := json.Unmarshal([]byte(os.Getenv("CAKEMAIL_TEST_PATIENCE")), &patience); err != nil {
		log.Fatal(err)
	}
	newServer := func() tfprotov6.ProviderServer {
		return server.New(provider.New("test", provider.WithClient(func(options *cakemail.Options) { options.Patience = patience }))())
	}
	if err := tf6server.Serve("registry.terraform.io/cakemail/cakemail", newServer); err != nil {
		log.Fatal(err)
	}
}

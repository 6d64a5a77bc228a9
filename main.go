// Command terraform-provider-cakemail is the Terraform provider for Cakemail webhooks.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
)

// version is set by the linker when a release is built.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run so that a debugger such as delve can attach")
	flag.Parse()

	quietSDK(os.Environ(), os.Setenv)
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/cakemail/cakemail",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// quietSDK switches the plugin SDK's own logging off when nobody asked for a
// log: Terraform would parse and drop each line, a quarter of the time of a plan.
func quietSDK(environment []string, setenv func(key, value string) error) {
	for _, variable := range environment {
		if strings.HasPrefix(variable, "TF_LOG") && !strings.HasSuffix(variable, "=") {
			return
		}
	}
	for _, key := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		if err := setenv(key, "OFF"); err != nil {
			log.Printf("cannot set %s: %v", key, err)
		}
	}
}

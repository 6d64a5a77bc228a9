package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	// The configurations name the provider as users do: cakemail/cakemail.
	_ = os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "cakemail")
	// The developer's own command line configuration must not reach the tests.
	_ = os.Unsetenv("TF_CLI_CONFIG_FILE")

	acctest.MoreSecrets = secretSamples()
	if err := acctest.ChooseTerraform(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

package provider_test

import (
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// since is what a test needs of the core that runs it: the minor version of
// Terraform 1 and of OpenTofu 1 that brought a part of the plugin protocol, 0
// where none has. Each test that can be skipped for it has a twin that speaks
// the protocol itself and never is.
type since struct {
	what                string
	terraform, openTofu int
}

var (
	terraformData      = since{"terraform_data", 4, 6}
	importBlocks       = since{"import blocks", 5, 6}
	mocks              = since{"mocked providers", 7, 8}
	functions          = since{"provider functions", 8, 7}
	movesAcrossTypes   = since{"moves across types", 8, 10}
	ephemeralResources = since{"ephemeral resources", 10, 11}
	writeOnlyArguments = since{"write-only arguments", 11, 11}
	// In these, an apply shows that it is one.
	applies    = since{"the capability of an apply to defer", 11, 0}
	identities = since{"resource identities", 12, 12}
	queries    = since{"list resources", 14, 0}
	actions    = since{"actions", 14, 0}
	// Older versions take the marks of sensitive values for a change.
	statesOfNewerTerraform = since{"states of Terraform 1.15", 11, 12}
)

// coreVersion is the name and the minor version of the Terraform that runs the tests.
var coreVersion = sync.OnceValues(func() ([2]string, error) {
	binary, err := terraformcli.Find(context.Background())
	if err != nil {
		return [2]string{}, err
	}
	output, err := exec.CommandContext(context.Background(), binary, "version").Output()
	if err != nil {
		return [2]string{}, err
	}
	match := regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v1\.(\d+)\.`).FindSubmatch(output)
	if match == nil {
		return [2]string{}, exec.ErrNotFound
	}
	return [2]string{string(match[1]), string(match[2])}, nil
})

// orSkip skips the test where the core is too old.
func (s since) orSkip(t *testing.T) {
	t.Helper()
	running, err := coreVersion()
	if err != nil {
		t.Fatalf("the version of Terraform cannot be found out: %v", err)
	}
	if s == (since{}) {
		return
	}
	needed := s.terraform
	if running[0] == "OpenTofu" {
		needed = s.openTofu
	}
	minor, err := strconv.Atoi(running[1])
	if err != nil {
		t.Fatal(err)
	}
	if needed == 0 || minor < needed {
		t.Skipf("%s need Terraform 1.%d; this is %s 1.%d", s.what, s.terraform, running[0], minor)
	}
}

package provider_test

import (
	"context"
	"sync"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// since is what a test needs of Terraform or OpenTofu: the minor version of Terraform 1 and of OpenTofu 1 that
// brought a part of the plugin protocol, or 0 if none has. Each test that can be skipped has a twin that speaks
// the protocol itself and always runs.
type since struct {
	what                string
	terraform, openTofu int
}

var (
	terraformData      = since{"terraform_data", 4, 6}
	importBlocks       = since{"import blocks", 5, 6}
	mocks              = since{"mocked providers", 7, 8}
	removedBlocks      = since{"removed blocks", 7, 7}
	functions          = since{"provider functions", 8, 7}
	movesAcrossTypes   = since{"moves across types", 8, 10}
	ephemeralResources = since{"ephemeral resources", 10, 11}
	writeOnlyArguments = since{"write-only arguments", 11, 11}
	// From these versions on, an apply shows that it is one.
	applies    = since{"the capability of an apply to defer", 11, 0}
	identities = since{"resource identities", 12, 12}
	queries    = since{"list resources", 14, 0}
	actions    = since{"actions", 14, 0}
	// Older versions report the marks of sensitive values as a change.
	statesOfNewerTerraform = since{"states of Terraform 1.15", 11, 12}
)

// core is the name and minor version of the Terraform that runs the tests.
type core struct {
	name  string
	minor int
}

var coreVersion = sync.OnceValues(func() (core, error) {
	name, minor, err := terraformcli.Version(context.Background())
	return core{name, minor}, err
})

// orSkip skips the test if the core is too old.
func (s since) orSkip(t *testing.T) {
	t.Helper()
	running, err := coreVersion()
	if err != nil {
		t.Fatal(err)
	}
	if s == (since{}) {
		return
	}
	needed := s.terraform
	if running.name == "OpenTofu" {
		needed = s.openTofu
	}
	if needed == 0 || running.minor < needed {
		t.Skipf("%s need Terraform 1.%d; this is %s 1.%d", s.what, s.terraform, running.name, running.minor)
	}
}

package main

import (
	"os/exec"
	"strings"
	"testing"
)

// Build and test tools must not be in the released binary.
func TestNoToolIsInTheBinary(t *testing.T) {
	t.Parallel()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(output), "internal/provider") {
		t.Fatalf("the list is not of the provider:\n%s", output)
	}
	for _, tool := range []string{
		"hc-install", "terraform-plugin-testing", "terraform-exec", "internal/cakemailtest", "internal/terraformcli", "ProtonMail/go-crypto",
	} {
		if strings.Contains(string(output), tool) {
			t.Errorf("%s is in the binary", tool)
		}
	}
}

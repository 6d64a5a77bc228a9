package terraformcli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// Git refuses to read a checkout of another owner, such as one that is mounted into a container. This repository
// cannot be read either.
func TestAProviderIsBuiltInARepositoryThatGitDoesNotRead(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{
		".git/HEAD": "rubbish",
		"go.mod":    "module example.com/program\n\ngo 1.26\n",
		"main.go":   "package main\n\nfunc main() {}\n",
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
	t.Setenv("GOFLAGS", "-buildvcs=auto")
	if err := terraformcli.BuildProvider(t.Context(), t.TempDir()); err != nil {
		t.Error(err)
	}
}

package acctest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// The folders hold the provider, and the variant with another patience. Each is built once for all tests that run
// Terraform and the provider as real processes.
var (
	ProviderFolder = sync.OnceValues(func() (string, error) { return built(".") })
	PatientFolder  = sync.OnceValues(func() (string, error) { return built("./internal/provider/testdata/patient") })
)

func built(path string) (string, error) {
	folder, err := os.MkdirTemp("", "provider")
	if err != nil {
		return "", err
	}
	return folder, terraformcli.BuildPackage(context.Background(), path, folder)
}

// Program returns the folder of the provider, and the environment that it needs.
func (w *World) Program(t *testing.T) (folder string, environment []string) {
	t.Helper()
	build := ProviderFolder
	if w.OtherPatience {
		encoded, err := json.Marshal(w.Patience)
		if err != nil {
			t.Fatal(err)
		}
		build, environment = PatientFolder, []string{"CAKEMAIL_TEST_PATIENCE=" + string(encoded)}
	}
	folder, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return folder, environment
}

// Workspace is a folder with one configuration from testdata, ready to apply.
func (w *World) Workspace(t *testing.T, configuration string, environment ...string) *terraformcli.Workspace {
	t.Helper()
	folder := t.TempDir()
	content, err := os.ReadFile(filepath.Join("testdata", configuration))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return w.WorkspaceIn(t, folder, environment...)
}

// WorkspaceIn is a folder that already holds a configuration, and perhaps a state.
func (w *World) WorkspaceIn(t *testing.T, folder string, environment ...string) *terraformcli.Workspace {
	t.Helper()
	program, own := w.Program(t)
	environment = append(environment, own...)
	for name, value := range w.Environment {
		environment = append(environment, name+"="+value)
	}
	workspace, err := terraformcli.New(t.Context(), folder, program, environment...)
	if err != nil {
		t.Fatal(err)
	}
	return workspace
}

// Terraform runs a command that must succeed, and returns the output.
func Terraform(t *testing.T, workspace *terraformcli.Workspace, arguments ...string) string {
	t.Helper()
	output, err := workspace.Run(t.Context(), arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// RefusedTerraform runs a command that must fail, and returns the output.
func RefusedTerraform(t *testing.T, workspace *terraformcli.Workspace, arguments ...string) string {
	t.Helper()
	output, err := workspace.Run(t.Context(), arguments...)
	if err == nil {
		t.Fatalf("terraform %v succeeded, want a failure:\n%s", arguments, output)
	}
	return output
}

// StateWebhook is a webhook in the state file.
type StateWebhook struct {
	ID      string `json:"id"`
	URL     string `json:"url"`
	Secret  string `json:"secret"`
	Tainted bool   `json:"-"`
}

// StateOf reads the webhooks in the state file.
func StateOf(t *testing.T, workspace *terraformcli.Workspace) []StateWebhook {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(workspace.Folder, "terraform.tfstate"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Type      string `json:"type"`
			Mode      string `json:"mode"`
			Instances []struct {
				Status     string       `json:"status"`
				Attributes StateWebhook `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	var webhooks []StateWebhook
	for _, resource := range state.Resources {
		if resource.Type != "cakemail_webhook" || resource.Mode != "managed" {
			continue
		}
		for _, instance := range resource.Instances {
			webhook := instance.Attributes
			webhook.Tainted = instance.Status == "tainted"
			webhooks = append(webhooks, webhook)
		}
	}
	return webhooks
}

// CopyState copies the state of one workspace to another.
func CopyState(t *testing.T, from, to *terraformcli.Workspace) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(from.Folder, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to.Folder, "terraform.tfstate"), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

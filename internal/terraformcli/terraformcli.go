// Package terraformcli runs the real Terraform command with a provider built from this repository, for the demo, the
// benchmark and the tests that need whole processes.
package terraformcli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// ModuleFolder returns the folder of the Go module that contains the working directory.
func ModuleFolder(ctx context.Context) (string, error) {
	module, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}
	return strings.TrimSpace(string(module)), nil
}

// ProviderFile returns the path in the folder where Terraform looks for the provider.
func ProviderFile(folder string) string {
	name := "terraform-provider-cakemail"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(folder, name)
}

// BuildProvider builds the provider of the current Go module into the folder, under the name that Terraform looks for.
func BuildProvider(ctx context.Context, folder string) error {
	return BuildPackage(ctx, ".", folder)
}

// BuildPackage builds another main package of the module that serves a provider.
func BuildPackage(ctx context.Context, path, folder string) error {
	module, err := ModuleFolder(ctx)
	if err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", ProviderFile(folder), path)
	build.Dir = module
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the provider: %w\n%s", err, output)
	}
	return nil
}

// stopWithin is how long an interrupted Terraform may take to stop its providers before it is killed.
const stopWithin = 15 * time.Second

// Workspace is a folder with a configuration, and an environment in which Terraform uses the built provider.
type Workspace struct {
	// Folder holds the configuration and the state.
	Folder string
	// Color keeps the colours in Run's output.
	Color       bool
	binary      string
	environment []string
}

// New prepares the folder. The environment, KEY=VALUE each, is added to the caller's own for the provider. Variables of
// Terraform and Cakemail are not taken from the caller's.
func New(ctx context.Context, folder, providerFolder string, environment ...string) (*Workspace, error) {
	binary, err := Find(ctx)
	if err != nil {
		return nil, err
	}
	configuration := filepath.Join(folder, "cli.tfrc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %[1]q = %[3]q\n    %[2]q = %[3]q\n  }\n  direct {}\n}\n",
		"registry.terraform.io/cakemail/cakemail", "registry.opentofu.org/cakemail/cakemail", providerFolder)
	if err := os.WriteFile(configuration, []byte(overrides), 0o600); err != nil {
		return nil, fmt.Errorf("writing the command line configuration: %w", err)
	}
	own := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "CAKEMAIL_")
	})
	return &Workspace{
		Folder:      folder,
		binary:      binary,
		environment: slices.Concat(own, []string{"TF_CLI_CONFIG_FILE=" + configuration, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1"}, environment),
	}, nil
}

// Command returns the Terraform command, not started, for callers that send it signals or measure it. When ctx ends,
// Terraform is interrupted: if killed, it would leave its provider processes behind. Windows can only kill.
func (w *Workspace) Command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, w.binary, arguments...)
	command.Dir, command.Env = w.Folder, w.environment
	command.Cancel = func() error {
		if runtime.GOOS == "windows" {
			return command.Process.Kill()
		}
		return command.Process.Signal(os.Interrupt)
	}
	command.WaitDelay = stopWithin
	return command
}

// Run runs Terraform and returns both output streams in one, which are also in the error.
func (w *Workspace) Run(ctx context.Context, arguments ...string) (string, error) {
	if !w.Color {
		arguments = append(arguments, "-no-color")
	}
	command := w.Command(ctx, arguments...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return output.String(), fmt.Errorf("%s %s: %w\n%s", filepath.Base(w.binary), strings.Join(arguments, " "), err, output.String())
	}
	return output.String(), nil
}

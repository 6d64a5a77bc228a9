package terraformcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// NotFoundError means that there is no Terraform. Standard error has already said so, and how to get it.
type NotFoundError struct{ Cause error }

// Error implements error.
func (e *NotFoundError) Error() string {
	why := e.Cause.Error()
	if lookup, ok := errors.AsType[*net.DNSError](e.Cause); ok {
		why = lookup.Err
	} else if call, ok := errors.AsType[*os.SyscallError](e.Cause); ok {
		why = call.Err.Error()
	}
	return "The download failed: " + why + ".\nInstall it: https://developer.hashicorp.com/terraform/install"
}

// Find returns the path of Terraform: TF_ACC_TERRAFORM_PATH, else terraform or tofu on PATH, else one that is downloaded
// once into the user's cache folder and verified, else a [NotFoundError]. It reports a download on standard error.
func Find(ctx context.Context) (string, error) {
	return find(ctx, installer{out: os.Stderr})
}

func find(ctx context.Context, installer installer) (string, error) {
	if named := os.Getenv("TF_ACC_TERRAFORM_PATH"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("TF_ACC_TERRAFORM_PATH: %w", err)
		}
		// Terraform runs in other folders, where a relative path means something else.
		return filepath.Abs(path)
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	path, err := installer.install(ctx)
	if err != nil {
		return "", &NotFoundError{err}
	}
	return path, nil
}

var printedVersion = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v1\.(\d+)\.`)

// Version returns the name, Terraform or OpenTofu, and its minor version.
func Version(ctx context.Context) (name string, minor int, err error) {
	binary, err := Find(ctx)
	if err != nil {
		return "", 0, err
	}
	printed, err := exec.CommandContext(ctx, binary, "version").Output()
	if err != nil {
		return "", 0, fmt.Errorf("asking %s for its version: %w", binary, err)
	}
	return versionIn(string(printed))
}

func versionIn(printed string) (name string, minor int, err error) {
	match := printedVersion.FindStringSubmatch(printed)
	if match == nil {
		return "", 0, fmt.Errorf("no version of Terraform or OpenTofu is in %q", printed)
	}
	minor, err = strconv.Atoi(match[2])
	return match[1], minor, err
}

// downloadedVersion is the newest Terraform that the workflows test, for machines without one.
const downloadedVersion = "1.15.9"

// longestDownload is how long a download may take on a slow network.
const longestDownload = 10 * time.Minute

// installer gets Terraform from HashiCorp's release site, or from an imitation of it.
type installer struct {
	out io.Writer
	// site and publicKey are HashiCorp's own if they are "".
	site, publicKey string
}

// install returns the Terraform in the user's cache folder, and downloads it if needed.
func (i installer) install(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	cache = filepath.Join(cache, "terraform-provider-cakemail")
	folder := filepath.Join(cache, "terraform-"+downloadedVersion)
	path := filepath.Join(folder, product.Terraform.BinaryName())
	if _, missing := os.Stat(path); err == nil && missing == nil {
		return path, nil
	}
	fmt.Fprintf(i.out, "Terraform is not installed. Downloading %s into your cache folder.\n", downloadedVersion)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	// Only a complete download gets its final name, also if several processes download at once.
	temporary, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temporary)
	release := releases.ExactVersion{
		Product:          product.Terraform,
		Version:          version.Must(version.NewVersion(downloadedVersion)),
		InstallDir:       temporary,
		Timeout:          longestDownload,
		ApiBaseURL:       i.site,
		ArmoredPublicKey: i.publicKey,
		// Without a network, the library's own client would retry for 15 seconds.
		HTTPClient: http.DefaultClient,
	}
	if _, err := release.Install(ctx); err != nil {
		return "", err
	}
	err = os.Rename(temporary, folder)
	if _, missing := os.Stat(path); missing != nil {
		return "", errors.Join(err, missing)
	}
	return path, nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// aSecret matches the secrets of the in-memory API: base64 of 32 bytes.
var aSecret = regexp.MustCompile(`[A-Za-z0-9+/]{43}=`)

func TestEveryStepHolds(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n\nafter this output:\n%s", err, out.String())
	}
	for _, want := range []string{
		"Step 1. Build the provider",
		"Plan: 1 to add, 0 to change, 0 to destroy.",
		"Apply complete! Resources: 1 added, 0 changed, 0 destroyed.",
		"secret        = (sensitive, 44 characters; nothing here prints it)",
		"No changes.",
		"Plan: 0 to add, 1 to change, 0 to destroy.",
		"Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
		"the receiver verified the signature",
		deliveredBy(t),
		"the receiver refused it",
		"Destroy complete! Resources: 1 destroyed.",
		"no active webhook",
		"Every step held.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if found := aSecret.FindString(out.String()); found != "" {
		t.Errorf("the output shows a secret: %s", found)
	}
	folder := regexp.MustCompile(`folder (\S+),`).FindStringSubmatch(out.String())
	if folder == nil {
		t.Fatal("the output names no folder")
	}
	if _, err := os.Stat(folder[1]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder %s was left behind: %v", folder[1], err)
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

// deliveredBy is what the demo says of the delivery with the Terraform that runs it.
func deliveredBy(t *testing.T) string {
	t.Helper()
	binary, err := terraformcli.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	printed, err := exec.CommandContext(t.Context(), binary, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if actionsIn(string(printed)) {
		return "| Posting a sample of Contact.Added, signed with the webhook's secret, to http://"
	}
	return "The API posts Contact.Added to the webhook's url"
}

func TestActionsIn(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]bool{
		"Terraform v1.11.4\non linux_amd64\n": false, "Terraform v1.13.9": false, "Terraform v1.14.0": true, "Terraform v1.15.9-dev": true,
		"\nWarning: something\n\nTerraform v1.16.0-rc2\n": true, "OpenTofu v1.12.6": false, "OpenTofu v1.14.0": false, "": false,
	} {
		if got := actionsIn(printed); got != want {
			t.Errorf("%q: got %t, want %t", printed, got, want)
		}
	}
}

func TestNoTerraform(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	// Without a home there is no cache folder, so none is downloaded either.
	for _, name := range []string{"TF_ACC_TERRAFORM_PATH", "HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	if err := run(t.Context(), &bytes.Buffer{}); !errors.Is(err, terraformcli.ErrNotFound) {
		t.Errorf("got %v, want %v", err, terraformcli.ErrNotFound)
	}
}

func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := run(ctx, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "stopped in step 1, and cleaned up") {
		t.Errorf("got %v, want that it was stopped in step 1", err)
	}
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	replacement := planned{changes: true, Resources: make([]plannedResource, 1)}
	replacement.Resources[0].Address = "cakemail_webhook.demo"
	replacement.Resources[0].Change.Actions = []string{"delete", "create"}
	replacement.Resources[0].Change.After = map[string]any{"url": "https://example.com/second"}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"another action":     {replacement.expectAction("update"), "planned actions on cakemail_webhook.demo: expected update, saw delete and create"},
		"changes":            {replacement.expectNothing(), "planned actions on cakemail_webhook.demo: expected no-op, saw delete and create"},
		"no resource at all": {planned{}.expectAction("create"), "resources in the plan: expected 1, saw 0"},
		"unknown after apply": {
			replacement.expectKept(map[string]string{"secret": "s3cret"}),
			"planned secret: expected to stay what it is, saw another value or one that is known only after apply",
		},
		"a value": {expect("output hash_function", "sha256", "md5"), "output hash_function: expected sha256, saw md5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.err == nil || test.err.Error() != test.want {
				t.Errorf("got %v, want %s", test.err, test.want)
			}
		})
	}
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	body := []byte(`{"event":"Contact.Added"}`)
	for name, test := range map[string]struct {
		secret, signature string
		want              int
	}{
		"signed with the secret":         {"s3cret", cakemail.Sign(body, "s3cret"), http.StatusNoContent},
		"signed with another secret":     {"s3cret", cakemail.Sign(body, "other"), http.StatusUnauthorized},
		"not signed":                     {"s3cret", "", http.StatusUnauthorized},
		"signed with the empty secret":   {"", cakemail.Sign(body, ""), http.StatusUnauthorized},
		"a signature of something else":  {"s3cret", cakemail.Sign([]byte("{}"), "s3cret"), http.StatusUnauthorized},
		"a signature that is not base64": {"s3cret", "!", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := startReceiver()
			t.Cleanup(receiver.close)
			receiver.trust(test.secret)
			status, err := receiver.post(t.Context(), "/events", body, test.signature)
			if err != nil {
				t.Fatal(err)
			}
			if status != test.want {
				t.Errorf("answered %d, want %d", status, test.want)
			}
		})
	}
}

package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// aSecret matches the secrets of the in-memory API: base64 of 32 bytes.
var aSecret = regexp.MustCompile(`[A-Za-z0-9+/]{43}=`)

func TestEveryStepHolds(t *testing.T) {
	t.Parallel()
	for name, colored := range map[string]bool{"plain": false, "coloured": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := run(t.Context(), &out, colored); err != nil {
				t.Fatalf("%v\n\nafter this output:\n%s", err, out.String())
			}
			printed := color.ReplaceAllString(out.String(), "")
			if isColored := printed != out.String(); isColored != colored {
				t.Errorf("colours: got %t, want %t", isColored, colored)
			}
			expectSteps(t, printed)
			expectNarrow(t, printed)
			if found := aSecret.FindString(printed); found != "" {
				t.Errorf("the output shows a secret: %s", found)
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}

// expectSteps fails unless all steps are there, in order.
func expectSteps(t *testing.T, printed string) {
	t.Helper()
	rest := printed
	for _, want := range []string{
		"1. The configuration", "\nresource \"cakemail_webhook\" \"demo\" {\n",
		"2. Plan", "\n  # cakemail_webhook.demo will be created\n", "+ url  ", "\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
		"3. Apply", "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n", "the answer was lost", "exactly one active webhook", "No changes.",
		"4. Change the URL", "~ url  ", "Plan: 0 to add, 1 to change, 0 to destroy.\n", "Resources: 0 added, 1 changed, 0 destroyed.\n", "the same secret",
		"5. Change the event", "must be replaced\n", "Plan: 1 to add, 0 to change, 1 to destroy.\n\n", "Warning: The secret of the webhook ", "was not applied",
		"6. Deliver", deliveredBy(t), "the receiver verified the signature", "the receiver refused",
		"7. Destroy", "Destroy complete! Resources: 1 destroyed.\n", "none is active",
		"\nProven: ", "\nNext, ", "make api", "README.md", "\nEvery argument", "docs/index.md.\n",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("the output lacks %q after:\n%s", want, strings.TrimSuffix(printed, rest))
		}
		rest = after
	}
	if rest != "" {
		t.Errorf("after the closing lines comes %q", rest)
	}
}

// terraforms matches lines of Terraform and the provider, which are quoted at full width.
var terraforms = regexp.MustCompile(`^ +~ url +=|^(│ )?Warning: The secret of the webhook|^Posting a sample of `)

func expectNarrow(t *testing.T, printed string) {
	t.Helper()
	for line := range strings.Lines(printed) {
		if utf8.RuneCountInString(line) > 80 && !terraforms.MatchString(line) {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line)-1, line)
		}
	}
}

// deliveredBy is what the demo says about the delivery with this version of Terraform.
func deliveredBy(t *testing.T) string {
	t.Helper()
	name, minor, err := terraformcli.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if name == "Terraform" && minor >= actionsSince {
		return "Posting a sample of Contact.Added, signed with the webhook's secret, to http://"
	}
	return "The API posts a signed Contact.Added to the URL of the webhook."
}

// Only a terminal without NO_COLOR gets colours. The null device is no more a regular file than a terminal is.
func TestIsColored(t *testing.T) {
	t.Parallel()
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	_, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	for _, test := range []struct {
		out     *os.File
		noColor string
		want    bool
	}{{device, "", true}, {device, "1", false}, {pipe, "", false}} {
		if got := isColored(test.out, test.noColor); got != test.want {
			t.Errorf("to %s with NO_COLOR=%s, colours: got %t, want %t", test.out.Name(), test.noColor, got, test.want)
		}
	}
}

// Without Terraform, and without a folder to download it to, the demo prints three lines.
func TestNoTerraform(t *testing.T) {
	built := filepath.Join(t.TempDir(), "demo.exe")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", built, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	demo := exec.CommandContext(t.Context(), built)
	demo.Env = []string{}
	output, err := demo.CombinedOutput()
	lines := strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
	if err == nil || len(lines) != 3 {
		t.Fatalf("got %v and the output, want a failure and three lines:\n%s", err, output)
	}
	for index, want := range []string{"Terraform is not installed.", "The download failed: ", "Install it: https://"} {
		if !strings.HasPrefix(lines[index], want) {
			t.Errorf("line %d is %q, want %q", index+1, lines[index], want)
		}
	}
}

func TestItLeavesNothingBehind(t *testing.T) {
	temporary := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temporary)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopper := writerFunc(func(text []byte) (int, error) {
		if bytes.HasPrefix(text, []byte("$ terraform")) {
			cancel()
		}
		return len(text), nil
	})
	if err := run(ctx, stopper, false); err == nil || !strings.Contains(err.Error(), "stopped in step 2, and cleaned up") {
		t.Errorf("got %v, want a stop in step 2", err)
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "cakemail-demo-*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v (error %v)", left, err)
	}
}

// writerFunc is a function that is an [io.Writer].
type writerFunc func([]byte) (int, error)

// Write implements [io.Writer].
func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

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
		"another action":     {replacement.expectActions("update"), "planned actions on cakemail_webhook.demo: expected update, saw delete and create"},
		"changes":            {replacement.expectNothing(), "planned actions on cakemail_webhook.demo: expected no-op, saw delete and create"},
		"no resource at all": {planned{}.expectActions("create"), "resources in the plan: expected 1, saw 0"},
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

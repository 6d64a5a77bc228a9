package acctest

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// Traces are the texts that Terraform leaves behind, by kind.
type Traces map[string]string

// TracesOf reads everything in the workspace after a plan into the file plan.zip: the state files, with their private
// parts decoded, each member of the plan file, and what `terraform show` prints of both.
func TracesOf(t *testing.T, workspace *terraformcli.Workspace) Traces {
	t.Helper()
	found := Traces{
		"show -json":      Terraform(t, workspace, "show", "-json"),
		"show -json plan": Terraform(t, workspace, "show", "-json", PlanFile),
	}
	for _, file := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
		content, err := os.ReadFile(filepath.Join(workspace.Folder, file))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		found[file] = WithPrivateParts(t, string(content))
	}
	archive, err := zip.OpenReader(filepath.Join(workspace.Folder, PlanFile))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, member := range archive.File {
		reader, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		found["plan file, "+member.Name] = WithPrivateParts(t, string(content))
	}
	return found
}

// PlanFile is a zip archive under any name.
const PlanFile = "plan.zip"

var privatePart = regexp.MustCompile(`"private": *"([^"]+)"`)

// WithPrivateParts adds the provider's private data, which a state file holds in base64.
func WithPrivateParts(t *testing.T, text string) string {
	t.Helper()
	for _, match := range privatePart.FindAllStringSubmatch(text, -1) {
		decoded, err := base64.StdEncoding.DecodeString(match[1])
		if err != nil {
			t.Fatal(err)
		}
		text += "\n" + PrivateText(decoded)
	}
	return text
}

// PrivateText is private data, including what the plugin framework encodes in it.
func PrivateText(private []byte) string {
	texts := []string{string(private)}
	var parts map[string][]byte
	if json.Unmarshal(private, &parts) == nil {
		for name, part := range parts {
			texts = append(texts, name+": "+string(part))
		}
	}
	return strings.Join(texts, "\n")
}

// Holding returns the names of the traces that contain the secret in any disguise.
func (f Traces) Holding(secret string) []string {
	var names []string
	for name, text := range f {
		for _, disguised := range Disguises(secret) {
			if strings.Contains(text, disguised) {
				names = append(names, name)
				break
			}
		}
	}
	slices.Sort(names)
	return names
}

// ExpectNone fails if a trace contains a secret that the API ever issued.
func (f Traces) ExpectNone(t *testing.T, w *World, when string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		w.ExpectNoSecret(t, when+": "+name, f[name])
	}
}

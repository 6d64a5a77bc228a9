package provider_test

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

// traces are the texts that Terraform leaves behind, by what they are.
type traces map[string]string

// tracesOf reads everything that is in the workspace after a plan into the file
// plan.zip: the state files, with their private parts decoded, each member of
// the plan file, and what `terraform show` makes of both.
func tracesOf(t *testing.T, workspace *terraformcli.Workspace) traces {
	t.Helper()
	found := traces{
		"show -json":      terraform(t, workspace, "show", "-json"),
		"show -json plan": terraform(t, workspace, "show", "-json", planFile),
	}
	for _, file := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
		content, err := os.ReadFile(filepath.Join(workspace.Folder, file))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		found[file] = withPrivateParts(t, string(content))
	}
	archive, err := zip.OpenReader(filepath.Join(workspace.Folder, planFile))
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
		found["plan file, "+member.Name] = withPrivateParts(t, string(content))
	}
	return found
}

// planFile is a zip archive, whatever its name says.
const planFile = "plan.zip"

var privatePart = regexp.MustCompile(`"private": *"([^"]+)"`)

// withPrivateParts adds what a state file holds in base64 for the provider.
func withPrivateParts(t *testing.T, text string) string {
	t.Helper()
	for _, match := range privatePart.FindAllStringSubmatch(text, -1) {
		decoded, err := base64.StdEncoding.DecodeString(match[1])
		if err != nil {
			t.Fatal(err)
		}
		text += "\n" + privateText(decoded)
	}
	return text
}

// privateText is private data with what the plugin framework encodes in it.
func privateText(private []byte) string {
	text := string(private)
	var parts map[string][]byte
	if json.Unmarshal(private, &parts) == nil {
		for name, part := range parts {
			text += "\n" + name + ": " + string(part)
		}
	}
	return text
}

// holding names the traces in which the secret is, in whatever disguise.
func (f traces) holding(secret string) []string {
	var names []string
	for name, text := range f {
		for _, disguised := range disguises(secret) {
			if strings.Contains(text, disguised) {
				names = append(names, name)
				break
			}
		}
	}
	slices.Sort(names)
	return names
}

// expectNone fails where a trace holds a secret that the API ever issued.
func (f traces) expectNone(t *testing.T, w *world, when string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		w.expectNoSecret(t, when+": "+name, f[name])
	}
}

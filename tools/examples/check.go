package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// Terraform introduced these in these versions.
var (
	query   = version.Must(version.NewVersion("1.14.0"))
	actions = version.Must(version.NewVersion("1.14.0"))
)

const (
	ownSource        = "cakemail/cakemail"
	requirementsFile = "requirements.tf"
)

type checker struct {
	folder    string
	terraform *version.Version
}

// newChecker uses the folder, which contains the provider.
func newChecker(ctx context.Context, folder string) (*checker, error) {
	workspace, err := terraformcli.New(ctx, folder, folder)
	if err != nil {
		return nil, err
	}
	output, err := workspace.Command(ctx, "version", "-json").Output()
	if err != nil {
		return nil, fmt.Errorf("asking Terraform for its version: %w", err)
	}
	var answer struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		return nil, fmt.Errorf("reading Terraform's version: %w", err)
	}
	terraform, err := version.NewVersion(answer.Version)
	return &checker{folder: folder, terraform: terraform}, err
}

// lacking says why an example could only be parsed on this machine.
type lacking string

// Error implements error.
func (l lacking) Error() string { return string(l) }

// check returns an error if the example is wrong, and a [lacking] error if it could only be parsed.
func (c *checker) check(ctx context.Context, one example) error {
	folder, err := os.MkdirTemp(c.folder, "example-")
	if err != nil {
		return err
	}
	workspace, err := terraformcli.New(ctx, folder, c.folder)
	if err != nil {
		return err
	}
	for _, file := range one {
		if err := formatted(ctx, workspace, file); err != nil {
			return err
		}
	}
	needs, err := needsOf(one)
	if err != nil {
		return err
	}
	if err := c.recentEnough(one, needs); err != nil {
		return err
	}
	if err := install(ctx, workspace, needs.providers); err != nil {
		return err
	}
	if err := fill(folder, one, needs.providers); err != nil {
		return err
	}
	arguments := []string{"validate"}
	if slices.ContainsFunc(one, isQuery) {
		arguments = append(arguments, "-query")
	}
	_, err = workspace.Run(ctx, arguments...)
	return err
}

func formatted(ctx context.Context, workspace *terraformcli.Workspace, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	// Standard input, because older versions refuse the names of query files.
	command := workspace.Command(ctx, "fmt", "-check", "-diff", "-no-color", "-")
	command.Stdin = file
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s is not formatted: %w\n%s", path, err, output)
	}
	return nil
}

func (c *checker) recentEnough(one example, needs needs) error {
	if !needs.terraform.Check(c.terraform.Core()) {
		return lacking("needs Terraform " + needs.terraform.String())
	}
	if needs.actions && c.terraform.LessThan(actions) {
		return lacking("needs Terraform 1.14")
	}
	if slices.ContainsFunc(one, isQuery) && c.terraform.LessThan(query) {
		return lacking("needs Terraform 1.14")
	}
	return nil
}

// needs is what an example requires, by its terraform blocks and its actions.
type needs struct {
	actions bool
	// providers maps the names of the providers to their sources.
	providers map[string]string
	terraform version.Constraints
}

func needsOf(one example) (needs, error) {
	found := needs{providers: map[string]string{}}
	parser := hclparse.NewParser()
	for _, path := range one {
		file, diagnostics := parser.ParseHCLFile(path)
		if diagnostics.HasErrors() {
			return needs{}, diagnostics
		}
		blocks, _, _ := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
			{Type: "terraform"}, {Type: "action", LabelNames: []string{"type", "name"}},
		}})
		found.actions = found.actions || len(blocks.Blocks.OfType("action")) > 0
		for _, block := range blocks.Blocks.OfType("terraform") {
			if err := found.add(block.Body); err != nil {
				return needs{}, err
			}
		}
	}
	return found, nil
}

func (n *needs) add(terraform hcl.Body) error {
	content, _, _ := terraform.PartialContent(&hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "required_version"}},
		Blocks:     []hcl.BlockHeaderSchema{{Type: "required_providers"}},
	})
	for _, providers := range content.Blocks {
		if err := collect(n.providers, providers.Body); err != nil {
			return err
		}
	}
	attribute, ok := content.Attributes["required_version"]
	if !ok {
		return nil
	}
	value, diagnostics := attribute.Expr.Value(nil)
	if diagnostics.HasErrors() {
		return diagnostics
	}
	constraints, err := version.NewConstraint(value.AsString())
	if err != nil {
		return fmt.Errorf("%s: %w", attribute.Range, err)
	}
	n.terraform = append(n.terraform, constraints...)
	return nil
}

func collect(sources map[string]string, body hcl.Body) error {
	attributes, diagnostics := body.JustAttributes()
	if diagnostics.HasErrors() {
		return diagnostics
	}
	for name, attribute := range attributes {
		value, diagnostics := attribute.Expr.Value(nil)
		if diagnostics.HasErrors() {
			return diagnostics
		}
		if !value.Type().IsObjectType() || !value.Type().HasAttribute("source") {
			return fmt.Errorf("%s: the required provider %s names no source", attribute.Range, name)
		}
		sources[name] = value.GetAttr("source").AsString()
	}
	return nil
}

// install gets the other providers from the registry, but not the provider under test, which may have no published
// version.
func install(ctx context.Context, workspace *terraformcli.Workspace, providers map[string]string) error {
	others := maps.Clone(providers)
	maps.DeleteFunc(others, func(_, source string) bool { return source == ownSource })
	if len(others) == 0 {
		return nil
	}
	if err := write(workspace.Folder, requirementsFile, requirements(others)); err != nil {
		return err
	}
	if _, err := workspace.Run(ctx, "init"); err != nil {
		return lacking("out of reach: " + strings.Join(slices.Sorted(maps.Values(others)), ", "))
	}
	return os.Remove(filepath.Join(workspace.Folder, requirementsFile))
}

func requirements(sources map[string]string) string {
	var text strings.Builder
	text.WriteString("terraform {\n  required_providers {\n")
	for name, source := range sources {
		fmt.Fprintf(&text, "    %s = {\n      source = %q\n    }\n", name, source)
	}
	text.WriteString("  }\n}\n")
	return text.String()
}

// fill copies the example, and adds the requirement if a snippet leaves it out.
func fill(folder string, one example, providers map[string]string) error {
	if len(providers) == 0 {
		if err := write(folder, requirementsFile, requirements(map[string]string{"cakemail": ownSource})); err != nil {
			return err
		}
	}
	for _, path := range one {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := write(folder, strings.ReplaceAll(path, string(filepath.Separator), "-"), string(content)); err != nil {
			return err
		}
	}
	return nil
}

func write(folder, name, content string) error {
	return os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600)
}

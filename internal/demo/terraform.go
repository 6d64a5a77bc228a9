package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

const planFile = "demo.tfplan"

// terraform runs Terraform, and says what it runs and what came of it.
type terraform struct {
	workspace *terraformcli.Workspace
	say       func(format string, arguments ...any)
}

// planned is a plan as `terraform show -json` describes it.
type planned struct {
	// changes tells what `terraform plan -detailed-exitcode` exited with 2 for.
	changes   bool
	Resources []plannedResource `json:"resource_changes"`
}

type plannedResource struct {
	Address string `json:"address"`
	Change  struct {
		Actions []string       `json:"actions"`
		After   map[string]any `json:"after"`
	} `json:"change"`
}

// plan writes the plan to a file, for apply, and reads it.
func (t *terraform) plan(ctx context.Context, url, event string) (planned, error) {
	t.say("  $ terraform plan -var url=%s -var event=%s", url, event)
	output, err := t.workspace.Run(ctx, "plan", "-detailed-exitcode", "-out="+planFile, "-var=url="+url, "-var=event="+event)
	var read planned
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 2 {
		read.changes, err = true, nil
	}
	if err != nil {
		return planned{}, err
	}
	t.quote(output, "Plan: ", "No changes.")
	return read, t.readJSON(ctx, &read, "show", "-json", planFile)
}

// expectAction checks that the plan has one change: this one.
func (p planned) expectAction(action string) error {
	if len(p.Resources) != 1 {
		return fmt.Errorf("resources in the plan: expected 1, saw %d", len(p.Resources))
	}
	resource := p.Resources[0]
	if actions := resource.Change.Actions; !slices.Equal(actions, []string{action}) {
		return fmt.Errorf("planned actions on %s: expected %s, saw %s", resource.Address, action, strings.Join(actions, " and "))
	}
	return nil
}

// expectNothing checks that the plan has nothing to do.
func (p planned) expectNothing() error {
	if err := p.expectAction("no-op"); err != nil {
		return err
	}
	return expect("the plan has changes", false, p.changes)
}

// expectKept checks that the attributes are known while planning, and the same
// as before. It names them without their values, which may be secret.
func (p planned) expectKept(before map[string]string) error {
	for name, value := range before {
		if p.Resources[0].Change.After[name] != value {
			return fmt.Errorf("planned %s: expected to stay what it is, saw another value or one that is known only after apply", name)
		}
	}
	return nil
}

// apply carries out the last plan.
func (t *terraform) apply(ctx context.Context, want string) error {
	t.say("  $ terraform apply")
	output, err := t.workspace.Run(ctx, "apply", planFile)
	if err != nil {
		return err
	}
	return t.expectSummary(output, want)
}

func (t *terraform) destroy(ctx context.Context, url, event string) error {
	t.say("  $ terraform destroy")
	output, err := t.workspace.Run(ctx, "destroy", "-auto-approve", "-var=url="+url, "-var=event="+event)
	if err != nil {
		return err
	}
	return t.expectSummary(output, "Resources: 1 destroyed")
}

// actionsSince is the minor version of Terraform 1 that brought actions.
const actionsSince = 14

var terraformVersion = regexp.MustCompile(`(?m)^Terraform v1\.(\d+)\.`)

// hasActions tells whether this is a Terraform with actions.
func (t *terraform) hasActions(ctx context.Context) (bool, error) {
	printed, err := t.workspace.Run(ctx, "version")
	return actionsIn(printed), err
}

// actionsIn tells whether the version that calls itself so has actions; OpenTofu has none.
func actionsIn(printed string) bool {
	match := terraformVersion.FindStringSubmatch(printed)
	if match == nil {
		return false
	}
	minor, err := strconv.Atoi(match[1])
	return err == nil && minor >= actionsSince
}

// invoke runs an action, and quotes the progress that it reports.
func (t *terraform) invoke(ctx context.Context, action, url, event string) error {
	t.say("  $ terraform apply -invoke=%s", action)
	output, err := t.workspace.Run(ctx, "apply", "-auto-approve", "-invoke="+action, "-var=url="+url, "-var=event="+event)
	if err != nil {
		return err
	}
	for line := range strings.Lines(output) {
		if _, progress, found := strings.Cut(line, " (triggered by CLI): "); found {
			t.say("  | %s", strings.TrimSpace(progress))
		}
	}
	return t.expectSummary(output, "Actions: 1 invoked")
}

// expectSummary checks the line with which apply and destroy end.
func (t *terraform) expectSummary(output, want string) error {
	summary := t.quote(output, "Apply complete!", "Destroy complete!")
	if !strings.Contains(summary, want) {
		return fmt.Errorf("how it ended: expected %q, saw %q", want, summary)
	}
	return nil
}

// outputs are the outputs of examples/demo.
type outputs struct {
	id, secret, hashFunction string
	secretIsSensitive        bool
}

func (t *terraform) outputs(ctx context.Context) (outputs, error) {
	t.say("  $ terraform output -json")
	var read map[string]struct {
		Sensitive bool   `json:"sensitive"`
		Value     string `json:"value"`
	}
	if err := t.readJSON(ctx, &read, "output", "-json"); err != nil {
		return outputs{}, err
	}
	return outputs{
		id:                read["id"].Value,
		secret:            read["secret"].Value,
		hashFunction:      read["hash_function"].Value,
		secretIsSensitive: read["secret"].Sensitive,
	}, nil
}

// readJSON decodes what Terraform prints. Its errors never show that text, since
// there are secrets in it.
func (t *terraform) readJSON(ctx context.Context, into any, arguments ...string) error {
	printed, err := t.workspace.Command(ctx, arguments...).Output()
	if err != nil {
		return fmt.Errorf("terraform %s: %w", strings.Join(arguments, " "), err)
	}
	if err := json.Unmarshal(printed, into); err != nil {
		return fmt.Errorf("reading what terraform %s printed: %w", strings.Join(arguments, " "), err)
	}
	return nil
}

// quote repeats the line of Terraform's output that begins with one of the
// prefixes, and returns it.
func (t *terraform) quote(output string, prefixes ...string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		for _, prefix := range prefixes {
			if strings.HasPrefix(line, prefix) {
				t.say("  | %s", line)
				return line
			}
		}
	}
	return ""
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

const planFile = "demo.tfplan"

// terraform runs Terraform, shows the command, and quotes the important part of the output.
type terraform struct {
	workspace *terraformcli.Workspace
	say       func(format string, arguments ...any)
	// printed is everything that Terraform has printed for people.
	printed strings.Builder
}

// run runs a command. It does not show the additional flags.
func (t *terraform) run(ctx context.Context, command string, more ...string) (string, error) {
	t.say("$ terraform %s\n", command)
	output, err := t.workspace.Run(ctx, append(strings.Fields(command), more...)...)
	t.printed.WriteString(output)
	t.quote(output)
	return output, err
}

// planned is a plan in the form of `terraform show -json`.
type planned struct {
	// changes means that `terraform plan -detailed-exitcode` exited with 2.
	changes   bool
	printed   string
	Resources []plannedResource `json:"resource_changes"`
}

type plannedResource struct {
	Address string `json:"address"`
	Change  struct {
		Actions []string       `json:"actions"`
		After   map[string]any `json:"after"`
	} `json:"change"`
}

// plan writes the plan to a file for apply, and reads it.
func (t *terraform) plan(ctx context.Context, variables string) (planned, error) {
	var read planned
	output, err := t.run(ctx, "plan"+variables, "-detailed-exitcode", "-out="+planFile)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 2 {
		read.changes, err = true, nil
	}
	if err != nil {
		return planned{}, err
	}
	read.printed = color.ReplaceAllString(output, "")
	return read, t.readJSON(ctx, &read, planFile)
}

// expectActions checks that the plan has these actions for one resource.
func (p planned) expectActions(actions ...string) error {
	if len(p.Resources) != 1 {
		return fmt.Errorf("resources in the plan: expected 1, saw %d", len(p.Resources))
	}
	return expect("planned actions on "+p.Resources[0].Address, strings.Join(actions, " and "), strings.Join(p.Resources[0].Change.Actions, " and "))
}

// expectNothing checks that the plan has nothing to do.
func (p planned) expectNothing() error {
	return firstFailure(p.expectActions("no-op"), expect("the plan has changes", false, p.changes))
}

// expectKept checks that the attributes are known in the plan and unchanged. It names them without their values, which
// may be secret.
func (p planned) expectKept(before map[string]string) error {
	for _, resource := range p.Resources {
		for name, value := range before {
			if resource.Change.After[name] != value {
				return fmt.Errorf("planned %s: expected to stay what it is, saw another value or one that is known only after apply", name)
			}
		}
	}
	return nil
}

// finish runs a command that ends with this summary.
func (t *terraform) finish(ctx context.Context, summary, command string, more ...string) error {
	output, err := t.run(ctx, command, more...)
	if err != nil {
		return err
	}
	if !strings.Contains(color.ReplaceAllString(output, ""), summary) {
		return fmt.Errorf("how it ended: expected %q, saw %q", summary, output)
	}
	return nil
}

// apply carries out the last plan.
func (t *terraform) apply(ctx context.Context, summary string) error {
	return t.finish(ctx, "Apply complete! Resources: "+summary+".", "apply", planFile)
}

// state is the state in the form of `terraform show -json`.
type state struct {
	Values struct {
		Outputs map[string]struct {
			Sensitive bool   `json:"sensitive"`
			Value     string `json:"value"`
		} `json:"outputs"`
		RootModule struct {
			Resources []struct {
				Values    attributes `json:"values"`
				Sensitive struct {
					Secret bool `json:"secret"`
				} `json:"sensitive_values"`
			} `json:"resources"`
		} `json:"root_module"`
	} `json:"values"`
}

// attributes are the webhook's attributes.
type attributes struct {
	ID           string `json:"id"`
	URL          string `json:"url"`
	Secret       string `json:"secret"`
	HashFunction string `json:"hash_function"`
}

// webhook returns the attributes of the only resource in the state, whose secret must also be the output.
func (t *terraform) webhook(ctx context.Context) (attributes, error) {
	var read state
	if err := t.readJSON(ctx, &read); err != nil {
		return attributes{}, err
	}
	resources, output := read.Values.RootModule.Resources, read.Values.Outputs["secret"]
	if len(resources) != 1 {
		return attributes{}, fmt.Errorf("resources in the state: expected 1, saw %d", len(resources))
	}
	webhook := resources[0].Values
	return webhook, firstFailure(
		expect("output secret is the webhook's", true, output.Value == webhook.Secret),
		expect("output secret is marked as sensitive", true, output.Sensitive),
		expect("attribute secret is marked as sensitive", true, resources[0].Sensitive.Secret),
		expect("Terraform has printed the secret", false, strings.Contains(t.printed.String(), webhook.Secret)),
	)
}

// readJSON decodes the output of `terraform show -json`. Its errors never show that text, since it contains secrets.
func (t *terraform) readJSON(ctx context.Context, into any, file ...string) error {
	printed, err := t.workspace.Command(ctx, append([]string{"show", "-json"}, file...)...).Output()
	if err != nil {
		return fmt.Errorf("terraform show: %w", err)
	}
	if err := json.Unmarshal(printed, into); err != nil {
		return fmt.Errorf("reading what terraform show printed: %w", err)
	}
	return nil
}

var (
	color = regexp.MustCompile(`\x1b\[[0-9;]*m`)
	// parts begin a quoted part: a change in a plan, or the warning of another secret.
	parts = regexp.MustCompile(`^(  # \S+ (will be created|will be updated|must be replaced)|Warning: The secret)`)
	// ends follow a part, such as the next warning.
	ends = regexp.MustCompile(`^(╵|─|Warning: )`)
	// summaries are lines that are quoted by themselves.
	summaries = regexp.MustCompile(`^(Plan: |No changes\.|Apply complete!|Destroy complete!)`)
	// progress is the prefix of an action's reports.
	progress = regexp.MustCompile(`^.* \(triggered by CLI\): `)
)

// quote repeats the important part of Terraform's output, without values that are known only later.
func (t *terraform) quote(output string) {
	inside := false
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		plain := strings.TrimPrefix(color.ReplaceAllString(line, ""), "│ ")
		isSummary := summaries.MatchString(plain)
		inside = parts.MatchString(plain) || inside && !isSummary && !ends.MatchString(plain)
		if inside && strings.HasPrefix(plain, "Warning") {
			t.say("")
		}
		switch {
		case progress.MatchString(plain):
			t.say("%s", progress.ReplaceAllString(plain, ""))
		case isSummary, inside && !strings.HasSuffix(plain, "(known after apply)"):
			t.say("%s", line)
		}
	}
	t.say("")
}

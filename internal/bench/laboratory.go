package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// figures are the costs of one phase.
type figures struct {
	calls, connections int
	usage              usage
	wall               time.Duration
}

func (f figures) cpuPerWebhook(count int) time.Duration {
	return f.usage.cpu / time.Duration(count)
}

// cycle is one run through all phases, in order.
type cycle []figures

// laboratory holds what all measurements share.
type laboratory struct {
	settings
	folder string
	// program is this program, which wraps the providers and is also the floor's provider.
	program string
	// provider is the built provider of this repository.
	provider string
	// wrapped is the folder where Terraform finds the provider.
	wrapped string
}

// prepare builds the provider, and puts the wrapper where Terraform looks for it.
func (l *laboratory) prepare(ctx context.Context) error {
	built := filepath.Join(l.folder, "built")
	l.wrapped = filepath.Join(l.folder, "wrapped")
	for _, folder := range []string{built, l.wrapped} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return fmt.Errorf("making a temporary folder: %w", err)
		}
	}
	if err := terraformcli.BuildProvider(ctx, built); err != nil {
		return err
	}
	l.provider = terraformcli.ProviderFile(built)
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	l.program = program
	if err := os.Symlink(program, terraformcli.ProviderFile(l.wrapped)); err != nil {
		return fmt.Errorf("putting the wrapper in the provider's place: %w", err)
	}
	return nil
}

// measureAll returns the medians of all measurements, and reports its progress.
func (l *laboratory) measureAll(ctx context.Context, progress io.Writer) (map[measurement]cycle, error) {
	measured := map[measurement][]cycle{}
	for number := range l.runs {
		for _, one := range measurements(l.counts) {
			fmt.Fprintf(progress, "run %d of %d: %d webhooks, %s\n", number+1, l.runs, one.count, one.subject.name)
			result, err := l.measure(ctx, one)
			if ctx.Err() != nil {
				return nil, errors.New("stopped, and cleaned up")
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", one.subject.name, err)
			}
			measured[one] = append(measured[one], result)
		}
	}
	medians := map[measurement]cycle{}
	for one, cycles := range measured {
		medians[one] = median(cycles)
	}
	return medians, nil
}

// measure runs the subject through all phases, from nothing to nothing.
func (l *laboratory) measure(ctx context.Context, what measurement) (cycle, error) {
	api := cakemailtest.Start(cakemailtest.WithLatency(l.latency))
	defer api.Close()
	folder, err := os.MkdirTemp(l.folder, "cycle-")
	if err != nil {
		return nil, fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder)
	configuration, err := what.subject.configuration()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), configuration, 0o600); err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	reports := filepath.Join(folder, "reports")
	if err := os.Mkdir(reports, 0o700); err != nil {
		return nil, fmt.Errorf("making a temporary folder: %w", err)
	}
	workspace, err := terraformcli.New(ctx, folder, l.wrapped, l.variables(what.subject, api, reports)...)
	if err != nil {
		return nil, err
	}
	var measured cycle
	for _, phase := range phases() {
		arguments := append(phase.arguments, "-var=size="+strconv.Itoa(what.count))
		figures, err := l.measurePhase(ctx, workspace, api, arguments, reports)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", phase.name, err)
		}
		measured = append(measured, figures)
	}
	return measured, nil
}

// variables is the environment of Terraform, which passes it on to the provider.
func (l *laboratory) variables(subject subject, api *cakemailtest.Server, reports string) []string {
	variables := []string{
		"CAKEMAIL_API_BASE=" + api.URL(),
		"CAKEMAIL_ACCESS_TOKEN=" + cakemailtest.DefaultAccessToken,
		envUsage + "=" + reports,
	}
	if subject.trivial == "" {
		variables = append(variables, envWrapped+"="+l.provider)
	} else {
		variables = append(variables, envWrapped+"="+l.program, envFloor+"="+subject.trivial)
	}
	switch {
	case subject.traced:
		// Terraform's own TF_LOG stays unset: Terraform reads the lines and drops them.
		variables = append(variables, "TF_LOG_SDK=TRACE")
	case subject.trivial != "":
		// The real provider sets these itself.
		variables = append(variables, "TF_LOG_SDK=OFF", "TF_LOG_SDK_PROTO=OFF", "TF_LOG_SDK_FRAMEWORK=OFF")
	}
	return variables
}

func (l *laboratory) measurePhase(
	ctx context.Context, workspace *terraformcli.Workspace, api *cakemailtest.Server, arguments []string, reports string,
) (figures, error) {
	api.ResetCalls()
	connections := api.Connections()
	started := time.Now()
	_, err := workspace.Run(ctx, arguments...)
	wall := time.Since(started)
	if err != nil {
		return figures{}, err
	}
	used, err := collect(reports)
	if err != nil {
		return figures{}, err
	}
	return figures{calls: len(api.Calls()), connections: api.Connections() - connections, usage: used, wall: wall}, nil
}

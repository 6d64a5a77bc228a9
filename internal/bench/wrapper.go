package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The environment of this program when Terraform starts it as the provider.
const (
	// envWrapped is the provider to run and measure.
	envWrapped = "BENCH_WRAPPED_PROVIDER"
	// envUsage is the folder for the result.
	envUsage = "BENCH_USAGE_FOLDER"
	// envFloor makes it serve the floor provider of this kind.
	envFloor = "BENCH_FLOOR"
)

// usage is the cost of provider processes.
type usage struct {
	cpu time.Duration
	// peakBytes is the peak resident memory of one process.
	peakBytes int64
}

// wrap runs the provider with this process's input and outputs, which connect it to Terraform, and writes its usage to a
// file in the folder. The file is there from the start, empty, so that a provider that never reported is noticed.
func wrap(provider, folder string) int {
	report := filepath.Join(folder, strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(report, nil, 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// A Ctrl-C reaches the provider too. It must not end the wrapper first.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	command := exec.CommandContext(context.Background(), provider, os.Args[1:]...)
	command.Env = append(os.Environ(), envWrapped+"=")
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	state := command.ProcessState
	line := fmt.Sprintf("%d %d", (state.UserTime() + state.SystemTime()).Nanoseconds(), peakBytes(state))
	if err := os.WriteFile(report, []byte(line), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return state.ExitCode()
}

// collect adds up the reports in the folder, and removes them.
func collect(folder string) (usage, error) {
	reports, err := os.ReadDir(folder)
	if err != nil {
		return usage{}, fmt.Errorf("reading the reports of the provider processes: %w", err)
	}
	var total usage
	for _, report := range reports {
		one, err := readReport(filepath.Join(folder, report.Name()))
		if err != nil {
			return usage{}, err
		}
		total.cpu += one.cpu
		total.peakBytes = max(total.peakBytes, one.peakBytes)
	}
	return total, nil
}

func readReport(path string) (usage, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return usage{}, fmt.Errorf("reading the report of a provider process: %w", err)
	}
	if len(content) == 0 {
		return usage{}, errors.New("a provider process was killed before it could report what it took")
	}
	cpu, peak, _ := strings.Cut(string(content), " ")
	nanoseconds, err := strconv.ParseInt(cpu, 10, 64)
	if err != nil {
		return usage{}, fmt.Errorf("reading the report of a provider process: %w", err)
	}
	bytes, err := strconv.ParseInt(peak, 10, 64)
	if err != nil {
		return usage{}, fmt.Errorf("reading the report of a provider process: %w", err)
	}
	return usage{cpu: time.Duration(nanoseconds), peakBytes: bytes}, os.Remove(path)
}

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

// The environment of this program where Terraform starts it as the provider.
const (
	// envWrapped is the provider that it runs and measures.
	envWrapped = "BENCH_WRAPPED_PROVIDER"
	// envUsage is the folder that it leaves the measurement in.
	envUsage = "BENCH_USAGE_FOLDER"
	// envFloor makes it serve the trivial provider, of this kind.
	envFloor = "BENCH_FLOOR"
)

// usage is what provider processes took.
type usage struct {
	cpu time.Duration
	// peakBytes is the most resident memory that one process had.
	peakBytes int64
}

// wrap runs the provider with this process's own input and outputs, which
// Terraform talks to it by, and writes what it took to a file of the folder.
// The file is there, empty, from the start, so that a provider that never
// reported is noticed.
func wrap(provider, folder string) int {
	report := filepath.Join(folder, strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(report, nil, 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// A Ctrl-C reaches the provider too; it must not end the wrapper before it.
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

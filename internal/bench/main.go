// Command bench measures what the provider costs. It creates, plans, changes and destroys many webhooks with the real
// Terraform against a slow in-memory API, and does the same with resources that cost nothing, the floor.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

func main() {
	// Terraform starts this program as the provider; see wrapper.go.
	if provider := os.Getenv(envWrapped); provider != "" {
		os.Exit(wrap(provider, os.Getenv(envUsage)))
	}
	if kind := os.Getenv(envFloor); kind != "" {
		exitOn(serveFloor(kind))
		return
	}
	var chosen settings
	chosen.counts = counts{300, 1000, 3000}
	flag.Var(&chosen.counts, "count", "how many webhooks; of several numbers, separated by commas, the first is measured in detail")
	flag.DurationVar(&chosen.latency, "latency", 20*time.Millisecond, "how long the API takes to answer")
	flag.IntVar(&chosen.runs, "runs", 3, "how many times everything is measured; the table shows medians")
	flag.StringVar(&chosen.figures, "figures", "", "a file that the plot of growth can be drawn from")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, chosen, os.Stdout, os.Stderr)
	stop()
	exitOn(err)
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are the choices on the command line.
type settings struct {
	counts  counts
	latency time.Duration
	runs    int
	// figures is the CSV file for the figures, or "".
	figures string
}

// counts are the numbers of webhooks to measure.
type counts []int

// String implements [flag.Value].
func (c *counts) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(*c)), " ", ","), "[]")
}

// Set implements [flag.Value].
func (c *counts) Set(list string) error {
	*c = nil
	for text := range strings.SplitSeq(list, ",") {
		count, err := strconv.Atoi(text)
		if err != nil || count < 1 {
			return fmt.Errorf("%q is not a number of at least 1", text)
		}
		*c = append(*c, count)
	}
	return nil
}

// run measures, reports its progress, and prints the table.
func run(ctx context.Context, chosen settings, out, progress io.Writer) error {
	if chosen.runs < 1 || chosen.latency < 0 {
		return errors.New("-runs must be at least 1, and -latency not negative")
	}
	terraform, err := terraformcli.Find(ctx)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "cakemail-bench-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder)

	laboratory := &laboratory{settings: chosen, folder: folder}
	if err := laboratory.prepare(ctx); err != nil {
		return err
	}
	medians, err := laboratory.measureAll(ctx, progress)
	if err != nil {
		return err
	}
	if err := writeFigures(chosen, medians); err != nil {
		return err
	}
	return report(out, chosen, environment(ctx, terraform), medians)
}

// environment describes what else the figures depend on.
func environment(ctx context.Context, terraform string) string {
	machine := fmt.Sprintf("%s on %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	printed, err := exec.CommandContext(ctx, terraform, "version").Output()
	if err != nil {
		return machine
	}
	version, _, _ := strings.Cut(string(printed), "\n")
	return strings.TrimSpace(version) + ", " + machine
}

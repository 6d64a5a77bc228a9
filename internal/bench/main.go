// Command bench measures what the provider costs: it creates, plans, changes and
// destroys many webhooks with the real Terraform against an in-memory API that
// answers slowly, and does the same with resources that cost nothing, the floor.
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
	"strings"
	"syscall"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

func main() {
	// Terraform starts this same program in place of the provider; see wrapper.go.
	if provider := os.Getenv(envWrapped); provider != "" {
		os.Exit(wrap(provider, os.Getenv(envUsage)))
	}
	if kind := os.Getenv(envFloor); kind != "" {
		exitOn(serveFloor(kind))
		return
	}
	var chosen settings
	flag.IntVar(&chosen.count, "count", 300, "how many webhooks")
	flag.DurationVar(&chosen.latency, "latency", 20*time.Millisecond, "how long the API takes to answer")
	flag.IntVar(&chosen.runs, "runs", 3, "how many times everything is measured; the table shows medians")
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

// settings are what can be chosen on the command line.
type settings struct {
	count   int
	latency time.Duration
	runs    int
}

// run measures, says on progress what it is at, and prints the table.
func run(ctx context.Context, chosen settings, out, progress io.Writer) error {
	if chosen.count < 1 || chosen.runs < 1 || chosen.latency < 0 {
		return errors.New("-count and -runs must be at least 1, and -latency not negative")
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
	measured := map[string][]cycle{}
	for number := range chosen.runs {
		for _, subject := range subjects() {
			fmt.Fprintf(progress, "run %d of %d: %s\n", number+1, chosen.runs, subject.name)
			result, err := laboratory.measure(ctx, subject)
			if ctx.Err() != nil {
				return errors.New("stopped, and cleaned up")
			}
			if err != nil {
				return fmt.Errorf("%s: %w", subject.name, err)
			}
			measured[subject.name] = append(measured[subject.name], result)
		}
	}
	medians := map[string]cycle{}
	for name, cycles := range measured {
		medians[name] = median(cycles)
	}
	return report(out, chosen, environment(ctx, terraform), medians)
}

// environment names what the figures depend on besides the provider.
func environment(ctx context.Context, terraform string) string {
	machine := fmt.Sprintf("%s on %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	printed, err := exec.CommandContext(ctx, terraform, "version").Output()
	if err != nil {
		return machine
	}
	version, _, _ := strings.Cut(string(printed), "\n")
	return strings.TrimSpace(version) + ", " + machine
}

// Command demo shows the provider at work without a Cakemail account. It builds the provider, starts an in-memory API and
// a receiver of deliveries on this machine, and runs the real Terraform on examples/demo, step by step. It exits with 0
// only if every step held.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, isColored(os.Stdout, os.Getenv("NO_COLOR")))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// isColored reports whether a person sees the output and wants colours.
func isColored(out *os.File, noColor string) bool {
	info, err := out.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && noColor == ""
}

// run plays the demo, and stops at the first step that does not hold. It leaves nothing behind in any case.
func run(ctx context.Context, out io.Writer, color bool) error {
	core, minor, err := terraformcli.Version(ctx)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "cakemail-demo-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder)

	demo := &demo{out: out, color: color, folder: folder, hasActions: core == "Terraform" && minor >= actionsSince}
	defer demo.close()
	demo.say("Cakemail webhooks, managed by the real %s 1.%d. The API is an in-memory", core, minor)
	demo.say("imitation of Cakemail's on this machine: no account is needed.")
	for index, step := range demo.steps() {
		demo.say("\n%s\n", demo.paint(bold, fmt.Sprintf("%d. %s", index+1, step.title)))
		err := step.play(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("\nstopped in step %d, and cleaned up", index+1)
		}
		if err != nil {
			return fmt.Errorf("\nstep %d (%s) failed: %w", index+1, step.title, err)
		}
	}
	demo.say("\nProven: no lost or duplicate webhook, the same secret, a fake event refused.")
	demo.say("Next, apply your first webhook to the API that make api serves: README.md.")
	demo.say("Every argument, and a guide for each question: docs/index.md.")
	return nil
}

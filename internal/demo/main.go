// Command demo shows the provider at work without a Cakemail account: it builds
// the provider, starts an in-memory API and a receiver of deliveries on this
// machine, and runs the real Terraform on examples/demo, step by step. It exits
// with 0 only if every step held.
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
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run plays the demo, and stops at the first step that does not hold. It leaves
// nothing behind, whether it gets to the end or not.
func run(ctx context.Context, out io.Writer) error {
	terraform, err := terraformcli.Find(ctx)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "cakemail-demo-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder)

	demo := &demo{out: out, folder: folder}
	defer demo.close()
	demo.say("Cakemail webhooks, managed by Terraform")
	demo.say("")
	demo.say("Everything happens on this machine: the API is an in-memory imitation of")
	demo.say("Cakemail's, and no account is needed. Terraform is the real one,")
	demo.say("%s. It runs in the folder %s,", terraform, folder)
	demo.say("which is removed at the end.")
	for index, step := range demo.steps() {
		demo.say("\nStep %d. %s", index+1, step.title)
		err := step.play(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("\nstopped in step %d, and cleaned up", index+1)
		}
		if err != nil {
			return fmt.Errorf("\nstep %d (%s) failed: %w", index+1, step.title, err)
		}
	}
	demo.say("\nEvery step held.")
	return nil
}

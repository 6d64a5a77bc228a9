// Command terraform runs the Terraform that [terraformcli.Find] finds, with the same arguments.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	path, err := terraformcli.Find(ctx)
	if err != nil {
		return err
	}
	terraform := exec.CommandContext(ctx, path, os.Args[1:]...)
	terraform.Stdin, terraform.Stdout, terraform.Stderr = os.Stdin, os.Stdout, os.Stderr
	return terraform.Run()
}

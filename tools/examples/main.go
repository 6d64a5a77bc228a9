// Command examples checks that every example is formatted, and that Terraform finds it valid with the provider built from
// this repository. If an example needs another provider or a newer Terraform than there is, it is only parsed, and the
// output says so.
//
// Its argument is the root of the repository.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: examples ROOT")
	}
	if err := os.Chdir(os.Args[1]); err != nil {
		log.Fatal(err)
	}
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	temporary, err := os.MkdirTemp("", "cakemail-examples-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)

	if err := terraformcli.BuildProvider(ctx, temporary); err != nil {
		return err
	}
	examples, err := find("examples")
	if err != nil {
		return fmt.Errorf("looking for examples: %w", err)
	}
	checker, err := newChecker(ctx, temporary)
	if err != nil {
		return err
	}
	var parsed, wrong int
	for _, one := range examples {
		err := checker.check(ctx, one)
		if err == nil {
			fmt.Printf("valid        %s\n", one)
			continue
		}
		if lack, ok := errors.AsType[lacking](err); ok {
			parsed++
			fmt.Printf("parsed only  %s (%s)\n", one, lack)
			continue
		}
		wrong++
		fmt.Printf("WRONG        %s\n%v\n", one, err)
	}
	fmt.Printf("%d examples: %d valid, %d parsed only, %d wrong\n", len(examples), len(examples)-parsed-wrong, parsed, wrong)
	if wrong > 0 || len(examples) == 0 {
		return errors.New("not every example is valid")
	}
	return nil
}

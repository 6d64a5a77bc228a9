package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"maps"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// counts are calls of the API by operation; operations that are not named have none.
type counts = map[cakemailtest.Operation]int

func TestCallsAreNoMoreThanThePlanNeeds(t *testing.T) {
	t.Parallel()
	const number = 5
	for form, want := range map[cakemailtest.Form]struct{ create, change counts }{
		// terraform apply runs a process to plan and one to apply: each logs in, and
		// each lists the account where something is created.
		cakemailtest.Reference: {
			create: counts{cakemailtest.Token: 2, cakemailtest.List: 2, cakemailtest.Create: number, cakemailtest.Show: number},
			change: counts{cakemailtest.Token: 2, cakemailtest.Show: number, cakemailtest.Update: number},
		},
		// The guide's form has no PATCH, so a change replaces. Its list does not say where it
		// ends, so the plan asks for a second page; in the apply, nothing is active any more.
		cakemailtest.Guide: {
			create: counts{cakemailtest.Token: 2, cakemailtest.List: 2, cakemailtest.Create: number},
			change: counts{cakemailtest.Token: 2, cakemailtest.Show: number, cakemailtest.List: 3, cakemailtest.Create: number, cakemailtest.Archive: number},
		},
	} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
			workspace := w.Workspace(t, "many.tf")
			for _, phase := range []struct {
				name      string
				arguments []string
				want      counts
			}{
				{"create", []string{"apply", "-auto-approve"}, want.create},
				{"plan without changes", []string{"plan", "-detailed-exitcode"}, counts{cakemailtest.Token: 1, cakemailtest.Show: number}},
				{"change", []string{"apply", "-auto-approve", "-parallelism=1", "-var", "path=new"}, want.change},
				{"destroy", []string{"destroy", "-auto-approve", "-var", "path=new"}, counts{cakemailtest.Token: 2, cakemailtest.Show: number,
					cakemailtest.Archive: number}},
			} {
				w.Api.ResetCalls()
				acctest.Terraform(t, workspace, phase.arguments...)
				if got := w.Api.Counts(); !maps.Equal(got, phase.want) {
					t.Errorf("%s: %v calls, want %v", phase.name, got, phase.want)
				}
			}
			if active := w.Api.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active after destroy", len(active))
			}
		})
	}
}

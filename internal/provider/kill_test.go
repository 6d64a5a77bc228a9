//go:build unix

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// killed starts an apply, and kills Terraform and the provider in the middle of
// the creates.
func killApply(t *testing.T, w *acctest.World, workspace *terraformcli.Workspace, creates int, arguments ...string) {
	t.Helper()
	command := workspace.Command(t.Context(), append([]string{"apply", "-auto-approve"}, arguments...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for w.Api.Count(cakemailtest.Create) < creates {
		select {
		case <-t.Context().Done():
			t.Fatal("the creates were not made")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
}

var importBlock = regexp.MustCompile(`(?s)import \{.*?\n *\}\n`)

// shownImportBlocks are the blocks that a plan's warnings show, with the addresses that
// Terraform shows above them.
func shownImportBlocks(t *testing.T, workspace *terraformcli.Workspace, arguments ...string) string {
	t.Helper()
	var blocks strings.Builder
	for line := range strings.Lines(acctest.Terraform(t, workspace, append([]string{"plan", "-json"}, arguments...)...)) {
		var event struct {
			Diagnostic struct{ Address, Detail string }
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		blocks.WriteString(strings.ReplaceAll(importBlock.FindString(event.Diagnostic.Detail), "ADDRESS", event.Diagnostic.Address))
	}
	return blocks.String()
}

// After a kill, the next plan names exactly the webhooks that no state knows, and
// what it shows brings them all back.
func TestKilledCreatesAreFoundByTheNextPlan(t *testing.T) {
	t.Parallel()
	importBlocks.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		const number = 20
		all := []string{"-var", "number=20"}
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := w.Workspace(t, "many.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=5")
		w.Api.ResetCalls()
		// Nothing is answered until the kill, so that it does not hit Terraform while it writes the state.
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Processed: true, Delay: time.Minute})
		killApply(t, w, workspace, 10, all...)
		w.Api.SetFaults()
		saved := map[string]bool{}
		for _, webhook := range acctest.StateOf(t, workspace) {
			saved[webhook.ID] = true
		}
		var unknown []string
		for _, webhook := range w.Api.Active() {
			if !saved[webhook.ID] {
				unknown = append(unknown, webhook.ID)
			}
		}
		if len(saved) != 5 || len(unknown) != 10 {
			t.Fatalf("the state has %d webhooks and does not know %d, want 5 and 10", len(saved), len(unknown))
		}

		expectExisting(t, acctest.Tell(t, workspace, slices.Concat([]string{"plan"}, all)...), unknown...)
		addFile(t, workspace, "imports.tf", shownImportBlocks(t, workspace, all...))
		acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, all...)...)

		state, secrets := acctest.StateOf(t, workspace), map[string]string{}
		for _, webhook := range state {
			secrets[webhook.ID] = webhook.Secret
		}
		if len(state) != number || len(w.Api.Active()) != number {
			t.Errorf("%d webhooks are in the state and %d active, want %d each", len(state), len(w.Api.Active()), number)
		}
		for _, webhook := range w.Api.Active() {
			if secrets[webhook.ID] != webhook.Secret {
				t.Errorf("the state has another secret of %s", webhook.ID)
			}
		}
		expectExisting(t, acctest.Tell(t, workspace, slices.Concat([]string{"plan", "-detailed-exitcode"}, all)...))
		acctest.Terraform(t, workspace, slices.Concat([]string{"plan", "-detailed-exitcode"}, all)...)
	})
}

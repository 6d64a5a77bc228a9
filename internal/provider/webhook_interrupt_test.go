//go:build unix

package provider_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// signalApply starts an apply and, after so many calls of the operation, sends the signal to Terraform and the
// provider. It returns the output and the time until the end.
func signalApply(t *testing.T, w *acctest.World, workspace *terraformcli.Workspace, signal syscall.Signal,
	operation cakemailtest.Operation, calls int, arguments ...string,
) (string, time.Duration) {
	t.Helper()
	var output bytes.Buffer
	command := workspace.Command(t.Context(), append([]string{"apply", "-auto-approve", "-no-color"}, arguments...)...)
	command.Stdout, command.Stderr = &output, &output
	// Ctrl-C reaches every process in the terminal's group, including the provider.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for w.API.Count(operation) < calls {
		select {
		case <-t.Context().Done():
			t.Fatalf("no %s call was made:\n%s", operation, output.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	sent := time.Now()
	if err := syscall.Kill(-command.Process.Pid, signal); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	return output.String(), time.Since(sent)
}

func TestWebhookResource_InterruptOfACreateIsRecorded(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Delay: 3 * time.Second})
		workspace := w.Workspace(t, "many.tf")

		output, _ := signalApply(t, w, workspace, syscall.SIGINT, cakemailtest.Create, 1, "-var", "number=1")

		state := acctest.StateOf(t, workspace)
		if len(state) != 1 || state[0].Tainted || state[0].ID != onlyWebhook(t, w).ID || state[0].Secret != onlyWebhook(t, w).Secret {
			t.Fatalf("the state holds %+v, the API %+v\n%s", state, w.API.Webhooks(), output)
		}
		w.API.SetFaults()
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "number=1")
	})
}

func TestWebhookResource_InterruptEndsWaitingAndStartsNothingNew(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 503, Header: map[string][]string{"Retry-After": {"25"}}})
	workspace := w.Workspace(t, "many.tf")

	output, took := signalApply(t, w, workspace, syscall.SIGINT, cakemailtest.Create, 1, "-parallelism=1")

	if created := w.API.Count(cakemailtest.Create); took > 10*time.Second || created != 1 {
		t.Errorf("%d creates were sent, and Terraform went on for %s after the interrupt:\n%s", created, took, output)
	}
	w.API.SetFaults()
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	if active := len(w.API.Active()); active != 5 {
		t.Errorf("%d webhooks are active, want 5", active)
	}
}

var importBlock = regexp.MustCompile(`(?s)import \{.*?\n *\}\n`)

// shownImportBlocks returns the import blocks in a plan's warnings, with the addresses that Terraform shows above
// them.
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

// After a kill, the next plan names exactly the webhooks that are in no state. The import blocks that it shows bring
// all of them back.
func TestWebhookResource_KillLeavesWhatTheNextPlanFinds(t *testing.T) {
	t.Parallel()
	importBlocks.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		const number = 20
		all := []string{"-var", "number=20"}
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := w.Workspace(t, "many.tf")
		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=5")
		saved := acctest.StateOf(t, workspace)
		w.API.ResetCalls()
		// Nothing is answered until the kill, so that it does not hit Terraform while it writes the state.
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Processed: true, Delay: time.Minute})
		signalApply(t, w, workspace, syscall.SIGKILL, cakemailtest.Create, 10, all...)
		w.API.SetFaults()
		var unknown []string
		for _, webhook := range w.API.Active() {
			if !slices.ContainsFunc(saved, func(known acctest.StateWebhook) bool { return known.ID == webhook.ID }) {
				unknown = append(unknown, webhook.ID)
			}
		}
		if after := acctest.StateOf(t, workspace); len(after) != 5 || len(unknown) != 10 {
			t.Fatalf("the state has %d webhooks and does not know %d, want 5 and 10", len(after), len(unknown))
		}

		expectExisting(t, acctest.Tell(t, workspace, slices.Concat([]string{"plan"}, all)...), unknown...)
		addFile(t, workspace, "imports.tf", shownImportBlocks(t, workspace, all...))
		acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, all...)...)

		state, secrets := acctest.StateOf(t, workspace), map[string]string{}
		for _, webhook := range state {
			secrets[webhook.ID] = webhook.Secret
		}
		if len(state) != number || len(w.API.Active()) != number {
			t.Errorf("%d webhooks are in the state and %d active, want %d each", len(state), len(w.API.Active()), number)
		}
		for _, webhook := range w.API.Active() {
			if secrets[webhook.ID] != webhook.Secret {
				t.Errorf("the state has another secret of %s", webhook.ID)
			}
		}
		w.ExpectMessages(t, acctest.Tell(t, workspace, slices.Concat([]string{"plan", "-detailed-exitcode"}, all)...))
	})
}

//go:build unix

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// interrupted starts an apply, interrupts it once the API is at work on the
// operation, and returns what it printed and how long it took to end.
func interruptApply(
	t *testing.T,
	w *acctest.World,
	workspace *terraformcli.Workspace,
	operation cakemailtest.Operation,
	arguments ...string,
) (string, time.Duration) {
	t.Helper()
	var output bytes.Buffer
	command := workspace.Command(t.Context(), append([]string{"apply", "-auto-approve", "-no-color"}, arguments...)...)
	command.Stdout, command.Stderr = &output, &output
	// Ctrl-C reaches every process of a terminal's group, the provider's too.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for w.Api.Count(operation) == 0 {
		select {
		case <-t.Context().Done():
			t.Fatalf("no %s call was made:\n%s", operation, output.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	interrupted := time.Now()
	if err := syscall.Kill(-command.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	return output.String(), time.Since(interrupted)
}

func TestInterruptedCreateIsRecorded(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Delay: 3 * time.Second})
		workspace := w.Workspace(t, "many.tf")

		output, _ := interruptApply(t, w, workspace, cakemailtest.Create, "-var", "number=1")

		state := acctest.StateOf(t, workspace)
		if len(state) != 1 || state[0].Tainted || state[0].ID != onlyWebhook(t, w).ID || state[0].Secret != onlyWebhook(t, w).Secret {
			t.Fatalf("the state holds %+v, the API %+v\n%s", state, w.Api.Webhooks(), output)
		}
		w.Api.SetFaults()
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "number=1")
	})
}

func TestInterruptedChangeIsRecorded(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "webhook.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Delay: 3 * time.Second})

	output, _ := interruptApply(t, w, workspace, cakemailtest.Update, "-var", "url=https://example.com/new")

	if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].URL != "https://example.com/new" {
		t.Fatalf("the state holds %+v\n%s", state, output)
	}
	w.Api.SetFaults()
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url=https://example.com/new")
}

func TestInterruptEndsWaitingAndStartsNothingNew(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 503, Header: map[string][]string{"Retry-After": {"25"}}})
	workspace := w.Workspace(t, "many.tf")

	output, took := interruptApply(t, w, workspace, cakemailtest.Create, "-parallelism=1")

	if took > 10*time.Second {
		t.Errorf("Terraform went on for %s after the interrupt:\n%s", took, output)
	}
	if created := w.Api.Count(cakemailtest.Create); created != 1 {
		t.Errorf("%d creates were sent, want 1", created)
	}
	w.Api.SetFaults()
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	if active := len(w.Api.Active()); active != 5 {
		t.Errorf("%d webhooks are active, want 5", active)
	}
}

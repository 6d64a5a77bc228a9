//go:build unix

package provider_test

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// interrupted starts an apply, interrupts it once the API is at work on the
// operation, and returns what it printed and how long it took to end.
func (w *world) interrupted(t *testing.T, workspace *terraformcli.Workspace, operation cakemailtest.Operation, arguments ...string) (string, time.Duration) {
	t.Helper()
	var output bytes.Buffer
	command := workspace.Command(t.Context(), append([]string{"apply", "-auto-approve", "-no-color"}, arguments...)...)
	command.Stdout, command.Stderr = &output, &output
	// Ctrl-C reaches every process of a terminal's group, the provider's too.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for w.api.Count(operation) == 0 {
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
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form)).withPassword()
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Delay: 3 * time.Second})
		workspace := w.workspace(t, "many.tf")

		output, _ := w.interrupted(t, workspace, cakemailtest.Create, "-var", "number=1")

		state := stateOf(t, workspace)
		if len(state) != 1 || state[0].Tainted || state[0].ID != w.only(t).ID || state[0].Secret != w.only(t).Secret {
			t.Fatalf("the state holds %+v, the API %+v\n%s", state, w.api.Webhooks(), output)
		}
		w.api.SetFaults()
		terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "number=1")
	})
}

func TestInterruptedChangeIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workspace := w.workspace(t, "webhook.tf")
	terraform(t, workspace, "apply", "-auto-approve")
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Delay: 3 * time.Second})

	output, _ := w.interrupted(t, workspace, cakemailtest.Update, "-var", "url=https://example.com/new")

	if state := stateOf(t, workspace); len(state) != 1 || state[0].URL != "https://example.com/new" {
		t.Fatalf("the state holds %+v\n%s", state, output)
	}
	w.api.SetFaults()
	terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "url=https://example.com/new")
}

func TestInterruptEndsWaitingAndStartsNothingNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 503, Header: map[string][]string{"Retry-After": {"25"}}})
	workspace := w.workspace(t, "many.tf")

	output, took := w.interrupted(t, workspace, cakemailtest.Create, "-parallelism=1")

	if took > 10*time.Second {
		t.Errorf("Terraform went on for %s after the interrupt:\n%s", took, output)
	}
	if created := w.api.Count(cakemailtest.Create); created != 1 {
		t.Errorf("%d creates were sent, want 1", created)
	}
	w.api.SetFaults()
	terraform(t, workspace, "apply", "-auto-approve")
	if active := len(w.api.Active()); active != 5 {
		t.Errorf("%d webhooks are active, want 5", active)
	}
}

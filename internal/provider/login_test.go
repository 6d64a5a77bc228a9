package provider_test

import (
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// The tokens end between the snapshot and the creates, and nobody can log in
// any more: every create was refused, so nothing is of unknown outcome.
func TestALoginThatFailsBeforeTheCreate(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form)).withPassword()
		workspace := w.workspace(t, "many.tf")
		// The plan lists too, in a process of its own.
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Rewrite: func(body []byte) []byte {
			w.api.RevokeTokens()
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Token, Status: 500})
			return body
		}})

		told := tell(t, workspace, "apply", "-auto-approve", "-var", "number=3", "-var", "max_retries=1")

		failed := message{"error", "", "The API answered 500 Internal Server Error", "because the login failed"}
		w.expectMessages(t, told, failed, failed, failed)
		if state := stateOf(t, workspace); len(state) > 0 {
			t.Errorf("the state holds %+v", state)
		}
		w.api.SetFaults()
		terraform(t, workspace, "apply", "-auto-approve", "-var", "number=3")
		if active := w.api.Active(); len(active) != 3 {
			t.Errorf("%d webhooks are active, want 3", len(active))
		}
	})
}

// Webhooks that wait for the same login share its failure.
func TestAFailingLoginIsTriedOnceForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withPassword()
	workspace := w.workspace(t, "many.tf")
	terraform(t, workspace, "apply", "-auto-approve", "-var", "number=10")
	before := w.api.Count(cakemailtest.Token)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Token, Delay: time.Minute})

	refusedTerraform(t, workspace, "plan", "-var", "number=10", "-var", "max_retries=1", "-var", "request_timeout=1")

	// Reads that begin after the first failure may try once more.
	if logins := w.api.Count(cakemailtest.Token) - before; logins > 4 {
		t.Errorf("got %d attempts to log in, want 2", logins)
	}
}

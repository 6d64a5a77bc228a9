package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// The tokens end between the snapshot and the creates, and nobody can log in
// any more: every create was refused, so nothing is of unknown outcome.
func TestALoginThatFailsBeforeTheCreate(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
		workspace := w.Workspace(t, "many.tf")
		// The plan lists too, in a process of its own.
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 2, Rewrite: func(body []byte) []byte {
			w.Api.RevokeTokens()
			w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Token, Status: 500})
			return body
		}})

		told := acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "number=3", "-var", "max_retries=1")

		failed := acctest.Error("", "The API answered 500 Internal Server Error", "because the login failed")
		w.ExpectMessages(t, told, failed, failed, failed)
		if state := acctest.StateOf(t, workspace); len(state) > 0 {
			t.Errorf("the state holds %+v", state)
		}
		w.Api.SetFaults()
		acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=3")
		if active := w.Api.Active(); len(active) != 3 {
			t.Errorf("%d webhooks are active, want 3", len(active))
		}
	})
}

// Webhooks that wait for the same login share its failure.
func TestAFailingLoginIsTriedOnceForAll(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t).WithPassword()
	workspace := w.Workspace(t, "many.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=10")
	before := w.Api.Count(cakemailtest.Token)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Token, Delay: time.Minute})

	acctest.RefusedTerraform(t, workspace, "plan", "-var", "number=10", "-var", "max_retries=1", "-var", "request_timeout=1")

	// Reads that begin after the first failure may try once more.
	if logins := w.Api.Count(cakemailtest.Token) - before; logins > 4 {
		t.Errorf("got %d attempts to log in, want 2", logins)
	}
}

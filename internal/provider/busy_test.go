package provider_test

import (
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A limit of the API takes time, and nothing else, with the default settings.
func TestAnAPIThatTakesFiveCallsASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	workspace := w.workspace(t, "many.tf")
	w.api.SetFaults(cakemailtest.Fault{PerSecond: 5})

	terraform(t, workspace, "apply", "-auto-approve", "-var", "number=30")
	terraform(t, workspace, "destroy", "-auto-approve", "-refresh=false", "-var", "number=30")

	if created := w.api.Webhooks(); len(created) != 30 {
		t.Errorf("%d webhooks were created, want 30", len(created))
	}
	if active := w.api.Active(); len(active) > 0 {
		t.Errorf("%d webhooks are active after destroy", len(active))
	}
}

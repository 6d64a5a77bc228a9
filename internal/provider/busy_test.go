package provider_test

import (
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A limit of the API takes time, and nothing else, with the default settings.
func TestAnAPIThatTakesOneCallASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	workspace := w.workspace(t, "many.tf")
	w.api.SetFaults(cakemailtest.Fault{PerSecond: 1})

	terraform(t, workspace, "apply", "-auto-approve", "-var", "number=10")
	terraform(t, workspace, "destroy", "-auto-approve", "-refresh=false", "-var", "number=10")

	if created := w.api.Webhooks(); len(created) != 10 {
		t.Errorf("%d webhooks were created, want 10", len(created))
	}
	if active := w.api.Active(); len(active) > 0 {
		t.Errorf("%d webhooks are active after destroy", len(active))
	}
}

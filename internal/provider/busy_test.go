package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A limit of the API takes time, and nothing else, with the default settings.
func TestAnAPIThatTakesOneCallASecond(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	workspace := w.Workspace(t, "many.tf")
	w.Api.SetFaults(cakemailtest.Fault{PerSecond: 1})

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=10")
	acctest.Terraform(t, workspace, "destroy", "-auto-approve", "-refresh=false", "-var", "number=10")

	if created := w.Api.Webhooks(); len(created) != 10 {
		t.Errorf("%d webhooks were created, want 10", len(created))
	}
	if active := w.Api.Active(); len(active) > 0 {
		t.Errorf("%d webhooks are active after destroy", len(active))
	}
}

package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// It plans with each state in testdata/states, which a released version wrote under the Terraform in its name. A
// schema change that cannot read one of them would break users.
func TestWebhookResource_ReadOfStatesOfReleasedVersions(t *testing.T) {
	t.Parallel()
	states, err := filepath.Glob("testdata/states/*.tfstate")
	if err != nil || len(states) == 0 {
		t.Fatalf("no states in testdata/states (%v)", err)
	}
	for _, path := range states {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			if strings.HasSuffix(path, "-terraform-1.15.tfstate") {
				statesOfNewerTerraform.orSkip(t)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			w := acctest.NewWorld(t)
			restoreState(t, w, content)
			workspace := w.Workspace(t, "released.tf")
			if err := os.WriteFile(filepath.Join(workspace.Folder, "terraform.tfstate"), content, 0o600); err != nil {
				t.Fatal(err)
			}
			acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
			acctest.Terraform(t, workspace, "destroy", "-auto-approve")
			if active := w.API.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active after destroy", len(active))
			}
		})
	}
}

// restoreState adds the webhooks in a state to the API.
func restoreState(t *testing.T, w *acctest.World, state []byte) {
	t.Helper()
	var content struct {
		Resources []struct {
			Instances []struct {
				Attributes struct {
					ID, URL, Secret string
					Events          []string
					Archived        bool
					AccountID       int64  `json:"account_id"`
					RateLimit       int64  `json:"rate_limit"`
					RateLimitPeriod string `json:"rate_limit_period"`
				}
			}
		}
	}
	if err := json.Unmarshal(state, &content); err != nil {
		t.Fatal(err)
	}
	for _, resource := range content.Resources {
		for _, instance := range resource.Instances {
			kept := instance.Attributes
			w.API.Add(cakemailtest.Webhook{
				ID: kept.ID, AccountID: kept.AccountID, URL: kept.URL, Events: kept.Events,
				RateLimit: kept.RateLimit, RateLimitPeriod: kept.RateLimitPeriod, Archived: kept.Archived, Secret: kept.Secret,
			})
		}
	}
}

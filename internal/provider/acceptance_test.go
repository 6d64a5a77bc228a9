package provider_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	teststate "github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/server"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

const testWebhook = "cakemail_webhook.test"

// chooseTerraform makes the test framework use the same Terraform as everything
// else here, where it would look on PATH alone.
func chooseTerraform() error {
	path, err := terraformcli.Find(context.Background())
	if err != nil {
		return err
	}
	if os.Getenv("TF_ACC_TERRAFORM_PATH") == "" && strings.HasPrefix(filepath.Base(path), "tofu") {
		_ = os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org")
	}
	return os.Setenv("TF_ACC_TERRAFORM_PATH", path)
}

// world is an API, and the environment that leads the provider to it.
type world struct {
	api         *cakemailtest.Server
	environment map[string]string
	// theirs are the ids of active webhooks that no configuration manages.
	theirs []string
	// patience is that of the provider in this process, and where another is asked
	// for, of the one that Terraform starts.
	patience      cakemail.Patience
	otherPatience bool
}

// shortPatience is for tests that are not about its length.
var shortPatience = cakemail.Patience{LostCreate: 240 * time.Millisecond, NewWebhook: 500 * time.Millisecond}

// newWorld starts an API that lives as long as the test.
func newWorld(t *testing.T, options ...cakemailtest.Option) *world {
	t.Helper()
	api := cakemailtest.Start(options...)
	t.Cleanup(api.Close)
	return &world{api: api, patience: shortPatience, environment: map[string]string{
		"CAKEMAIL_API_BASE":     api.URL(),
		"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken,
	}}
}

// withPassword makes the provider log in instead of using the token.
func (w *world) withPassword() *world {
	delete(w.environment, "CAKEMAIL_ACCESS_TOKEN")
	w.environment["CAKEMAIL_EMAIL"] = cakemailtest.DefaultEmail
	w.environment["CAKEMAIL_PASSWORD"] = cakemailtest.DefaultPassword
	return w
}

// withPatience gives the provider that Terraform starts this patience.
func (w *world) withPatience(patience cakemail.Patience) *world {
	w.patience, w.otherPatience = patience, true
	return w
}

func (w *world) getenv(name string) string { return w.environment[name] }

func (w *world) providers() map[string]func() (tfprotov6.ProviderServer, error) {
	return served(provider.WithEnvironment(w.getenv), provider.WithClient(func(options *cakemail.Options) { options.Patience = w.patience }))
}

// served serves the provider by the server that ships.
func served(options ...provider.Option) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cakemail": func() (tfprotov6.ProviderServer, error) {
			return server.New(provider.New("test", options...)()), nil
		},
	}
}

// addTheirs puts a webhook into the API that no configuration manages, so that
// it must outlive the test.
func (w *world) addTheirs(webhook cakemailtest.Webhook) cakemailtest.Webhook {
	webhook = w.api.Add(webhook)
	if !webhook.Archived {
		w.theirs = append(w.theirs, webhook.ID)
	}
	return webhook
}

// run runs the steps with real Terraform, and ends with nothing active but theirs.
func (w *world) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	w.runBeside(t, nil, steps...)
}

// runBeside is run with other providers beside this one.
func (w *world) runBeside(t *testing.T, others map[string]func() (tfprotov6.ProviderServer, error), steps ...resource.TestStep) {
	t.Helper()
	providers := w.providers()
	maps.Copy(providers, others)
	for index := range steps {
		steps[index].ProtoV6ProviderFactories = providers
	}
	resource.UnitTest(t, resource.TestCase{
		Steps: steps,
		CheckDestroy: func(*teststate.State) error {
			var active []string
			for _, webhook := range w.api.Active() {
				active = append(active, webhook.ID)
			}
			if !slices.Equal(active, w.theirs) {
				t.Errorf("the webhooks %q are active after destroy, want %q", active, w.theirs)
			}
			return nil
		},
	})
}

// eachForm runs the test against both descriptions of the API.
func eachForm(t *testing.T, test func(t *testing.T, form cakemailtest.Form)) {
	t.Helper()
	for _, form := range []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			test(t, form)
		})
	}
}

// webhookStep applies testdata/webhook.tf with these variables.
func webhookStep(variables config.Variables) resource.TestStep {
	return resource.TestStep{ConfigFile: config.StaticFile("testdata/webhook.tf"), ConfigVariables: variables}
}

// Package acctest is the harness of the provider's tests: a world with an in-memory API, real Terraform in its own
// workspace, and a stand-in for Terraform over the plugin protocol.
package acctest

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

// TestWebhook is the address of the resource in most configurations.
const TestWebhook = "cakemail_webhook.test"

// ChooseTerraform makes the test framework use the same Terraform as everything else here. By itself, it looks only on
// PATH.
func ChooseTerraform() error {
	path, err := terraformcli.Find(context.Background())
	if err != nil {
		return err
	}
	if os.Getenv("TF_ACC_TERRAFORM_PATH") == "" && strings.HasPrefix(filepath.Base(path), "tofu") {
		_ = os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org")
	}
	return os.Setenv("TF_ACC_TERRAFORM_PATH", path)
}

// World is an API, and the environment in which the provider finds it.
type World struct {
	API         *cakemailtest.Server
	Environment map[string]string
	// Theirs are the ids of active webhooks that no configuration manages.
	Theirs []string
	// Patience is for the provider in this process and, with OtherPatience, for the provider that Terraform starts.
	Patience      cakemail.Patience
	OtherPatience bool
}

// ShortPatience is for tests where its length does not matter.
var ShortPatience = cakemail.Patience{LostCreate: 240 * time.Millisecond, NewWebhook: 500 * time.Millisecond}

// NewWorld starts an API that runs until the test ends.
func NewWorld(t *testing.T, options ...cakemailtest.Option) *World {
	t.Helper()
	api := cakemailtest.Start(options...)
	t.Cleanup(api.Close)
	return &World{API: api, Patience: ShortPatience, Environment: map[string]string{
		"CAKEMAIL_API_BASE":     api.URL(),
		"CAKEMAIL_ACCESS_TOKEN": cakemailtest.DefaultAccessToken,
	}}
}

// WithPassword makes the provider log in instead of using the token.
func (w *World) WithPassword() *World {
	delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
	w.Environment["CAKEMAIL_EMAIL"] = cakemailtest.DefaultEmail
	w.Environment["CAKEMAIL_PASSWORD"] = cakemailtest.DefaultPassword
	return w
}

// WithPatience sets the patience of the provider that Terraform starts.
func (w *World) WithPatience(patience cakemail.Patience) *World {
	w.Patience, w.OtherPatience = patience, true
	return w
}

// Getenv looks up a variable of this world.
func (w *World) Getenv(name string) string { return w.Environment[name] }

// Providers serves the provider of this world by name.
func (w *World) Providers() map[string]func() (tfprotov6.ProviderServer, error) {
	return Served(provider.WithEnvironment(w.Getenv), provider.WithClient(func(options *cakemail.Options) { options.Patience = w.Patience }))
}

// Served serves the provider with the server that ships.
func Served(options ...provider.Option) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cakemail": func() (tfprotov6.ProviderServer, error) {
			return server.New(provider.New("test", options...)()), nil
		},
	}
}

// AddTheirs adds a webhook to the API that no configuration manages, so that it must outlive the test.
func (w *World) AddTheirs(webhook cakemailtest.Webhook) cakemailtest.Webhook {
	webhook = w.API.Add(webhook)
	if !webhook.Archived {
		w.Theirs = append(w.Theirs, webhook.ID)
	}
	return webhook
}

// Run runs the steps with real Terraform. At the end, only Theirs may be active.
func (w *World) Run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	w.RunBeside(t, nil, steps...)
}

// RunBeside is like Run, with other providers.
func (w *World) RunBeside(t *testing.T, others map[string]func() (tfprotov6.ProviderServer, error), steps ...resource.TestStep) {
	t.Helper()
	providers := w.Providers()
	maps.Copy(providers, others)
	for index := range steps {
		steps[index].ProtoV6ProviderFactories = providers
	}
	resource.UnitTest(t, resource.TestCase{
		Steps: steps,
		CheckDestroy: func(*teststate.State) error {
			var active []string
			for _, webhook := range w.API.Active() {
				active = append(active, webhook.ID)
			}
			if !slices.Equal(active, w.Theirs) {
				t.Errorf("the webhooks %q are active after destroy, want %q", active, w.Theirs)
			}
			return nil
		},
	})
}

// EachForm runs the test against both descriptions of the API.
func EachForm(t *testing.T, test func(t *testing.T, form cakemailtest.Form)) {
	t.Helper()
	for _, form := range []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			test(t, form)
		})
	}
}

// WebhookStep applies testdata/webhook.tf with these variables.
func WebhookStep(variables config.Variables) resource.TestStep {
	return resource.TestStep{ConfigFile: config.StaticFile("testdata/webhook.tf"), ConfigVariables: variables}
}

package provider_test

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	teststate "github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
)

const testWebhook = "cakemail_webhook.test"

func TestMain(m *testing.M) {
	// The configurations name the provider as a user does: cakemail/cakemail.
	_ = os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "cakemail")
	// A command line configuration of the developer's own must not reach the tests.
	_ = os.Unsetenv("TF_CLI_CONFIG_FILE")
	os.Exit(m.Run())
}

// world is an API, and the environment that leads the provider to it.
type world struct {
	api         *cakemailtest.Server
	environment map[string]string
}

// newWorld starts an API that lives as long as the test.
func newWorld(t *testing.T, options ...cakemailtest.Option) *world {
	t.Helper()
	api := cakemailtest.Start(options...)
	t.Cleanup(api.Close)
	return &world{api: api, environment: map[string]string{
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

func (w *world) getenv(name string) string { return w.environment[name] }

func (w *world) providers() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cakemail": providerserver.NewProtocol6WithError(provider.New("test", provider.WithEnvironment(w.getenv))()),
	}
}

// run runs the steps with real Terraform, and ends with nothing active.
func (w *world) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	for index := range steps {
		steps[index].ProtoV6ProviderFactories = w.providers()
	}
	resource.UnitTest(t, resource.TestCase{
		Steps: steps,
		CheckDestroy: func(*teststate.State) error {
			if active := w.api.Active(); len(active) > 0 {
				t.Errorf("%d webhooks are active after destroy: %+v", len(active), active)
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

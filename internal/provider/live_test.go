package provider_test

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
)

// It runs a webhook's life against the API in the environment, and archives what it created.
func TestLiveWebhookNeedsTF_ACCAndCredentials(t *testing.T) {
	if os.Getenv("CAKEMAIL_ACCESS_TOKEN") == "" && os.Getenv("CAKEMAIL_PASSWORD") == "" {
		t.Skip("set TF_ACC=1 and the provider's environment variables to run this against a real account")
	}
	url := func(path string) config.Variables {
		return config.Variables{"url": config.StringVariable("https://example.com/terraform-provider-cakemail/" + path)}
	}
	imported := acctest.WebhookStep(url("changed"))
	imported.ResourceName = acctest.TestWebhook
	imported.ImportState = true
	imported.ImportStateVerify = true
	steps := []resource.TestStep{
		planned(acctest.WebhookStep(url("created")), plancheck.ResourceActionCreate),
		planned(acctest.WebhookStep(url("created")), plancheck.ResourceActionNoop),
		planned(acctest.WebhookStep(url("changed")), plancheck.ResourceActionUpdate, known()...),
		imported,
	}
	for index := range steps {
		steps[index].ProtoV6ProviderFactories = acctest.Served()
	}
	resource.Test(t, resource.TestCase{Steps: steps})
}

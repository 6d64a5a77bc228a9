package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"strings"
	"testing"
)

const moduleExample = "guides/module-test/"

// What the guide tells the authors of modules works without an account, and
// their mistakes are found.
func TestModuleExample(t *testing.T) {
	t.Parallel()
	mocks.orSkip(t)
	for name, test := range map[string]struct {
		// mistake replaces the first text by the second in the module.
		mistake [2]string
		want    string
	}{
		"as it is":                          {want: "2 passed, 0 failed"},
		"all events for each webhook":       {[2]string{"[each.value]", "var.events"}, "Each webhook has to have its own event alone."},
		"fewer webhooks than events":        {[2]string{"for_each = var.events", `for_each = toset(["Contact.Added"])`}, "There has to be one webhook for each event."},
		"another url":                       {[2]string{"var.url", `"https://example.com/other"`}, "Each webhook has to post to the URL of the module."},
		"another output than the secrets":   {[2]string{"webhook.secret", "webhook.id"}, "The output has to have the secret of each webhook by its event."},
		"what the provider finds by itself": {[2]string{"[each.value]", "[lower(each.value)]"}, `does not accept the event "contact.added"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			delete(w.Environment, "CAKEMAIL_ACCESS_TOKEN")
			workspace := exampleWorkspace(t, w, moduleExample+"main.tf")
			writeExample(t, workspace, "main.tf", strings.Replace(readExample(t, moduleExample+"main.tf"), test.mistake[0], test.mistake[1], 1))
			writeExample(t, workspace, "main.tftest.hcl", readExample(t, moduleExample+"main.tftest.hcl"))
			run := acctest.RefusedTerraform
			if test.mistake == [2]string{} {
				run = acctest.Terraform
			}
			if output := run(t, workspace, "test"); !wrapped(test.want).MatchString(output) {
				t.Errorf("the output lacks %q:\n%s", test.want, output)
			}
			if calls := w.Api.Calls(); len(calls) != 0 {
				t.Errorf("the API was called: %v", calls)
			}
		})
	}
}

package provider_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func TestWebhookSecretEphemeralResource_Opens(t *testing.T) {
	t.Parallel()
	eachReading(t, func(t *testing.T, c *acctest.Core, config acctest.Arguments, _ cakemailtest.Webhook, want acctest.Values) {
		t.Helper()
		if got, messages := c.Open(config); len(messages) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v\n%s", got, want, acctest.Indented(messages))
		}
	})
}

func TestWebhookSecretEphemeralResource_IsNotOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider acctest.Arguments
		id       string
		fault    cakemailtest.Fault
		want     acctest.Message
	}{
		"of an unknown webhook": {id: "no-such-webhook", want: acctest.Error("id", "There is no webhook no-such-webhook", "Check the id and account_id.")},
		"when the API keeps it to itself": {
			id: "webhook", fault: cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"signature"`, `"nothing"`)},
			want: acctest.Error("", "The webhook webhook has no secret", ""),
		},
		"without known credentials": {id: "webhook", provider: acctest.Arguments{"access_token": tftypes.UnknownValue}, want: notKnownYet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.AddTheirs(cakemailtest.Webhook{ID: "webhook", URL: "https://example.com/shop", Events: []string{"Contact.Added"}})
			w.API.SetFaults(test.fault)
			got, messages := w.NewCore(t, test.provider).Open(acctest.Arguments{"id": test.id})
			w.ExpectMessages(t, messages, test.want)
			if got["secret"] != nil {
				t.Error("a secret was opened despite the error")
			}
		})
	}
}

func TestWebhookSecretEphemeralResource_InTerraform1_10(t *testing.T) {
	t.Parallel()
	ephemeralResources.orSkip(t)
	t.Run("the secret of a webhook of the same apply configures another provider", func(t *testing.T) {
		w := acctest.NewWorld(t)
		echoed := func(name string, want func(secret string) string) statecheck.StateCheck {
			return statecheck.ExpectKnownValue("echo.test", attribute("data").AtMapKey(name), knownvalue.StringFunc(func(got string) error {
				if got != want(onlyWebhook(t, w).Secret) {
					return errors.New("it is another")
				}
				return nil
			}))
		}
		echo := map[string]func() (tfprotov6.ProviderServer, error){"echo": echoprovider.NewProviderServer()}
		w.RunBeside(t, echo, resource.TestStep{
			ConfigFile:      config.StaticFile("testdata/ephemeral_echo.tf"),
			ConfigVariables: config.Variables{"account_id": config.IntegerVariable(42)},
			ConfigStateChecks: []statecheck.StateCheck{
				expect("secret", knownvalue.Null()),
				echoed("secret", func(secret string) string { return secret }),
				echoed("signature", func(secret string) string { return cakemail.Sign([]byte("payload"), secret) }),
			},
		})
	})
}

func TestWebhookSecretEphemeralResource_InTerraform1_11(t *testing.T) {
	t.Parallel()
	writeOnlyArguments.orSkip(t)
	for name, environment := range map[string][]string{"the account of the credentials": nil, "another account": {"TF_VAR_account_id=42"}} {
		t.Run("the secret reaches a secret manager's write-only argument, and is in no file, in "+name, func(t *testing.T) {
			t.Parallel()
			expectHandedOver(t, environment)
		})
	}
}

func expectHandedOver(t *testing.T, environment []string) {
	t.Helper()
	w := acctest.NewWorld(t)
	var manager acctest.Keeper
	workspace := w.Workspace(t, "ephemeral_write_only.tf", append(environment, manager.Attach(t))...)
	for _, phase := range []struct {
		name      string
		arguments []string
		kept      int
	}{
		{"create", nil, 1},
		{"no change", nil, 1},
		{"another version alone", []string{"-var", "secret_version=3"}, 2},
		{"another url", []string{"-var", "url=https://example.com/new", "-var", "secret_version=2"}, 3},
		{"destroy", []string{"-destroy"}, 3},
	} {
		acctest.Terraform(t, workspace, append([]string{"plan", "-out=" + acctest.PlanFile}, phase.arguments...)...)
		acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", planned")
		acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
		acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", applied")
		kept := manager.Secrets()
		if len(kept) != phase.kept {
			t.Fatalf("%s: the secret manager got %d secrets, want %d", phase.name, len(kept), phase.kept)
		}
		if active := w.API.Active(); len(active) > 0 && !slices.Equal(kept[len(kept)-1:], []string{active[0].Secret}) {
			t.Errorf("%s: the secret manager has another secret than the API", phase.name)
		}
	}
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func TestSecretIsOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider acctest.Arguments
		webhook  cakemailtest.Webhook
		config   acctest.Arguments
		account  any
	}{
		"in the account of the credentials": {account: nil},
		"of an archived webhook":            {webhook: cakemailtest.Webhook{Archived: true}, account: nil},
		"in the provider's account":         {provider: acctest.Arguments{"account_id": int64(43)}, webhook: cakemailtest.Webhook{AccountID: 43}, account: int64(43)},
		"in another account": {
			provider: acctest.Arguments{"account_id": int64(43)}, webhook: cakemailtest.Webhook{AccountID: 42},
			config: acctest.Arguments{"account_id": int64(42)}, account: int64(42),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				webhook := test.webhook
				webhook.URL, webhook.Events = "https://example.com/shop", []string{"Contact.Added"}
				webhook = w.AddTheirs(webhook)
				got, messages := w.NewCore(t, test.provider).Open(acctest.With(acctest.Arguments{"id": webhook.ID}, test.config))
				want := acctest.Values{"id": webhook.ID, "account_id": test.account, "secret": webhook.Secret, "hash_function": "sha256"}
				if len(messages) > 0 || !reflect.DeepEqual(got, want) {
					t.Errorf("got %v, want %v\n%s", got, want, acctest.Indented(messages))
				}
				if calls := w.Api.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
					t.Errorf("got the calls %v, want one read", w.Api.Counts())
				}
			})
		})
	}
}

func TestSecretIsNotOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  cakemailtest.Fault
		config acctest.Arguments
		want   acctest.Message
	}{
		"of an unknown webhook": {
			config: acctest.Arguments{"id": "no-such-webhook"},
			want:   acctest.Error("", "There is no webhook no-such-webhook", "It was looked for in the account of the credentials."),
		},
		"when the API keeps it to itself": {
			fault:  cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"signature"`, `"nothing"`)},
			config: acctest.Arguments{"id": "webhook"},
			want:   acctest.Error("", "The webhook webhook has no secret", ""),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.AddTheirs(cakemailtest.Webhook{ID: "webhook", URL: "https://example.com/shop", Events: []string{"Contact.Added"}})
			w.Api.SetFaults(test.fault)
			got, messages := w.NewCore(t, nil).Open(test.config)
			w.ExpectMessages(t, messages, test.want)
			if got["secret"] != nil {
				t.Error("a secret was opened nonetheless")
			}
		})
	}
}

func TestSecretIsOpenedInTerraform1_10(t *testing.T) {
	t.Parallel()
	ephemeralResources.orSkip(t)
	for name, variables := range map[string]config.Variables{
		"in the account of the credentials": nil,
		"in another account":                {"account_id": config.IntegerVariable(42)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				var account knownvalue.Check = knownvalue.Null()
				if variables != nil {
					account = knownvalue.Int64Exact(42)
				}
				is := func(value func() string) knownvalue.Check {
					return knownvalue.StringFunc(func(got string) error {
						if got != value() {
							return errors.New("it is another")
						}
						return nil
					})
				}
				echoed := func(name string, value knownvalue.Check) statecheck.StateCheck {
					return statecheck.ExpectKnownValue("echo.test", attribute("data").AtMapKey(name), value)
				}
				echo := map[string]func() (tfprotov6.ProviderServer, error){"echo": echoprovider.NewProviderServer()}
				w.RunBeside(t, echo, resource.TestStep{
					ConfigFile:      config.StaticFile("testdata/ephemeral_echo.tf"),
					ConfigVariables: variables,
					ConfigStateChecks: []statecheck.StateCheck{
						expect("secret", knownvalue.Null()),
						echoed("secret", is(func() string { return onlyWebhook(t, w).Secret })),
						echoed("hash_function", knownvalue.StringExact("sha256")),
						echoed("account_id", account),
						echoed("signature", is(func() string { return cakemail.Sign([]byte("payload"), onlyWebhook(t, w).Secret) })),
					},
				})
			})
		})
	}
}

// TestSecretReachesASecretManagerInTerraform1_11 hands the secret to a
// write-only argument, and finds it in no file.
func TestSecretReachesASecretManagerInTerraform1_11(t *testing.T) {
	t.Parallel()
	writeOnlyArguments.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		var manager acctest.Keeper
		workspace := w.Workspace(t, "ephemeral_write_only.tf", manager.Attach(t))
		for _, phase := range []struct {
			name      string
			arguments []string
			kept      int
		}{
			{"create", nil, 1},
			{"no change", nil, 1},
			{"another url", []string{"-var", "url=https://example.com/new", "-var", "secret_version=2"}, 2},
			{"destroy", []string{"-destroy"}, 2},
		} {
			acctest.Terraform(t, workspace, append([]string{"plan", "-out=" + acctest.PlanFile}, phase.arguments...)...)
			acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", planned")
			acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
			acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", applied")
			kept := manager.Secrets()
			if len(kept) != phase.kept {
				t.Fatalf("%s: the secret manager got %d secrets, want %d", phase.name, len(kept), phase.kept)
			}
			if active := w.Api.Active(); len(active) > 0 && !slices.Equal(kept[len(kept)-1:], []string{active[0].Secret}) {
				t.Errorf("%s: the secret manager has another secret than the API", phase.name)
			}
		}
	})
}

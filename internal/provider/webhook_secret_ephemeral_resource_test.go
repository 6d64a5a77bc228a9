package provider_test

import (
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
		provider arguments
		webhook  cakemailtest.Webhook
		config   arguments
		account  any
	}{
		"in the account of the credentials": {account: nil},
		"of an archived webhook":            {webhook: cakemailtest.Webhook{Archived: true}, account: nil},
		"in the provider's account":         {provider: arguments{"account_id": int64(43)}, webhook: cakemailtest.Webhook{AccountID: 43}, account: int64(43)},
		"in another account": {
			provider: arguments{"account_id": int64(43)}, webhook: cakemailtest.Webhook{AccountID: 42},
			config: arguments{"account_id": int64(42)}, account: int64(42),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				webhook := test.webhook
				webhook.URL, webhook.Events = "https://example.com/shop", []string{"Contact.Added"}
				webhook = w.addTheirs(webhook)
				got, messages := w.newCore(t, test.provider).open(with(arguments{"id": webhook.ID}, test.config))
				want := values{"id": webhook.ID, "account_id": test.account, "secret": webhook.Secret, "hash_function": "sha256"}
				if len(messages) > 0 || !reflect.DeepEqual(got, want) {
					t.Errorf("got %v, want %v\n%s", got, want, indented(messages))
				}
				if calls := w.api.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
					t.Errorf("got the calls %v, want one read", w.api.Counts())
				}
			})
		})
	}
}

func TestSecretIsNotOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  cakemailtest.Fault
		config arguments
		want   message
	}{
		"of an unknown webhook": {
			config: arguments{"id": "no-such-webhook"},
			want:   message{"error", "", "There is no webhook no-such-webhook", "It was looked for in the account of the credentials."},
		},
		"when the API keeps it to itself": {
			fault:  cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: replacing(`"signature"`, `"nothing"`)},
			config: arguments{"id": "webhook"},
			want:   message{"error", "", "The webhook webhook has no secret", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.addTheirs(cakemailtest.Webhook{ID: "webhook", URL: "https://example.com/shop", Events: []string{"Contact.Added"}})
			w.api.SetFaults(test.fault)
			got, messages := w.newCore(t, nil).open(test.config)
			w.expectMessages(t, messages, test.want)
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
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
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
				w.runBeside(t, echo, resource.TestStep{
					ConfigFile:      config.StaticFile("testdata/ephemeral_echo.tf"),
					ConfigVariables: variables,
					ConfigStateChecks: []statecheck.StateCheck{
						expect("secret", knownvalue.Null()),
						echoed("secret", is(func() string { return w.only(t).Secret })),
						echoed("hash_function", knownvalue.StringExact("sha256")),
						echoed("account_id", account),
						echoed("signature", is(func() string { return cakemail.Sign([]byte("payload"), w.only(t).Secret) })),
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
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		var manager keeper
		workspace := w.workspace(t, "ephemeral_write_only.tf", manager.attach(t))
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
			terraform(t, workspace, append([]string{"plan", "-out=" + planFile}, phase.arguments...)...)
			tracesOf(t, workspace).expectNone(t, w, phase.name+", planned")
			terraform(t, workspace, "apply", planFile)
			tracesOf(t, workspace).expectNone(t, w, phase.name+", applied")
			kept := manager.secrets()
			if len(kept) != phase.kept {
				t.Fatalf("%s: the secret manager got %d secrets, want %d", phase.name, len(kept), phase.kept)
			}
			if active := w.api.Active(); len(active) > 0 && !slices.Equal(kept[len(kept)-1:], []string{active[0].Secret}) {
				t.Errorf("%s: the secret manager has another secret than the API", phase.name)
			}
		}
	})
}

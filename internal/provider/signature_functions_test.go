package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

const missingSecretMessage = "The secret is missing. If the webhook has store_secret = false, take it from the ephemeral resource cakemail_webhook_secret"

// signed is a payload with a signature that Python's hmac module made.
type signed struct{ payload, secret, signature string }

var (
	// rfc4231 is the second vector of that RFC.
	rfc4231  = signed{"what do ya want for nothing?", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="}
	notASCII = signed{`{"event":"Contact.Added","name":"Zoé Ångström 日本 🎂"}`, "geheim-é-秘密", "1MXCzGMYN+GyKxYVVlEBKXa+iaYRbfCbrhZWbNh5p/M="}
	controls = signed{"line one\r\nline two\t", "a\"b\\c d", "7yURAD3sEd/gMFH14zRRDOkYUohn2pGioxtQVt80F2I="}
)

// The functions work without credentials, in a provider that is not configured.
func TestFunctions_Calls(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	clear(w.Environment)
	c := w.Unconfigured(t)
	for name, test := range map[string]struct {
		function  string
		arguments []any
		want      any
	}{
		"sign: the vector of an RFC":          {"sign", []any{rfc4231.payload, rfc4231.secret}, rfc4231.signature},
		"sign: not ASCII":                     {"sign", []any{notASCII.payload, notASCII.secret}, notASCII.signature},
		"sign: control characters":            {"sign", []any{controls.payload, controls.secret}, controls.signature},
		"sign: space around the secret":       {"sign", []any{controls.payload, " " + controls.secret + "\r\n"}, controls.signature},
		"sign: an empty payload":              {"sign", []any{"", "secret"}, "+eZuF5tnR65UEI+C+K3os8Jddv0wr95sOVgixTAZYWk="},
		"verify: is right":                    {"verify", []any{notASCII.payload, notASCII.signature, notASCII.secret}, true},
		"verify: is of another payload":       {"verify", []any{notASCII.payload + " ", notASCII.signature, notASCII.secret}, false},
		"verify: is by another secret":        {"verify", []any{notASCII.payload, notASCII.signature, notASCII.secret + "x"}, false},
		"verify: is empty":                    {"verify", []any{notASCII.payload, "", notASCII.secret}, false},
		"verify: is not a signature":          {"verify", []any{notASCII.payload, "名前", notASCII.secret}, false},
		"verify: is by one of the secrets":    {"verify", []any{notASCII.payload, notASCII.signature, " old \n" + notASCII.secret + "\t"}, true},
		"verify: is by the first secret":      {"verify", []any{notASCII.payload, notASCII.signature, notASCII.secret + "  new"}, true},
		"verify: is by none of the secrets":   {"verify", []any{notASCII.payload, notASCII.signature, "old new"}, false},
		"verify: is by the empty secret":      {"verify", []any{"", cakemail.Sign(nil, ""), " old  new "}, false},
		"verify: is by a secret with a space": {"verify", []any{controls.payload, controls.signature, controls.secret}, true},
		"verify: is in place of the payload":  {"verify", []any{notASCII.signature, notASCII.payload, notASCII.secret}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got, problem := c.Call(test.function, test.arguments...); problem != nil || got != test.want {
				t.Errorf("got %v (error %v), want %v", got, problem, test.want)
			}
		})
	}
}

// A secret from a file often ends in a line break.
func TestFunctions_VerifyAcceptsWhatSignGives(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	for _, secret := range []string{"s1", "s1\n", " s1\r\n", "s1 s2", "s1  s2\t", "\u00a0s1\u2028", "\u200bs1\x00", "名前\ufeff"} {
		signature, problem := c.Call("sign", "payload", secret)
		if problem != nil {
			t.Fatal(problem)
		}
		if accepted, problem := c.Call("verify", "payload", signature, secret); accepted != true {
			t.Errorf("%q: got %v (error %v)", secret, accepted, problem)
		}
	}
}

// A webhook with store_secret = false has a null secret.
func TestFunctions_RefuseAMissingSecret(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	encoded := func(value any) *tfprotov6.DynamicValue {
		return c.Encode(tftypes.String, tftypes.NewValue(tftypes.String, value))
	}
	for kind, secret := range map[string]*tfprotov6.DynamicValue{
		"empty": encoded(""), "blank": encoded(" \n"), "null": encoded(nil), "without data, as OpenTofu passes null": {},
	} {
		for function, arguments := range map[string][]*tfprotov6.DynamicValue{
			"sign": {encoded("payload"), secret}, "verify": {encoded("payload"), encoded("signature"), secret},
		} {
			t.Run(function+"/"+kind, func(t *testing.T) {
				called, err := c.Server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: function, Arguments: arguments})
				if err != nil {
					t.Fatal(err)
				}
				on := int64(len(arguments) - 1)
				if got := called.Error; got == nil || got.Text != missingSecretMessage || got.FunctionArgument == nil || *got.FunctionArgument != on {
					t.Errorf("got the error %+v, want %q on argument %d", got, missingSecretMessage, on)
				}
			})
		}
	}
}

func TestFunctionsInTerraform1_8(t *testing.T) {
	t.Parallel()
	functions.orSkip(t)
	acctest.NewWorld(t).Run(t,
		resource.TestStep{
			ConfigFile: config.StaticFile("testdata/functions.tf"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("signature", knownvalue.StringExact(notASCII.signature)),
				statecheck.ExpectKnownOutputValue("verified", knownvalue.Bool(true)),
				statecheck.ExpectKnownOutputValue("verified_another_payload", knownvalue.Bool(false)),
				statecheck.ExpectKnownOutputValue("normalised", knownvalue.Bool(true)),
				statecheck.ExpectKnownOutputValue("sensitive", knownvalue.TupleExact([]knownvalue.Check{
					knownvalue.Bool(true), knownvalue.Bool(true), knownvalue.Bool(false),
				})),
				statecheck.ExpectKnownOutputValue("events", knownvalue.SetExact([]knownvalue.Check{
					knownvalue.StringExact("Email.Bounced"), knownvalue.StringExact("Email.Clicked"),
				})),
			},
		},
		resource.TestStep{
			ConfigFile:      config.StaticFile("testdata/functions.tf"),
			ConfigVariables: config.Variables{"null_secret": config.BoolVariable(true)},
			// Terraform adds a period, and there must not be two.
			ExpectError: regexp.MustCompile(wrapped(missingSecretMessage).String() + `\.([^.]|$)`),
		},
		resource.TestStep{
			ConfigFile:      config.StaticFile("testdata/functions.tf"),
			ConfigVariables: config.Variables{"pattern": config.StringVariable("Emails.*")},
			ExpectError:     regexp.MustCompile(wrapped(noSuchEvents["Emails.*"]).String() + `\.([^.]|$)`),
		},
	)
}

// wrapped matches a message with any line breaks from Terraform.
func wrapped(message string) *regexp.Regexp {
	words := strings.Fields(message)
	for index, word := range words {
		words[index] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}

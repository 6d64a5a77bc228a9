package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

const missingSecretMessage = "The secret is missing, so there is nothing to sign with. " +
	"If the webhook has store_secret = false, take it from the ephemeral resource cakemail_webhook_secret"

// The signatures were made with Python's hmac module.
var signatures = map[string]struct{ payload, secret, signature string }{
	"the second vector of RFC 4231": {"what do ya want for nothing?", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
	"not ASCII":                     {`{"event":"Contact.Added","name":"Zoé Ångström 日本 🎂"}`, "geheim-é-秘密", "1MXCzGMYN+GyKxYVVlEBKXa+iaYRbfCbrhZWbNh5p/M="},
	"an empty payload":              {"", "secret", "+eZuF5tnR65UEI+C+K3os8Jddv0wr95sOVgixTAZYWk="},
	"a secret longer than a block":  {"x", strings.Repeat("s", 200), "iNzjQkJW071o0znfGRCI0oLQ18x59ZM2FMEBrB3p7Bw="},
	"control characters":            {"line one\r\nline two\t", "a\"b\\c d\n", "0Xaigxvvg74jXQaMthNtqG7yut3MdW8T9wMNMsaq+dk="},
}

func TestSign(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	for name, test := range signatures {
		t.Run(name, func(t *testing.T) {
			got, problem := c.Call("sign", test.payload, test.secret)
			if problem != nil || got != test.signature {
				t.Errorf("got %v (error %v), want %s", got, problem, test.signature)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	for name, test := range signatures {
		raw, err := base64.StdEncoding.DecodeString(test.signature)
		if err != nil {
			t.Fatal(err)
		}
		for kind, attempt := range map[string]struct {
			payload, signature, secret string
			want                       bool
		}{
			"is right":                             {test.payload, test.signature, test.secret, true},
			"is of another payload":                {test.payload + " ", test.signature, test.secret, false},
			"is by another secret":                 {test.payload, test.signature, test.secret + "x", false},
			"is empty":                             {test.payload, "", test.secret, false},
			"is cut":                               {test.payload, test.signature[:len(test.signature)-1], test.secret, false},
			"has a line end":                       {test.payload, test.signature + "\n", test.secret, false},
			"is in capitals":                       {test.payload, strings.ToUpper(test.signature), test.secret, false},
			"is hexadecimal, as nobody sends it":   {test.payload, hex.EncodeToString(raw), test.secret, false},
			"names its function, as nobody does":   {test.payload, "sha256=" + test.signature, test.secret, false},
			"is not a signature, but not ASCII":    {test.payload, "名前", test.secret, false},
			"is the payload in place of the other": {test.signature, test.payload, test.secret, false},
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				got, problem := c.Call("verify", attempt.payload, attempt.signature, attempt.secret)
				if problem != nil || got != attempt.want {
					t.Errorf("got %v (error %v), want %v", got, problem, attempt.want)
				}
			})
		}
	}
}

// A webhook with store_secret = false has a secret that is null.
func TestAMissingSecretIsRefused(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	for name, test := range map[string]struct {
		arguments []any
		argument  int64
	}{
		"sign":   {[]any{"payload"}, 1},
		"verify": {[]any{"payload", "signature"}, 2},
	} {
		for kind, secret := range map[string]any{"empty": "", "null": nil} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				_, problem := c.Call(name, append(slices.Clone(test.arguments), secret)...)
				if problem == nil || problem.Text != missingSecretMessage || problem.FunctionArgument == nil || *problem.FunctionArgument != test.argument {
					t.Errorf("got the error %+v, want %q on argument %d", problem, missingSecretMessage, test.argument)
				}
			})
		}
	}
}

// OpenTofu passes an argument that is null as one without data.
func TestAnArgumentWithoutDataIsNull(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	payload := c.Encode(tftypes.String, tftypes.NewValue(tftypes.String, "payload"))
	called, err := c.Server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: "sign", Arguments: []*tfprotov6.DynamicValue{payload, {}}})
	if err != nil {
		t.Fatal(err)
	}
	if called.Error == nil || called.Error.Text != missingSecretMessage {
		t.Errorf("got the error %+v, want %q", called.Error, missingSecretMessage)
	}
}

// TestFunctionsNeedNoCredentials calls a function of a provider that is not configured.
func TestFunctionsNeedNoCredentials(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	clear(w.Environment)
	got, problem := w.Unconfigured(t).Call("sign", "what do ya want for nothing?", "Jefe")
	if problem != nil || got != "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=" {
		t.Errorf("got %v (error %v)", got, problem)
	}
}

func TestFunctionsInTerraform1_8(t *testing.T) {
	t.Parallel()
	functions.orSkip(t)
	acctest.NewWorld(t).Run(t,
		resource.TestStep{
			ConfigFile: config.StaticFile("testdata/functions.tf"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("signature", knownvalue.StringExact(signatures["not ASCII"].signature)),
				statecheck.ExpectKnownOutputValue("verified", knownvalue.Bool(true)),
				statecheck.ExpectKnownOutputValue("verified_another_payload", knownvalue.Bool(false)),
				statecheck.ExpectKnownOutputValue("normalised", knownvalue.Bool(true)),
				statecheck.ExpectKnownOutputValue("sensitive", knownvalue.TupleExact([]knownvalue.Check{
					knownvalue.Bool(true), knownvalue.Bool(true), knownvalue.Bool(false),
				})),
			},
		},
		resource.TestStep{
			ConfigFile:      config.StaticFile("testdata/functions.tf"),
			ConfigVariables: config.Variables{"secret": config.StringVariable("")},
			ExpectError:     endsInOnePeriod(missingSecretMessage),
		},
		resource.TestStep{
			ConfigFile:      config.StaticFile("testdata/functions.tf"),
			ConfigVariables: config.Variables{"null_secret": config.BoolVariable(true)},
			ExpectError:     endsInOnePeriod(missingSecretMessage),
		},
	)
}

// endsInOnePeriod matches the error of a function, behind which Terraform puts a period.
func endsInOnePeriod(message string) *regexp.Regexp {
	return regexp.MustCompile(wrapped(message).String() + `\.([^.]|$)`)
}

// wrapped matches a message however Terraform breaks it into lines.
func wrapped(message string) *regexp.Regexp {
	words := strings.Fields(message)
	for index, word := range words {
		words[index] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}

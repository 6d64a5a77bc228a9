package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	apiAdvice = ".\nUse an absolute URL such as https://api.cakemail.dev."

	idAdvice  = ".\nUse the id that Cakemail shows, such as 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9."
	judgedIDs = map[string]judgement{
		"a UUID":              fine("0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"),
		"a number":            fine("1001"),
		"slashes":             fine("a/../b"),
		"a percent":           fine("100%2e"),
		"another script":      fine("вебхук"),
		"empty":               refused("", `id is not a webhook's id: the id is empty`+idAdvice),
		"a URL":               refused("https://jane:hunter22@example.com", `id is not a webhook's id: a URL is not an id`+idAdvice),
		"one dot":             refused(".", `id is not a webhook's id: "." and ".." are not ids`+idAdvice),
		"two dots":            refused("..", `id is not a webhook's id: "." and ".." are not ids`+idAdvice),
		"a line break":        refused("1001\n", `id is not a webhook's id: the id has characters that cannot be printed`+idAdvice),
		"a control character": refused("10\x0001", `id is not a webhook's id: the id has characters that cannot be printed`+idAdvice),
		"enormous":            refused(strings.Repeat("1", enormous), `id is not a webhook's id: the id is longer than 255 bytes`+idAdvice),
	}

	judgedAccounts = atLeast("account_id", 1)

	tokenAdvice  = "has a space, a line break or another character that no token has.\nA token from a file often ends in a line break: use trimspace()."
	judgedTokens = map[string]judgement{
		"a token":             fine("eyJhbGciOi.J9-_~+/="),
		"enormous":            fine(strings.Repeat("a", enormous)),
		"empty":               refused("", "access_token is empty. Leave it out to use CAKEMAIL_ACCESS_TOKEN, or email and password."),
		"with Bearer":         refused("Bearer abc", "access_token begins with Bearer. Remove that word: the provider adds it."),
		"with bearer":         refused("bearer abc", "access_token begins with Bearer."),
		"a line break":        refused("abc\n", "access_token "+tokenAdvice),
		"a space":             refused("a bc", "access_token "+tokenAdvice),
		"another script":      refused("töken", "access_token "+tokenAdvice),
		"a control character": refused("abc\x7f", "access_token "+tokenAdvice),
		"quotation marks":     refused(`"abc"`, "access_token has a quotation mark, a bracket or a $, which no token has."),
		"a variable's name":   refused("${TOKEN}", "access_token has a quotation mark, a bracket or a $, which no token has."),
	}

	addressAdvice   = "email is not an e-mail address, such as ops@example.com.\nLeave it out to use the environment variable CAKEMAIL_EMAIL."
	judgedAddresses = map[string]judgement{
		"an address":          fine("ops+hooks@example.com"),
		"international":       fine("größe@münchen.example"),
		"empty":               refused("", addressAdvice),
		"no host":             refused("ops@", addressAdvice),
		"no user":             refused("@example.com", addressAdvice),
		"a name":              refused("ops", addressAdvice),
		"a space":             refused("ops @example.com", addressAdvice),
		"a control character": refused("ops@example.com\x00", addressAdvice),
		"enormous":            refused(strings.Repeat("x", enormous), addressAdvice),
		"a line break":        refused("ops@example.com\n", "email "+breakAdvice),
	}

	breakAdvice = "begins or ends with a line break.\nRemove it, for example with trim(VALUE, \"\\r\\n\")."

	judgedPasswords = map[string]judgement{
		"any character": fine("p@ss \"w&rd+/=%\\\n\x00ü"), "enormous": fine(strings.Repeat("ü", enormous)),
		"blanks at its ends": fine(" p@ss\t "), "a line break at its end": refused("p@ss\n", "password "+breakAdvice),
		"the line break of Windows": refused("p@ss\r\n", "password "+breakAdvice), "a line break before it": refused("\np@ss", "password "+breakAdvice),
		"empty": refused("", "password is empty.\nLeave it out to use the environment variable CAKEMAIL_PASSWORD."),
	}
)

func between(says string, least, most int64) map[string]judgement {
	return map[string]judgement{
		"the least": fine(least), "the most": fine(most),
		"below": refused(least-1, says), "above": refused(most+1, says), "huge": refused(int64(1<<63-1), says),
		"a fraction": refused(1.5, " is 1.5. Use a whole number."),
	}
}

// ofTheAPI are the URLs that are judged differently as the address of the API.
func ofTheAPI() map[string]judgement {
	values := maps.Clone(judgedURLs)
	for name, value := range values {
		value.says = strings.Replace("base_"+value.says, urlAdvice, apiAdvice, 1)
		values[name] = value
	}
	values["http"] = doubted("http://example.com",
		"base_url begins with http://.\nCredentials and secrets travel to example.com unencrypted. Use https://.")
	values["http on loopback"] = fine("http://127.0.0.1:8080")
	values["with port, path and query"] = refused("https://example.com:8443/v1?key=1",
		"base_url must not have a query, a fragment or a user name"+apiAdvice)
	for name, end := range map[string]string{"an empty fragment": "#", "a fragment": "#part", "an empty query": "?",
		"a fragment without text after a query": "?#"} {
		values[name] = refused("https://example.com/v1"+end, "base_url must not have a query, a fragment or a user name")
	}
	values["a user without a password"] = refused("https://@example.com", "base_url must not have a query, a fragment or a user name")
	values["slashes at the end"] = fine("https://example.com/v1//")
	values["a password"] = refused("https://user:pw@example.com", "base_url must not have a query, a fragment or a user name")
	return values
}

// judgedAttribute is an attribute with the judgements of its values.
type judgedAttribute struct {
	kind, name, attribute string
	values                map[string]judgement
}

// judged are the attributes that users can set, except for the settings, which have fixtures.
var judged = []judgedAttribute{
	{"provider", "", "base_url", ofTheAPI()},
	{"provider", "", "access_token", judgedTokens},
	{"provider", "", "email", judgedAddresses},
	{"provider", "", "password", judgedPasswords},
	{"provider", "", "account_id", judgedAccounts},
	{"provider", "", "max_retries", between("max_retries must be from 0 to 20.", 0, 20)},
	{"provider", "", "request_timeout", between("request_timeout must be from 1 to 3600.", 1, 3600)},
	{"resource", "cakemail_webhook", "account_id", judgedAccounts},
	{"data", "cakemail_webhook", "id", judgedIDs},
	{"data", "cakemail_webhook", "account_id", judgedAccounts},
	{"data", "cakemail_webhooks", "account_id", judgedAccounts},
	{"data", "cakemail_webhooks", "url", judgedURLs},
	{"data", "cakemail_webhooks", "event", judgedEvents},
	{"ephemeral", "cakemail_webhook_secret", "id", judgedIDs},
	{"ephemeral", "cakemail_webhook_secret", "account_id", judgedAccounts},
	{"list", "cakemail_webhook", "account_id", judgedAccounts},
	{"list", "cakemail_webhook", "url", judgedURLs},
	{"list", "cakemail_webhook", "event", judgedEvents},
}

// allJudged adds the settings.
func allJudged() []judgedAttribute {
	all := slices.Clone(judged)
	for name, fixture := range fixtures {
		all = append(all, judgedAttribute{"resource", "cakemail_webhook", name, fixture.judged})
	}
	return all
}

// It puts good and bad values into each attribute of each object, and checks the messages.
func TestEveryAttributeIsValidated(t *testing.T) {
	t.Parallel()
	for _, test := range allJudged() {
		t.Run(strings.TrimSuffix(test.kind+" "+test.name, " ")+"/"+test.attribute, func(t *testing.T) {
			t.Parallel()
			c := acctest.NewWorld(t).Unconfigured(t)
			for name, value := range test.values {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					expectJudgement(t, c, test.kind, test.name, test.attribute, value)
				})
			}
		})
	}
}

// required returns the kinds of values that need a judgement, by name.
func required(of tftypes.Type) []string {
	switch {
	case of.Is(tftypes.Number):
		return []string{"huge", "a fraction"}
	case of.Is(tftypes.String):
		return []string{"empty", "enormous"}
	case of.Is(tftypes.Map{}):
		return []string{"none", "a null element", "empty", "enormous", "an empty name", "an enormous name"}
	default:
		return []string{"none", "a null element", "empty", "enormous"}
	}
}

// Without a judgement, no test would validate an attribute.
func TestEveryAttributeIsJudged(t *testing.T) {
	t.Parallel()
	schemas := acctest.NewWorld(t).Unconfigured(t).Schemas()
	kinds := map[string]map[string]*tfprotov6.Schema{
		"provider": {"": schemas.Provider}, "resource": schemas.ResourceSchemas, "data": schemas.DataSourceSchemas,
		"ephemeral": schemas.EphemeralResourceSchemas, "list": schemas.ListResourceSchemas,
	}
	all := allJudged()
	for kind, objects := range kinds {
		for name, schema := range objects {
			for _, attribute := range schema.Block.Attributes {
				if !attribute.Optional && !attribute.Required || attribute.Type.Is(tftypes.Bool) {
					continue
				}
				values := map[string]judgement{}
				for _, test := range all {
					if test.kind == kind && test.name == name && test.attribute == attribute.Name {
						values = test.values
					}
				}
				expectJudged(t, strings.TrimSpace(kind+" "+name)+": "+attribute.Name, attribute.Type, values)
			}
		}
	}
}

func expectJudged(t *testing.T, where string, of tftypes.Type, values map[string]judgement) {
	t.Helper()
	for _, wanted := range required(of) {
		if _, found := values[wanted]; !found {
			t.Errorf("%s: no judgement for the value named %q", where, wanted)
		}
	}
	bySeverity := map[string]int{}
	for _, value := range values {
		bySeverity[value.severity]++
	}
	if bySeverity[""] == 0 || bySeverity["error"] == 0 {
		t.Errorf("%s: %d values are good and %d bad, want some of both", where, bySeverity[""], bySeverity["error"])
	}
	if null, found := values["a null element"]; found && null.severity != "error" {
		t.Errorf("%s: a null element is not refused", where)
	}
}

func expectJudgement(t *testing.T, c *acctest.Core, kind, name, attribute string, want judgement) {
	t.Helper()
	given := map[string]acctest.Arguments{"resource": hook(nil), "data": {}, "ephemeral": {"id": "1001"}, "provider": {}, "list": {}}[kind]
	if name == "cakemail_webhook" && kind == "data" {
		given["id"] = "1001"
	}
	given[attribute] = want.value
	got := c.Validate(kind, name, given)
	switch {
	case want.severity == "" && len(got) == 0:
	case want.severity == "" || len(got) != 1:
		t.Errorf("got %d messages:\n%s", len(got), acctest.Indented(got))
	case got[0].Severity != want.severity || got[0].Attribute != attribute || !strings.Contains(got[0].Detail, want.says):
		t.Errorf("got:\n%s\nwant %s on %s: %s", acctest.Indented(got), want.severity, attribute, want.says)
	case len(got[0].Detail) > 800:
		t.Errorf("the message is %d bytes long", len(got[0].Detail))
	}
	if kind == "resource" && fixtures[attribute].secret {
		acctest.ExpectNone(t, "the message", acctest.Indented(got), textsOf(want.value))
	}
}

package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// judgement is what validation says of one value.
type judgement struct {
	value any
	// severity is "" for a good value, "warning" or "error".
	severity string
	// says is what the message must tell the person.
	says string
}

const enormous = 100_000

var (
	fine      = func(value any) judgement { return judgement{value: value} }
	urlAdvice = ".\nUse an absolute URL such as https://example.com/cakemail."
	apiAdvice = ".\nUse an absolute URL such as https://api.cakemail.dev."
	invisible = "holds a space or an invisible character: use trimspace() or urlencode()"
	stray     = "url cannot be read, perhaps because of a %, [, : or # that is not urlencode()d"

	judgedURLs = map[string]judgement{
		"the longest":                   fine("https://example.com/" + strings.Repeat("a", 2063)),
		"the longest, in characters":    fine("https://example.com/" + strings.Repeat("ü", 2063)),
		"with port, path and query":     fine("https://user:pw@example.com:8443/hook?key=1#top"),
		"http":                          fine("http://example.com"),
		"upper case":                    fine("HTTPS://EXAMPLE.COM/Hook"),
		"an IPv6 host":                  fine("https://[2001:db8::1]/hook"),
		"an international name":         fine("https://münchen.example/empfänger"),
		"an emoji":                      fine("https://example.com/🎂"),
		"empty":                         {"", "error", "url is empty" + urlAdvice},
		"one too long":                  {"https://example.com/" + strings.Repeat("a", 2064), "error", "url is 2084 characters long; at most 2083 are allowed" + urlAdvice},
		"enormous":                      {strings.Repeat("🎂", enormous), "error", "url is 100000 characters long; at most 2083 are allowed" + urlAdvice},
		"without a scheme":              {"example.com/hook", "error", "url does not begin with https:// or http://" + urlAdvice},
		"two slashes and a host":        {"//example.com/hook", "error", "url does not begin with https:// or http://" + urlAdvice},
		"a path":                        {"/hook", "error", "url does not begin with https:// or http://" + urlAdvice},
		"a mistyped scheme":             {"htps://example.com", "error", "url does not begin with https:// or http://" + urlAdvice},
		"one slash":                     {"https:/example.com", "error", "url does not begin with https:// or http://" + urlAdvice},
		"no scheme":                     {"127.0.0.1:8080", "error", "url does not begin with https:// or http://" + urlAdvice},
		"a password with a #":           {"https://jane:pa#ss@example.com", "error", stray + urlAdvice},
		"no host":                       {"https:///hook", "error", "url has no host" + urlAdvice},
		"only a port":                   {"https://:443/hook", "error", "url has no host" + urlAdvice},
		"another scheme":                {"javascript:alert(1)", "error", "url does not begin with https:// or http://" + urlAdvice},
		"a stray percent":               {"https://example.com/100%", "error", stray + urlAdvice},
		"a port above the last":         {"https://example.com:65536/", "error", "url has a port that is not a number from 1 to 65535" + urlAdvice},
		"the port 0":                    {"https://example.com:0/", "error", "url has a port that is not a number from 1 to 65535" + urlAdvice},
		"the last port":                 fine("https://example.com:65535/"),
		"an open bracket":               {"https://[::1/hook", "error", stray + urlAdvice},
		"a port that is no number":      {"https://example.com:http/", "error", stray + urlAdvice},
		"a space":                       {"https://example.com/a b", "error", "url " + invisible + urlAdvice},
		"a line break at the end":       {"https://example.com/hook\n", "error", "url " + invisible + urlAdvice},
		"a tab":                         {"\thttps://example.com", "error", "url " + invisible + urlAdvice},
		"a control character":           {"https://example.com/\x1b[31m", "error", "url " + invisible + urlAdvice},
		"a no-break space":              {"https://example.com/a\u00a0b", "error", "url " + invisible + urlAdvice},
		"a zero-width space":            {"https://example.com/\u200b", "error", "url " + invisible + urlAdvice},
		"text that turns the direction": {"https://example.com/\u202egnp.exe", "error", "url " + invisible + urlAdvice},
		"bytes that are not Unicode":    {"https://example.com/\ufffd", "error", "url " + invisible + urlAdvice},
	}

	judgedEvents = map[string]judgement{
		"known":                       fine("Contact.Added"),
		"known to newer versions":     {"Contact.Exploded", "warning", `Cakemail may not accept the event "Contact.Exploded".` + "\n"},
		"a typo":                      {"Contact.Aded", "warning", `Cakemail may not accept the event "Contact.Aded". Did you mean "Contact.Added"?`},
		"other case":                  {"contact.added", "error", `Cakemail does not accept the event "contact.added". Did you mean "Contact.Added"?`},
		"an underscore":               {"contact_added", "error", `"contact_added". Did you mean "Contact.Added"?`},
		"a space at the end":          {"Contact.Added ", "error", `"Contact.Added ". Did you mean "Contact.Added"?`},
		"empty":                       {"", "error", `Cakemail does not accept the event "".` + "\n"},
		"a dot":                       {".", "error", `"."`},
		"no action":                   {"Contact.", "error", `"Contact."`},
		"a star":                      {"*", "error", `"*"`},
		"another script":              {"Контакт.Добавлен", "error", `"Контакт.Добавлен"`},
		"letters that look the same":  {"Соntact.Added", "error", `"Соntact.Added". Did you mean`},
		"a line break":                {"Contact.Added\n", "error", `"Contact.Added\n"`},
		"a control character":         {"Contact.\x1b[31mAdded", "error", `"Contact.\x1b[31mAdded"`},
		"enormous":                    {strings.Repeat("x", enormous), "error", `xxx…" (100000 characters)`},
		"enormous, of the right form": {"A." + strings.Repeat("b", enormous), "error", `bbb…" (100002 characters)`},
	}

	idAdvice  = ".\nUse the id that Cakemail shows, such as 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9."
	judgedIDs = map[string]judgement{
		"a UUID":              fine("0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"),
		"a number":            fine("1001"),
		"slashes":             fine("a/../b"),
		"a percent":           fine("100%2e"),
		"another script":      fine("вебхук"),
		"empty":               {"", "error", `id is not the id of a webhook: the id is empty` + idAdvice},
		"a URL":               {"https://jane:hunter22@example.com", "error", `id is not the id of a webhook: a URL is not an id` + idAdvice},
		"one dot":             {".", "error", `id is not the id of a webhook: "." and ".." are not ids` + idAdvice},
		"two dots":            {"..", "error", `id is not the id of a webhook: "." and ".." are not ids` + idAdvice},
		"a line break":        {"1001\n", "error", `id is not the id of a webhook: the id holds characters that cannot be printed` + idAdvice},
		"a control character": {"10\x0001", "error", `id is not the id of a webhook: the id holds characters that cannot be printed` + idAdvice},
		"enormous":            {strings.Repeat("1", enormous), "error", `id is not the id of a webhook: the id is longer than 255 bytes` + idAdvice},
	}

	judgedAccounts = atLeast("account_id", 1)

	judgedPeriods = map[string]judgement{
		"second": fine("second"), "minute": fine("minute"), "hour": fine("hour"), "day": fine("day"),
		"other case":          {"Second", "error", `"Second" is not a period. Did you mean "second"?`},
		"plural":              {"seconds", "error", `"seconds" is not a period. Did you mean "second"?`},
		"empty":               {"", "error", `"" is not a period. Use second, minute, hour, day.`},
		"a control character": {"day\x00", "error", `"day\x00" is not a period.`},
	}

	tokenAdvice  = "holds a space, a line break or a letter that no token has.\nA token from a file often ends in a line break: use trimspace()."
	judgedTokens = map[string]judgement{
		"a token":             fine("eyJhbGciOi.J9-_~+/="),
		"enormous":            fine(strings.Repeat("a", enormous)),
		"empty":               {"", "error", "access_token is empty. Leave it out to use CAKEMAIL_ACCESS_TOKEN, or email and password."},
		"with Bearer":         {"Bearer abc", "error", "access_token begins with Bearer. Leave that word out: the provider adds it."},
		"with bearer":         {"bearer abc", "error", "access_token begins with Bearer."},
		"a line break":        {"abc\n", "error", "access_token " + tokenAdvice},
		"a space":             {"a bc", "error", "access_token " + tokenAdvice},
		"another script":      {"töken", "error", "access_token " + tokenAdvice},
		"a control character": {"abc\x7f", "error", "access_token " + tokenAdvice},
		"quotation marks":     {`"abc"`, "error", "access_token holds a quotation mark, a bracket or a $, which no token has."},
		"a variable's name":   {"${TOKEN}", "error", "access_token holds a quotation mark, a bracket or a $, which no token has."},
	}

	addressAdvice   = "email is not an e-mail address, such as ops@example.com.\nLeave it out to use the environment variable CAKEMAIL_EMAIL."
	judgedAddresses = map[string]judgement{
		"an address":          fine("ops+hooks@example.com"),
		"international":       fine("größe@münchen.example"),
		"empty":               {"", "error", addressAdvice},
		"no host":             {"ops@", "error", addressAdvice},
		"no user":             {"@example.com", "error", addressAdvice},
		"a name":              {"ops", "error", addressAdvice},
		"a space":             {"ops @example.com", "error", addressAdvice},
		"a control character": {"ops@example.com\x00", "error", addressAdvice},
		"enormous":            {strings.Repeat("x", enormous), "error", addressAdvice},
	}

	judgedPasswords = map[string]judgement{
		"any character": fine("p@ss \"w&rd+/=%\\\n\x00ü"), "enormous": fine(strings.Repeat("ü", enormous)),
		"empty": {"", "error", "password is empty.\nLeave it out to use the environment variable CAKEMAIL_PASSWORD."},
	}
)

// atLeast are the values of a number with a lower limit alone.
func atLeast(name string, least int64) map[string]judgement {
	return map[string]judgement{
		"the least": fine(least), "huge": fine(int64(1<<63 - 1)),
		"below":      {least - 1, "error", name + " must be at least 1."},
		"negative":   {int64(-1 << 63), "error", name + " must be at least 1."},
		"a fraction": {1.5, "error", name + " is 1.5. Use a whole number, such as 20."},
		"enormous":   {1e30, "error", name + " is 1e+30. Use a whole number, such as 20."},
	}
}

func between(says string, least, most int64) map[string]judgement {
	return map[string]judgement{
		"the least": fine(least), "the most": fine(most),
		"below": {least - 1, "error", says}, "above": {most + 1, "error", says}, "huge": {int64(1<<63 - 1), "error", says},
		"a fraction": {1.5, "error", " is 1.5. Use a whole number, such as 20."},
	}
}

// inASet puts each value into a set, as `events` takes it.
func inASet(values map[string]judgement) map[string]judgement {
	sets := map[string]judgement{"no event": {[]string{}, "error", "To stop the deliveries of a webhook, set archived = true instead."}}
	for name, value := range values {
		text, _ := value.value.(string)
		value.value = []string{text}
		sets[name] = value
	}
	return sets
}

// ofTheAPI are the URLs that differ when they are the address of the API.
func ofTheAPI() map[string]judgement {
	values := maps.Clone(judgedURLs)
	for name, value := range values {
		value.says = strings.Replace("base_"+value.says, urlAdvice, apiAdvice, 1)
		values[name] = value
	}
	values["http"] = judgement{"http://example.com", "warning", "base_url begins with http://.\nSo credentials and secrets travel to example.com unencrypted. Use https://."}
	values["http on loopback"] = fine("http://127.0.0.1:8080")
	values["with port, path and query"] = judgement{"https://example.com:8443/v1?key=1", "error", "base_url holds a query, a fragment or a user name, which the API's address cannot have" + apiAdvice}
	for name, end := range map[string]string{"an empty fragment": "#", "a fragment": "#part", "an empty query": "?", "a fragment without text after a query": "?#"} {
		values[name] = judgement{"https://example.com/v1" + end, "error", "base_url holds a query, a fragment or a user name"}
	}
	values["a user without a password"] = judgement{"https://@example.com", "error", "base_url holds a query, a fragment or a user name"}
	values["slashes at the end"] = fine("https://example.com/v1//")
	values["a password"] = judgement{"https://user:pw@example.com", "error", "base_url holds a query, a fragment or a user name"}
	return values
}

// judged are the values of each attribute that a person can set.
var judged = []struct {
	kind, name, attribute string
	values                map[string]judgement
}{
	{"provider", "", "base_url", ofTheAPI()},
	{"provider", "", "access_token", judgedTokens},
	{"provider", "", "email", judgedAddresses},
	{"provider", "", "password", judgedPasswords},
	{"provider", "", "account_id", judgedAccounts},
	{"provider", "", "max_retries", between("max_retries must be from 0 to 20.", 0, 20)},
	{"provider", "", "request_timeout", between("request_timeout must be from 1 to 3600.", 1, 3600)},
	{"resource", "cakemail_webhook", "url", judgedURLs},
	{"resource", "cakemail_webhook", "events", inASet(judgedEvents)},
	{"resource", "cakemail_webhook", "rate_limit", atLeast("rate_limit", 1)},
	{"resource", "cakemail_webhook", "rate_limit_period", judgedPeriods},
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

// TestEveryAttributeIsValidated puts good and bad values into each attribute of
// each object, and reads what a person is told.
func TestEveryAttributeIsValidated(t *testing.T) {
	t.Parallel()
	for _, test := range judged {
		t.Run(strings.TrimSuffix(test.kind+" "+test.name, " ")+"/"+test.attribute, func(t *testing.T) {
			t.Parallel()
			c := newWorld(t).unconfigured(t)
			for name, value := range test.values {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					c.expectJudgement(t, test.kind, test.name, test.attribute, value)
				})
			}
		})
	}
}

// An attribute of which nobody wrote down what is good and bad is validated by nobody.
func TestEveryAttributeIsJudged(t *testing.T) {
	t.Parallel()
	schemas := newWorld(t).unconfigured(t).schemas()
	kinds := map[string]map[string]*tfprotov6.Schema{
		"provider": {"": schemas.Provider}, "resource": schemas.ResourceSchemas, "data": schemas.DataSourceSchemas,
		"ephemeral": schemas.EphemeralResourceSchemas, "list": schemas.ListResourceSchemas,
	}
	for kind, objects := range kinds {
		for name, schema := range objects {
			for _, attribute := range schema.Block.Attributes {
				if !attribute.Optional && !attribute.Required || attribute.Type.Is(tftypes.Bool) {
					continue
				}
				found := false
				for _, test := range judged {
					found = found || test.kind == kind && test.name == name && test.attribute == attribute.Name
				}
				if !found {
					t.Errorf("%s %s: %s is not judged", kind, name, attribute.Name)
				}
			}
		}
	}
}

func (c *core) expectJudgement(t *testing.T, kind, name, attribute string, want judgement) {
	t.Helper()
	given := map[string]arguments{"resource": hook(nil), "data": {}, "ephemeral": {"id": "1001"}, "provider": {}, "list": {}}[kind]
	if name == "cakemail_webhook" && kind == "data" {
		given["id"] = "1001"
	}
	given[attribute] = want.value
	got := c.validate(kind, name, given)
	switch {
	case want.severity == "" && len(got) == 0:
	case want.severity == "" || len(got) != 1:
		t.Errorf("got %d messages:\n%s", len(got), indented(got))
	case got[0].severity != want.severity || got[0].attribute != attribute || !strings.Contains(got[0].detail, want.says):
		t.Errorf("got:\n%s\nwant %s on %s: %s", indented(got), want.severity, attribute, want.says)
	case len(got[0].detail) > 800:
		t.Errorf("the message is %d bytes long", len(got[0].detail))
	}
}

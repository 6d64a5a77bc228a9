package provider_test

import (
	"encoding/json"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// fixture is everything that the tests need to know about a setting.
type fixture struct {
	// first and second are values that both descriptions of the API accept. The second is empty if it may be.
	first, second any
	// inPlace means that the API can change it in place, if it can change webhooks.
	inPlace bool
	// secret means that its values may appear only in the state.
	secret bool
	// isNone means that a webhook has no value if an answer lacks it.
	isNone bool
	// resource and data are its lines in the schemas.
	resource, data string
	// judged are good and bad values.
	judged map[string]judgement
	// delivered is what a delivery shows of it, or nil.
	delivered func(acctest.Posted) any
}

var nothing = func(acctest.Posted) any { return nil }

// fixtures has one for each row of the table of settings.
var fixtures = map[string]fixture{
	"url": {
		first: "https://example.com/one", second: "https://example.org/two", inPlace: true,
		resource: "required", data: "computed",
		judged: judgedURLs, delivered: nothing,
	},
	"events": {
		first: []string{"Contact.Added"}, second: []string{"Contact.Removed"},
		resource: "required", data: "computed",
		judged: inASet(judgedEvents), delivered: postedEvents,
	},
	"rate_limit": {
		first: int64(7), second: int64(8), inPlace: true,
		resource: "computed optional", data: "computed",
		judged: atLeast("rate_limit", 1), delivered: nothing,
	},
	"rate_limit_period": {
		first: "second", second: "minute", inPlace: true,
		resource: "computed optional", data: "computed",
		judged: judgedPeriods, delivered: nothing,
	},
}

func postedEvents(p acctest.Posted) any {
	var body struct {
		Event string `json:"event"`
	}
	_ = json.Unmarshal([]byte(p.Body), &body)
	return []string{body.Event}
}

// secretSamples returns the texts of all secret settings.
func secretSamples() []string {
	var texts []string
	for name, fixture := range fixtures {
		if fixture.secret || cakemail.IsSecret(name) {
			texts = append(texts, textsOf(fixture.first)...)
			texts = append(texts, textsOf(fixture.second)...)
		}
	}
	return texts
}

// textsOf returns the texts in a value that are long enough to be a secret, without the names in a map.
func textsOf(value any) []string {
	var texts []string
	switch value := value.(type) {
	case string:
		if len(value) >= len("*****") {
			return []string{value}
		}
	case []string:
		for _, element := range value {
			texts = append(texts, textsOf(element)...)
		}
	case map[string]string:
		for _, element := range value {
			texts = append(texts, textsOf(element)...)
		}
	}
	return texts
}

// judgement is the result of validating one value.
type judgement struct {
	value any
	// severity is "" for a good value, "warning" or "error".
	severity string
	// says is what the message must contain.
	says string
	// isTaken means that the API accepts the value nevertheless.
	isTaken bool
}

func fine(value any) judgement { return judgement{value: value, isTaken: true} }

func doubted(value any, says string) judgement { return judgement{value, "warning", says, true} }

func refused(value any, says string) judgement { return judgement{value, "error", says, false} }

// tooStrict is a value that the provider refuses and the API would accept.
func tooStrict(value any, says string) judgement { return judgement{value, "error", says, true} }

func badURL(value, problem string) judgement { return refused(value, "url "+problem+urlAdvice) }

// strangeURL is a URL that the API accepts.
func strangeURL(value, problem string) judgement { return tooStrict(value, "url "+problem+urlAdvice) }

const enormous = 100_000

var (
	urlAdvice  = ".\nUse an absolute URL such as https://example.com/cakemail."
	invisible  = "has a space or an invisible character. Remove it, or percent-encode it with urlencode()"
	unreadable = "cannot be parsed. A %, [, : or # may need percent-encoding with urlencode()"

	judgedURLs = map[string]judgement{
		"the longest":                   fine("https://example.com/" + strings.Repeat("a", 2063)),
		"the longest, in characters":    fine("https://example.com/" + strings.Repeat("ü", 2063)),
		"with port, path and query":     fine("https://user:pw@example.com:8443/hook?key=1#top"),
		"http":                          fine("http://example.com"),
		"upper case":                    fine("HTTPS://EXAMPLE.COM/Hook"),
		"an IPv6 host":                  fine("https://[2001:db8::1]/hook"),
		"an international name":         fine("https://münchen.example/empfänger"),
		"an emoji":                      fine("https://example.com/🎂"),
		"empty":                         badURL("", "is empty"),
		"one too long":                  badURL("https://example.com/"+strings.Repeat("a", 2064), "has 2084 characters. At most 2083 are allowed"),
		"enormous":                      badURL(strings.Repeat("🎂", enormous), "has 100000 characters. At most 2083 are allowed"),
		"without a scheme":              badURL("example.com/hook", "does not begin with https:// or http://"),
		"two slashes and a host":        badURL("//example.com/hook", "does not begin with https:// or http://"),
		"a path":                        badURL("/hook", "does not begin with https:// or http://"),
		"a mistyped scheme":             badURL("htps://example.com", "does not begin with https:// or http://"),
		"one slash":                     badURL("https:/example.com", "does not begin with https:// or http://"),
		"no scheme":                     badURL("127.0.0.1:8080", "does not begin with https:// or http://"),
		"a password with a #":           badURL("https://jane:pa#ss@example.com", unreadable),
		"no host":                       badURL("https:///hook", "has no host"),
		"only a port":                   strangeURL("https://:443/hook", "has no host"),
		"another scheme":                badURL("javascript:alert(1)", "does not begin with https:// or http://"),
		"a stray percent":               badURL("https://example.com/100%", unreadable),
		"a port above the last":         strangeURL("https://example.com:65536/", "needs a port from 1 to 65535"),
		"the port 0":                    strangeURL("https://example.com:0/", "needs a port from 1 to 65535"),
		"the last port":                 fine("https://example.com:65535/"),
		"an open bracket":               badURL("https://[::1/hook", unreadable),
		"a port that is no number":      badURL("https://example.com:http/", unreadable),
		"a space":                       strangeURL("https://example.com/a b", invisible),
		"a line break at the end":       badURL("https://example.com/hook\n", invisible),
		"a tab":                         badURL("\thttps://example.com", invisible),
		"a control character":           badURL("https://example.com/\x1b[31m", invisible),
		"a no-break space":              strangeURL("https://example.com/a\u00a0b", invisible),
		"a zero-width space":            strangeURL("https://example.com/\u200b", invisible),
		"text that turns the direction": strangeURL("https://example.com/\u202egnp.exe", invisible),
		"bytes that are not Unicode":    strangeURL("https://example.com/\ufffd", invisible),
	}

	judgedEvents = map[string]judgement{
		"known":                       fine("Contact.Added"),
		"known to newer versions":     doubted("Contact.Exploded", `Cakemail might not accept the event "Contact.Exploded".`+"\n"),
		"a typo":                      doubted("Contact.Aded", `Cakemail might not accept the event "Contact.Aded". Did you mean "Contact.Added"?`),
		"other case":                  refused("contact.added", `Cakemail does not accept the event "contact.added". Did you mean "Contact.Added"?`),
		"an underscore":               refused("contact_added", `"contact_added". Did you mean "Contact.Added"?`),
		"a space at the end":          refused("Contact.Added ", `"Contact.Added ". Did you mean "Contact.Added"?`),
		"empty":                       refused("", `Cakemail does not accept the event "".`+"\n"),
		"a dot":                       refused(".", `"."`),
		"no action":                   refused("Contact.", `"Contact."`),
		"a star":                      refused("*", `"*"`),
		"another script":              refused("Контакт.Добавлен", `"Контакт.Добавлен"`),
		"letters that look the same":  refused("Соntact.Added", `"Соntact.Added". Did you mean`),
		"a line break":                refused("Contact.Added\n", `"Contact.Added\n"`),
		"a control character":         refused("Contact.\x1b[31mAdded", `"Contact.\x1b[31mAdded"`),
		"enormous":                    refused(strings.Repeat("x", enormous), `xxx…" (100000 characters)`),
		"enormous, of the right form": refused("A."+strings.Repeat("b", enormous), `bbb…" (100002 characters)`),
	}

	judgedPeriods = map[string]judgement{
		"second": fine("second"), "minute": fine("minute"), "hour": fine("hour"), "day": fine("day"),
		"other case":          refused("Second", `"Second" is not a period. Did you mean "second"?`),
		"plural":              refused("seconds", `"seconds" is not a period. Did you mean "second"?`),
		"empty":               refused("", `"" is not a period. Use one of second, minute, hour, day.`),
		"a control character": refused("day\x00", `"day\x00" is not a period.`),
		"enormous":            refused(strings.Repeat("x", enormous), `xxx…" (100000 characters) is not a period.`),
	}
)

// atLeast are values of a number with only a lower limit.
func atLeast(name string, least int64) map[string]judgement {
	return map[string]judgement{
		"the least": fine(least), "huge": fine(int64(1<<63 - 1)),
		"below":      refused(least-1, name+" must be at least 1."),
		"negative":   refused(int64(-1<<63), name+" must be at least 1."),
		"a fraction": refused(1.5, name+" is 1.5. Use a whole number."),
		"enormous":   refused(1e30, name+" is 1e+30. Use a whole number."),
	}
}

// inASet puts each value into a set, which is the type of `events`.
func inASet(values map[string]judgement) map[string]judgement {
	sets := map[string]judgement{
		"none":           refused([]string{}, "events is empty. Name at least one, for example events = [\"Contact.Added\"].\nTo pause deliveries"),
		"a null element": refused([]any{nil}, "null"),
	}
	for name, value := range values {
		text, _ := value.value.(string)
		value.value = []string{text}
		sets[name] = value
	}
	return sets
}

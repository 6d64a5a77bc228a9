package mask

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// shortestValue keeps the words of a URL, such as "cakemail", from being masked elsewhere.
const shortestValue = 16

// userInfo finds what stands before a URL's host, as it is written.
var userInfo = regexp.MustCompile("^[^/?#]*//([^/?#]*)@")

// shortestQuery keeps a query such as "v=2" from being masked elsewhere.
const shortestQuery = 8

// eventName finds a text such as "Contact.Unsubscribed", which is no secret however long it is.
var eventName = regexp.MustCompile("^[A-Za-z]+[.][A-Za-z]+$")

// AddURL adds what a webhook's URL can hold that is secret: the user information and its two parts, the whole query
// of 8 characters or more, the whole fragment, and each value of 16 characters or more, of the path too. It leaves
// out names of events.
func (s *Secrets) AddURL(raw string) {
	parsed, err := url.Parse(raw)
	if err != nil {
		s.Add(raw)
		return
	}
	if found := userInfo.FindStringSubmatch(raw); found != nil {
		user, password, _ := strings.Cut(found[1], ":")
		for _, part := range []string{found[1], user, password} {
			s.Add(part, unescaped(part, url.PathUnescape))
		}
	}
	if query := parsed.RawQuery; utf8.RuneCountInString(query) >= shortestQuery && !eventName.MatchString(query) {
		s.Add(query)
	}
	s.Add(parsed.EscapedFragment(), parsed.Fragment)
	s.addValues(parsed.EscapedPath(), "/", url.PathUnescape)
	s.addValues(parsed.RawQuery, "&;", url.QueryUnescape)
	// A fragment can be a list, or a path and a query of its own.
	s.addValues(parsed.EscapedFragment(), "&;/?", url.QueryUnescape)
}

// addValues adds the values of the text that are long enough for a credential.
func (s *Secrets) addValues(text, separators string, unescape func(string) (string, error)) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		_, value, _ := strings.Cut(part, "=")
		// What base64 has at its end gives nothing a name.
		if strings.Trim(value, "=") == "" {
			value = part
		}
		plain := unescaped(value, unescape)
		if utf8.RuneCountInString(plain) >= shortestValue && !eventName.MatchString(plain) {
			s.Add(value, plain)
		}
	}
}

// unescaped returns the text as it is where it holds no valid escapes.
func unescaped(text string, unescape func(string) (string, error)) string {
	if plain, err := unescape(text); err == nil {
		return plain
	}
	return text
}

// Origin returns the scheme and the host of a URL, such as "https://example.com:8443", which is
// what messages show of it; "***" for what is no URL with a host.
func Origin(rawURL string) string {
	parsed, err := url.Parse(rawURL)
	if err != nil || parsed.Scheme == "" || parsed.Hostname() == "" {
		return hidden
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host}).String()
}

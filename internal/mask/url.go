package mask

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	// shortestValue keeps the words of a URL, such as "cakemail", from being masked elsewhere.
	shortestValue = 16
	// shortestNamed is for a value whose name says that it is secret, and for a whole query or fragment.
	shortestNamed = 8
)

var (
	// userInfo finds what stands before a URL's host, as it is written.
	userInfo = regexp.MustCompile("^[^/?#]*//([^/?#]*)@")
	// eventName finds a text such as "Contact.Unsubscribed", which is no secret however long it is.
	eventName = regexp.MustCompile("^[A-Za-z]+[.][A-Za-z]+$")
	// oneWord finds a query or a fragment that other texts can hold too.
	oneWord = regexp.MustCompile("^[A-Za-z]+$")
	// secretName finds names such as "access_token".
	secretName = regexp.MustCompile("(?i)(auth|key|pass|passwd|password|pwd|secret|token)$")
)

// AddURL adds what a webhook's URL can hold that is secret: the user information and its password, the user's name where
// there is no password, the whole query and fragment if they have 8 characters or more and are more than a word, each value
// of 16 characters or more, of the path too, and of 8 if its name is that of a secret. It leaves out names of events.
func (s *Secrets) AddURL(raw string) {
	parsed, err := url.Parse(raw)
	if err != nil {
		s.Add(raw)
		return
	}
	if found := userInfo.FindStringSubmatch(raw); found != nil {
		user, password, _ := strings.Cut(found[1], ":")
		s.Add(found[1], unescaped(found[1], url.PathUnescape), password, unescaped(password, url.PathUnescape))
		if password == "" || utf8.RuneCountInString(user) >= shortestValue {
			s.Add(user, unescaped(user, url.PathUnescape))
		}
	}
	for _, whole := range []string{parsed.RawQuery, parsed.EscapedFragment(), parsed.Fragment} {
		if utf8.RuneCountInString(whole) >= shortestNamed && !eventName.MatchString(whole) && !oneWord.MatchString(whole) {
			s.Add(whole)
		}
	}
	s.addValues(parsed.EscapedPath(), "/", url.PathUnescape)
	s.addValues(parsed.RawQuery, "&;", url.QueryUnescape)
	// A fragment can be a list, or a path and a query of its own.
	s.addValues(parsed.EscapedFragment(), "&;/?", url.QueryUnescape)
}

// addValues adds the values of the text that are long enough for a credential.
func (s *Secrets) addValues(text, separators string, unescape func(string) (string, error)) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		name, value, _ := strings.Cut(part, "=")
		shortest := shortestValue
		switch {
		case strings.Trim(value, "=") == "":
			// What base64 has at its end gives nothing a name.
			value = part
		case secretName.MatchString(name):
			shortest = shortestNamed
		}
		plain := unescaped(value, unescape)
		if utf8.RuneCountInString(plain) >= shortest && !eventName.MatchString(plain) {
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

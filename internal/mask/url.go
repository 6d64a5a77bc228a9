package mask

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	// shortestValue keeps the words in a URL, such as "cakemail", from being masked elsewhere.
	shortestValue = 16
	// shortestNamed is for a value whose name says that it is secret, and for a whole query or fragment.
	shortestNamed = 8
)

var (
	// userInfo finds the part before a URL's host, as written.
	userInfo = regexp.MustCompile("^[^/?#]*//([^/?#]*)@")
	// eventName finds a text such as "Contact.Unsubscribed", which is not secret however long it is.
	eventName = regexp.MustCompile("^[A-Za-z]+[.][A-Za-z]+$")
	// oneWord finds a query or fragment that other texts can contain too.
	oneWord = regexp.MustCompile("^[A-Za-z]+$")
	// secretName finds names such as "access_token".
	secretName = regexp.MustCompile("(?i)(auth|key|pass|passwd|password|pwd|secret|token)$")
)

// AddURL adds what can be secret in a webhook's URL: the user information and the password in it, or the user's name if
// there is no password; the whole query and fragment from 8 characters on, unless they are one word; each value from 16
// characters on, also in the path, or from 8 if its name is that of a secret. It leaves out names of events.
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
	// A fragment can be a list, or have its own path and query.
	s.addValues(parsed.EscapedFragment(), "&;/?", url.QueryUnescape)
}

// addValues adds the values that are long enough for a credential.
func (s *Secrets) addValues(text, separators string, unescape func(string) (string, error)) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		name, value, _ := strings.Cut(part, "=")
		shortest := shortestValue
		switch {
		case strings.Trim(value, "=") == "":
			// A "=" at the end belongs to base64, and does not follow a name.
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

// unescaped returns the text unchanged if its escapes are not valid.
func unescaped(text string, unescape func(string) (string, error)) string {
	if plain, err := unescape(text); err == nil {
		return plain
	}
	return text
}

// Origin returns the scheme and host of a URL, such as "https://example.com:8443", which is what messages show. It
// returns "***" for what is not a URL with a host.
func Origin(rawURL string) string {
	parsed, err := url.Parse(rawURL)
	if err != nil || parsed.Scheme == "" || parsed.Hostname() == "" {
		return hidden
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host}).String()
}

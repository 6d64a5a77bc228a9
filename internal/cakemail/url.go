package cakemail

import (
	"net/url"
	"regexp"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// SameURL reports whether two URLs are the same by the WHATWG standard, by which services rewrite them, and
// also if one percent-encodes more than it needs to.
func SameURL(one, other string) bool {
	return one == other || normalURL(one) == normalURL(other)
}

var (
	urlParser = whatwg.NewParser()
	escapes   = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	// needless are characters that mean the same without an escape. Some services escape them in a query.
	needless = regexp.MustCompile(`^[A-Za-z0-9._~'^|{}\[\]-]$`)
)

func normalURL(raw string) string {
	parsed, err := urlParser.Parse(raw)
	if err != nil {
		return raw
	}
	return escapes.ReplaceAllStringFunc(parsed.Href(false), func(escape string) string {
		if plain, _ := url.PathUnescape(escape); needless.MatchString(plain) {
			return plain
		}
		return strings.ToUpper(escape)
	})
}

// looseURL is the same for URLs that a service may take for one another: those that differ in the case of
// letters, a slash at the end, the order of the query, the fragment or the scheme.
func looseURL(raw string) string {
	parsed, err := urlParser.Parse(normalURL(raw))
	if err != nil {
		return raw
	}
	query := sorted(strings.Split(parsed.Query(), "&"))
	return strings.ToLower(parsed.Host() + strings.TrimRight(parsed.Pathname(), "/") + "?" + strings.Join(query, "&"))
}

// SameHost reports whether two URLs have the same host and port.
func SameHost(one, other string) bool { return hostIn(normalURL(one)) == hostIn(normalURL(other)) }

// hostIn returns the host and port of a URL in its normal form.
func hostIn(normal string) string {
	_, rest, _ := strings.Cut(normal, "//")
	authority, _, _ := strings.Cut(rest, "/")
	return strings.TrimSuffix(authority[strings.LastIndex(authority, "@")+1:], ".")
}

const redacted = "***"

// DisplayURL returns a webhook's URL as messages may show it: without user information, query and fragment,
// which people use for credentials. It returns "***" for what is not a URL.
func DisplayURL(raw string) string {
	parsed, err := url.Parse(raw)
	if err != nil || parsed.Opaque != "" {
		return redacted
	}
	hidden := parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != ""
	parsed.User, parsed.RawQuery, parsed.Fragment, parsed.ForceQuery = nil, "", "", false
	if hidden {
		return parsed.String() + "?" + redacted
	}
	return parsed.String()
}

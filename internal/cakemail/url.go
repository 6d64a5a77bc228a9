package cakemail

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// SameURL tells whether two URLs differ at most in what a URL library may
// rewrite: the case of scheme and host, a host in Unicode, the default port, an
// empty path, "." and ".." in the path, and what is percent-encoded needlessly or not at all.
func SameURL(one, other string) bool {
	return one == other || normalURL(one) == normalURL(other)
}

func normalURL(raw string) string {
	parsed, err := url.Parse(raw)
	if err != nil || parsed.Host == "" {
		return raw
	}
	escaped := normalEscapes(parsed.EscapedPath())
	if path, err := url.PathUnescape(escaped); err == nil {
		parsed.Path, parsed.RawPath = path, escaped
	}
	// Without a base, this resolves "." and "..".
	parsed = parsed.ResolveReference(parsed)
	text := parsed.Scheme + "://"
	if parsed.User != nil {
		text += parsed.User.String() + "@"
	}
	text += normalHost(parsed)
	text += "/" + strings.TrimPrefix(parsed.EscapedPath(), "/")
	if parsed.RawQuery != "" {
		text += "?" + normalEscapes(parsed.RawQuery)
	}
	if parsed.Fragment != "" {
		text += "#" + normalEscapes(parsed.EscapedFragment())
	}
	return text
}

func normalHost(parsed *url.URL) string {
	host := strings.ToLower(parsed.Hostname())
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port := parsed.Port()
	if port == "" || port == map[string]string{"http": "80", "https": "443"}[parsed.Scheme] {
		return host
	}
	return host + ":" + port
}

// normalEscapes percent-encodes what has to be, in capitals, and nothing of what
// never has to be.
func normalEscapes(text string) string {
	// Browsers and pydantic percent-encode the apostrophe of a query, although it is reserved.
	const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~'"
	const reserved = "!#$%&()*+,/:;=?@[]"
	var normal strings.Builder
	for index := 0; index < len(text); index++ {
		char := text[index]
		allowed := unreserved + reserved
		if char == '%' {
			if escaped, err := url.PathUnescape(text[index:min(index+3, len(text))]); err == nil {
				index, char, allowed = index+2, escaped[0], unreserved
			}
		}
		if strings.IndexByte(allowed, char) < 0 {
			fmt.Fprintf(&normal, "%%%02X", char)
			continue
		}
		normal.WriteByte(char)
	}
	return normal.String()
}

const redacted = "***"

// DisplayURL returns a webhook's URL as messages may show it: without user information,
// query and fragment, which people use for credentials, and "***" for what is no URL.
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

package cakemail

import (
	"encoding/base64"
	"encoding/hex"

	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const redacted = "***"

// shortestMask keeps a one-letter password from masking every letter of a text.
const shortestMask = 4

// secrets are all tokens, passwords and webhook secrets that the process has
// seen. They are the second net: texts are shown by permission, see [secrets.describe].
// The indexes are built when something is first logged or refused.
type secrets struct {
	mu   sync.Mutex
	seen map[string]bool
	// fresh are those that are not in the indexes yet.
	fresh []string
	exact index
	bare  index
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		if len(value) < shortestMask || s.seen[value] {
			continue
		}
		if s.seen == nil {
			s.seen = map[string]bool{}
		}
		s.seen[value] = true
		s.fresh = append(s.fresh, value)
	}
}

// addURL adds the parts of a webhook's URL that [DisplayURL] leaves out.
func (s *secrets) addURL(raw string) {
	if !strings.ContainsAny(raw, "@?#") {
		return
	}
	parsed, err := url.Parse(raw)
	if err != nil {
		s.add(raw)
		return
	}
	password, _ := parsed.User.Password()
	s.add(parsed.User.String(), parsed.User.Username(), password, parsed.RawQuery, parsed.Fragment)
	for _, hidden := range []string{parsed.RawQuery, parsed.Fragment} {
		for _, pair := range strings.FieldsFunc(hidden, func(r rune) bool { return strings.ContainsRune("?&;", r) }) {
			_, value, _ := strings.Cut(pair, "=")
			s.addValue(value)
			if unescaped, err := url.QueryUnescape(value); err == nil {
				s.addValue(unescaped)
			}
		}
	}
}

// addValue adds what a URL gives a name, and each word of it.
func (s *secrets) addValue(value string) {
	words := strings.FieldsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_~%", r)
	})
	// A short one, such as "true", is no credential, and is a word of many texts.
	const shortest = 8
	s.add(slices.DeleteFunc(append(words, value), func(word string) bool { return len(word) < shortest })...)
}

// longestSearched bounds, in bytes, the time that a hostile text can take, for which all others wait.
const longestSearched = 64 << 10

// redact masks every secret that stands in the text as it is. Where one stands
// there in other words, however often escaped, only the text's length is told.
func (s *secrets) redact(text string) string {
	if len(text) > longestSearched {
		return fmt.Sprintf("(%d bytes)", len(text))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range s.fresh {
		s.exact.add(value)
		letters, _ := bare(value)
		s.bare.add(letters)
		s.bare.add(hex.EncodeToString([]byte(value)))
		for _, encoded := range inBase64(value) {
			s.bare.add(lettersAndDigits(encoded))
		}
	}
	s.fresh = nil
	var masked strings.Builder
	for rest := text; rest != ""; {
		length := s.exact.match(rest)
		if length > 0 {
			masked.WriteString(redacted)
		} else {
			length = 1
			masked.WriteByte(rest[0])
		}
		rest = rest[length:]
	}
	letters, complete := bare(masked.String())
	for ; complete && letters != ""; letters = letters[1:] {
		complete = s.bare.match(letters) == 0
	}
	if !complete {
		return fmt.Sprintf("(%d characters that hold a secret)", utf8.RuneCountInString(text))
	}
	return masked.String()
}

// index finds values by their first bytes, so that neither adding nor matching one
// takes longer the more there are, unless they begin alike. Its zero value is ready for use.
type index struct{ values map[string][]string }

func (x *index) add(value string) {
	if len(value) < shortestMask {
		return
	}
	if x.values == nil {
		x.values = map[string][]string{}
	}
	start := value[:shortestMask]
	// Longest first: a value that begins with another must not be hidden in part.
	place, _ := slices.BinarySearchFunc(x.values[start], value, func(a, b string) int { return len(b) - len(a) })
	x.values[start] = slices.Insert(x.values[start], place, value)
}

// match returns the length of the longest value that the text begins with, or 0.
func (x *index) match(text string) int {
	if len(text) < shortestMask {
		return 0
	}
	for _, value := range x.values[text[:shortestMask]] {
		if strings.HasPrefix(text, value) {
			return len(value)
		}
	}
	return 0
}

// inBase64 returns what is the same of the value in every text in base64 that
// holds it, for each of the three places where it can begin.
func inBase64(value string) []string {
	var forms []string
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
		forms = append(forms, encoded[(shift*8+5)/6:(shift+len(value))*8/6])
	}
	return forms
}

var (
	percentEscape   = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	surrogateEscape = regexp.MustCompile(`[%\\]u[dD][89a-fA-F][0-9A-Fa-f]{2}`)
	backslashEscape = regexp.MustCompile(`(?s)\\x[0-9A-Fa-f]{2}|[%\\]u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|\\U[0-9A-Fa-f]{8}|\\[0-7]{3}|\\.`)
)

// deepestEscapes bounds the time that a hostile text can take.
const deepestEscapes = 40

// bare undoes all escapes of URLs, HTML, JSON and programming languages, and keeps
// small letters and digits alone, which no escape changes. It is not complete where
// the escapes are nested too deeply.
func bare(text string) (letters string, complete bool) {
	for range deepestEscapes {
		unescaped := percentEscape.ReplaceAllStringFunc(text, unescape)
		if unescaped == text {
			unescaped = surrogateEscape.ReplaceAllString(text, "")
			unescaped = backslashEscape.ReplaceAllStringFunc(unescaped, unescape)
		}
		// Last, since HTML knows entities without an end, which a URL's escape can follow.
		if unescaped == text {
			unescaped = html.UnescapeString(text)
		}
		if unescaped == text {
			return lettersAndDigits(text), true
		}
		text = unescaped
	}
	return lettersAndDigits(text), false
}

func lettersAndDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff || r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// unescape decodes a single escape.
func unescape(escape string) string {
	if digits := strings.Trim(escape[1:], "u{}"); escape[0] == '%' || strings.HasPrefix(escape[1:], "u{") {
		code, err := strconv.ParseUint(digits, 16, 32)
		if err == nil && len(escape) == len("%xx") {
			return string([]byte{byte(code)})
		}
		return string(rune(code))
	}
	code, isRune, _, err := strconv.UnquoteChar(escape, 0)
	switch {
	case err != nil:
		return escape[1:]
	case isRune:
		return string(code)
	default:
		return string([]byte{byte(code)})
	}
}

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

// clean makes a text of the API fit for a message: no secrets, no control
// or other invisible characters, not too long.
func (s *secrets) clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s.redact(text))
	return shorten(strings.TrimSpace(text))
}

func shorten(text string) string {
	const longest = 300
	runes := []rune(text)
	if len(runes) <= longest {
		return text
	}
	return string(runes[:longest]) + "…"
}

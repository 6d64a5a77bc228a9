package cakemail

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const redacted = "***"

// shortestMask keeps a one-letter password from masking every letter of a
// text; shorter values are still hidden by the name of their field.
const shortestMask = 4

// sensitiveKeys are the names, in any case, whose values are hidden wherever
// they appear in JSON objects and forms.
var sensitiveKeys = []string{"access_token", "refresh_token", "password", "secret", "secret_key", "key", "signature_key", "token", "challenge", "authorization"}

// secrets are all tokens, passwords and webhook secrets that the process has seen.
type secrets struct {
	mu       sync.Mutex
	seen     map[string]bool
	values   []string
	replacer *strings.Replacer
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
		s.values = append(s.values, disguises(value)...)
		// Longest first: a value that begins with another must not be hidden in part.
		slices.SortFunc(s.values, func(a, b string) int { return len(b) - len(a) })
		s.replacer = nil
	}
}

// disguises are the forms in which a value appears in URLs, JSON and headers.
func disguises(value string) []string {
	forms := []string{
		value,
		url.QueryEscape(value),
		strings.ReplaceAll(url.QueryEscape(value), "+", "%20"),
		url.PathEscape(value),
		base64.RawStdEncoding.EncodeToString([]byte(value)),
		base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
	for _, escapeHTML := range []bool{true, false} {
		var quoted bytes.Buffer
		encoder := json.NewEncoder(&quoted)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(value) == nil {
			forms = append(forms, strings.Trim(strings.TrimSpace(quoted.String()), `"`))
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// masks returns every form of every value, for the logger.
func (s *secrets) masks() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.values)
}

func (s *secrets) redact(text string) string {
	s.mu.Lock()
	if s.replacer == nil {
		pairs := make([]string, 0, 2*len(s.values))
		for _, value := range s.values {
			pairs = append(pairs, value, redacted)
		}
		s.replacer = strings.NewReplacer(pairs...)
	}
	replacer := s.replacer
	s.mu.Unlock()
	return replacer.Replace(text)
}

// redactBody hides the values of sensitive fields of a JSON or form body. Of
// any other body only the size is told, since its structure is unknown.
func redactBody(contentType string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	if strings.Contains(contentType, "application/x-www-form-urlencoded") {
		return redactForm(string(body))
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return notJSON(body)
	}
	encoded, err := json.Marshal(redactValue(value))
	if err != nil {
		return notJSON(body)
	}
	return string(encoded)
}

func redactForm(body string) string {
	form, err := url.ParseQuery(body)
	if err != nil {
		return notJSON([]byte(body))
	}
	for key := range form {
		if isSensitive(key) {
			form.Set(key, redacted)
		}
	}
	return form.Encode()
}

func redactValue(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		for key, field := range typed {
			typed[key] = redactField(key, field)
		}
	case []any:
		for index, element := range typed {
			typed[index] = redactValue(element)
		}
	}
	return value
}

func redactField(key string, field any) any {
	if isSensitive(key) {
		return redacted
	}
	if text, ok := field.(string); ok && strings.EqualFold(key, "url") {
		return DisplayURL(text)
	}
	return redactValue(field)
}

func isSensitive(key string) bool {
	return slices.ContainsFunc(sensitiveKeys, func(name string) bool { return strings.EqualFold(name, key) })
}

// DisplayURL returns a webhook's URL as messages may show it: without user
// information, query and fragment, which people use for credentials.
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

package cakemail

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
)

// readDetail reads the FastAPI envelope: `detail` is a list of objects, a
// string, one object, or missing. `loc` items are strings or integers.
func (c *Client) readDetail(body []byte) []FieldError {
	var envelope struct {
		Detail  json.RawMessage `json:"detail"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return nil
	}
	var text string
	if (envelope.Detail == nil || json.Unmarshal(envelope.Detail, &text) == nil) && cmp.Or(text, envelope.Message) != "" {
		return []FieldError{{Message: c.clean(cmp.Or(text, envelope.Message))}}
	}
	detail := bytes.TrimSpace(envelope.Detail)
	if bytes.HasPrefix(detail, []byte("{")) {
		detail = append(append([]byte("["), detail...), ']')
	}
	var entries []json.RawMessage
	if json.Unmarshal(detail, &entries) != nil {
		return nil
	}
	var fields []FieldError
	for _, entry := range entries[:min(len(entries), 20)] {
		var refusal struct {
			Location []any  `json:"loc"`
			Message  string `json:"msg"`
		}
		if json.Unmarshal(entry, &refusal) == nil && refusal.Message != "" {
			fields = append(fields, FieldError{Field: fieldOf(refusal.Location), Message: c.clean(refusal.Message)})
		}
	}
	return fields
}

func (c *Client) message(response *http.Response, body []byte, fields []FieldError) string {
	if len(fields) > 0 {
		var messages []string
		for _, field := range fields {
			messages = append(messages, strings.TrimPrefix(string(field.Field)+": "+field.Message, ": "))
		}
		return strings.Join(messages, "; ")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return ""
	}
	contentType := response.Header.Get("Content-Type")
	if strings.Contains(contentType, "html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return "(an HTML page, so the answer may come from a proxy)"
	}
	return c.clean(redactBody(contentType, body))
}

// clean makes a text of the API fit for a message: no secrets, no control
// or other invisible characters, not too long.
func (c *Client) clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, c.secrets.redact(text))
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

func (f FieldError) isAboutEvents() bool { return f.Field == FieldEvents }

func (f FieldError) isNamed() bool { return f.Field != "" }

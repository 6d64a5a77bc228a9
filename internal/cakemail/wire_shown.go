package cakemail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// shownFields are the fields of a body that logs may show. At false, a log may
// show the fields within, but not the value itself. Of all others it shows only the length,
// because an answer can repeat a credential in endlessly many ways.
var shownFields = map[string]bool{
	"id": true, "webhook_id": true, "event": true, "events": true, "status": true, "archived": true, "archived_at": true,
	"rate_limit": true, "rate_limit_period": true, "hash_function": true, "object": true, "patched": true,
	"pagination": false, "page": true, "per_page": true, "count": true,
	"detail": true, "loc": true, "type": true, "msg": true, "message": true,
	"data": false, "webhooks": false, "signature": false,
}

// deepestShown is deeper than what the API answers.
const deepestShown = 6

// describe returns the body of a call about webhooks as a log may show it.
func (s *secrets) describe(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	if json.Valid(body) {
		if shown, err := json.Marshal(s.shown(body, false, deepestShown)); err == nil {
			return string(shown)
		}
	}
	return notJSON(body)
}

func (s *secrets) shown(raw json.RawMessage, permitted bool, depth int) any {
	hidden := fmt.Sprintf("(%d bytes)", len(raw))
	var fields map[string]json.RawMessage
	var items []json.RawMessage
	var text string
	switch first := raw[0]; {
	case depth == 0:
		return hidden
	case first == '{' && json.Unmarshal(raw, &fields) == nil:
		return s.shownObject(fields, depth)
	case first == '[' && json.Unmarshal(raw, &items) == nil:
		shown := make([]any, len(items))
		for index, item := range items {
			shown[index] = s.shown(item, permitted, depth-1)
		}
		return shown
	case !permitted:
		return hidden
	case first == '"' && json.Unmarshal(raw, &text) == nil:
		return s.clean(text)
	case s.redact(string(raw)) != string(raw):
		return hidden
	default:
		return raw
	}
}

func (s *secrets) shownObject(fields map[string]json.RawMessage, depth int) any {
	shown, others := map[string]any{}, 0
	for name, field := range fields {
		permitted, known := shownFields[name]
		var address string
		switch {
		case known:
			shown[name] = s.shown(field, permitted, depth-1)
		case name == "url" && json.Unmarshal(field, &address) == nil:
			shown[name] = s.clean(DisplayURL(address))
		default:
			others += len(name) + len(field)
		}
	}
	if others > 0 {
		shown["others"] = fmt.Sprintf("(%d bytes)", others)
	}
	return shown
}

// notJSON describes a body that cannot be shown safely.
func notJSON(body []byte) string {
	return fmt.Sprintf("(%d bytes that are not JSON)", len(body))
}

// describeUnread says what an answer is that holds no message in a known place.
func describeUnread(contentType string, body []byte) string {
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
		return ""
	case strings.Contains(contentType, "html") || body[0] == '<':
		return "(an HTML page, so the answer may come from a proxy)"
	case json.Valid(body):
		return fmt.Sprintf("(%d bytes of JSON without a message)", len(body))
	default:
		return notJSON(body)
	}
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

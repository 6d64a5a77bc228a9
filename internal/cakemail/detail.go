package cakemail

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
)

// maxRefusals is how many refusals of one answer are read.
const maxRefusals = 20

// readDetail reads the FastAPI envelope: `detail` is a list of objects, a
// string, one object, or missing. `loc` items are strings or integers. The
// messages are as the API wrote them, so not fit to be shown.
func readDetail(body []byte) []FieldError {
	var envelope struct {
		Detail  json.RawMessage `json:"detail"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return nil
	}
	var text string
	if (envelope.Detail == nil || json.Unmarshal(envelope.Detail, &text) == nil) && cmp.Or(text, envelope.Message) != "" {
		return []FieldError{{Message: cmp.Or(text, envelope.Message)}}
	}
	detail := bytes.TrimSpace(envelope.Detail)
	if bytes.HasPrefix(detail, []byte("{")) {
		detail = append(append([]byte("["), detail...), ']')
	}
	var entries []json.RawMessage
	if json.Unmarshal(detail, &entries) != nil {
		return nil
	}
	var refusals []FieldError
	for _, entry := range entries[:min(len(entries), maxRefusals)] {
		var refusal struct {
			Location []any  `json:"loc"`
			Message  string `json:"msg"`
		}
		if json.Unmarshal(entry, &refusal) == nil && refusal.Message != "" {
			refusals = append(refusals, FieldError{Field: fieldOf(refusal.Location), Message: refusal.Message})
		}
	}
	return refusals
}

func joined(refusals []FieldError) string {
	var messages []string
	for _, refusal := range refusals {
		messages = append(messages, strings.TrimPrefix(string(refusal.Field)+": "+refusal.Message, ": "))
	}
	return strings.Join(messages, "; ")
}

func (f FieldError) isAboutEvents() bool { return f.Field == FieldEvents }

func (f FieldError) isNamed() bool { return f.Field != "" }

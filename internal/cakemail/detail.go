package cakemail

import (
	"cmp"
	"encoding/json"
	"strings"
)

// maxRefusals is how many refusals of one answer are read.
const maxRefusals = 20

// readDetail reads the FastAPI envelope: `detail` is a list of objects or strings, one
// of them, or missing. The messages are as the API wrote them, so not fit to be shown.
func readDetail(body []byte) []FieldError {
	var envelope struct {
		Detail  json.RawMessage `json:"detail"`
		Message json.RawMessage `json:"message"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return nil
	}
	var entries []json.RawMessage
	if json.Unmarshal(envelope.Detail, &entries) != nil {
		entries = []json.RawMessage{envelope.Detail}
	}
	var refusals []FieldError
	for _, entry := range entries[:min(len(entries), maxRefusals)] {
		if refusal := readRefusal(entry); refusal.Message != "" {
			refusals = append(refusals, refusal)
		}
	}
	if refusal := readRefusal(envelope.Message); refusals == nil && refusal.Message != "" {
		return []FieldError{refusal}
	}
	return refusals
}

// readRefusal reads a text, or an object with one and perhaps a location.
func readRefusal(raw json.RawMessage) FieldError {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return FieldError{Message: text}
	}
	var refusal struct {
		Location any    `json:"loc"`
		Msg      string `json:"msg"`
		Message  string `json:"message"`
	}
	if json.Unmarshal(raw, &refusal) != nil {
		return FieldError{}
	}
	location, _ := refusal.Location.([]any)
	if len(location) == 0 {
		location = []any{refusal.Location}
	}
	read := FieldError{Field: fieldOf(location), Message: cmp.Or(refusal.Msg, refusal.Message)}
	if name, _ := location[len(location)-1].(string); read.Field == "" && name != "" && read.Message != "" {
		read.Message = name + ": " + read.Message
	}
	return read
}

func joined(refusals []FieldError) string {
	var messages []string
	for _, refusal := range refusals {
		messages = append(messages, strings.TrimPrefix(refusal.Field+": "+refusal.Message, ": "))
	}
	return strings.Join(messages, "; ")
}

func (f FieldError) isNamed() bool { return f.Field != "" }

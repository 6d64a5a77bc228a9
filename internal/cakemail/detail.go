package cakemail

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// maxRefusals is how many refusals of one answer are read.
const maxRefusals = 20

// refusal is one entry of the API's list, as the API wrote it, so it must not be shown.
type refusal struct {
	location []any
	kind     string
	message  string
}

// readDetail returns the refusals of an answer with their fields, in the API's words or only its codes.
func readDetail(body []byte, isQuoted bool) []FieldError {
	var refusals []FieldError
	for _, refusal := range readRefusals(body) {
		read := refusal.fieldError()
		if !isQuoted {
			read.Message = refusal.code()
		}
		refusals = append(refusals, read)
	}
	return refusals
}

// isCode matches the types of FastAPI's refusals, and no secret.
var isCode = regexp.MustCompile(`^[a-z]+([._][a-z]+)*$`)

// code is the refusal's type, such as "value_error.url.scheme", or "".
func (r refusal) code() string {
	if isCode.MatchString(r.kind) {
		return r.kind
	}
	return ""
}

// readRefusals reads the FastAPI envelope. `detail` is an object, a string, a list of these, or missing.
func readRefusals(body []byte) []refusal {
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
	var refusals []refusal
	for _, entry := range entries[:min(len(entries), maxRefusals)] {
		if read := readRefusal(entry); read.message != "" {
			refusals = append(refusals, read)
		}
	}
	if read := readRefusal(envelope.Message); refusals == nil && read.message != "" {
		return []refusal{read}
	}
	return refusals
}

// readRefusal reads a string, or an object with a message and perhaps a location.
func readRefusal(raw json.RawMessage) refusal {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return refusal{message: text}
	}
	var entry struct {
		Location any    `json:"loc"`
		Type     any    `json:"type"`
		Msg      string `json:"msg"`
		Message  string `json:"message"`
	}
	if json.Unmarshal(raw, &entry) != nil {
		return refusal{}
	}
	read := refusal{message: cmp.Or(entry.Msg, entry.Message)}
	read.kind, _ = entry.Type.(string)
	read.location, _ = entry.Location.([]any)
	if len(read.location) == 0 {
		read.location = []any{entry.Location}
	}
	return read
}

func (r refusal) fieldError() FieldError {
	read := FieldError{Field: fieldOf(r.location), Message: r.message}
	if len(r.location) == 0 || read.Field != "" {
		return read
	}
	if name, _ := r.location[len(r.location)-1].(string); name != "" {
		read.Message = name + ": " + read.Message
	}
	return read
}

func joined(refusals []FieldError) string {
	var messages []string
	for _, refusal := range refusals {
		if said := strings.Trim(refusal.Field+": "+refusal.Message, ": "); said != "" {
			messages = append(messages, said)
		}
	}
	return strings.Join(messages, "; ")
}

func (f FieldError) isNamed() bool { return f.Field != "" }

// describeUnread describes an answer without a message in a known place.
func describeUnread(contentType string, body []byte) string {
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
		return ""
	case strings.Contains(contentType, "html") || body[0] == '<':
		return "an HTML page, so the answer may come from a proxy"
	case json.Valid(body):
		return fmt.Sprintf("%d bytes of JSON without a message", len(body))
	default:
		return fmt.Sprintf("%d bytes that are not JSON", len(body))
	}
}

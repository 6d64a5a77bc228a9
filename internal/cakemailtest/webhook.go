package cakemailtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Webhook is a webhook as the API keeps it.
type Webhook struct {
	ID              string
	AccountID       int64
	URL             string
	Events          []string
	RateLimit       int64
	RateLimitPeriod string
	Archived        bool
	Secret          string
	HashFunction    string

	// Created is when the API made it, or was given it.
	Created time.Time

	// versions are what it was, oldest first, each since when.
	versions []version
}

// setting is what a call can set of a webhook, in both forms alike.
type setting struct {
	// name is its key in a body and in an answer.
	name string
	// field is a pointer to where the webhook keeps it.
	field func(*Webhook) any
	// problem is what the API refuses of a value, read from JSON; "" is nothing.
	problem func(value any, form Form) (message, kind string)
	// fallback is the value of a webhook that was made without one, nil where it stays without.
	fallback map[Form]any
}

// settings are all but the events, whose key depends on the form.
var settings = []setting{
	{
		name:    "url",
		field:   func(w *Webhook) any { return &w.URL },
		problem: urlProblem,
	}, {
		name:     "rate_limit",
		field:    func(w *Webhook) any { return &w.RateLimit },
		problem:  limitProblem,
		fallback: map[Form]any{Reference: int64(50), Guide: int64(100)},
	}, {
		name:     "rate_limit_period",
		field:    func(w *Webhook) any { return &w.RateLimitPeriod },
		problem:  periodProblem,
		fallback: map[Form]any{Reference: "second", Guide: "hour"},
	},
}

// in is where the webhook keeps the setting.
func (s setting) in(webhook *Webhook) reflect.Value { return reflect.ValueOf(s.field(webhook)).Elem() }

// settingsData are the settings as both forms answer them, without those that the webhook has none of.
func settingsData(webhook *Webhook) object {
	data := object{}
	for _, setting := range settings {
		value := setting.in(webhook)
		isNone := (value.Kind() == reflect.Pointer || value.Kind() == reflect.Map || value.Kind() == reflect.Slice) && value.IsNil()
		if !isNone {
			data[setting.name] = value.Interface()
		}
	}
	return data
}

// Settings are what a call can set, by its name in JSON.
func (w Webhook) Settings() map[string]any {
	data := settingsData(&w)
	data["events"] = w.Events
	return data
}

// readBody reads the settings, which are optional here, into the webhook. Unknown keys are ignored, as FastAPI does.
func (s *Server) readBody(request *http.Request, body []byte, webhook *Webhook) *answer {
	var values map[string]any
	var fields map[string]json.RawMessage
	if !strings.HasPrefix(request.Header.Get("Content-Type"), "application/json") || json.Unmarshal(body, &values) != nil || values == nil {
		return invalid("value is not a valid dict", "type_error.dict", "body")
	}
	_ = json.Unmarshal(body, &fields)
	for _, setting := range settings {
		value, found := values[setting.name]
		if !found {
			continue
		}
		if message, kind := setting.problem(value, s.form); message != "" {
			return invalid(message, kind, "body", setting.name)
		}
		setting.in(webhook).SetZero()
		if err := json.Unmarshal(fields[setting.name], setting.field(webhook)); err != nil {
			return invalid("value has the wrong type", "type_error", "body", setting.name)
		}
	}
	return nil
}

// complete gives the webhook the API's defaults where it has no value.
func (w *Webhook) complete(form Form) {
	for _, setting := range settings {
		if value, fallback := setting.in(w), setting.fallback[form]; fallback != nil && value.IsZero() {
			value.Set(reflect.ValueOf(fallback))
		}
	}
}

func urlProblem(value any, _ Form) (message, kind string) {
	const longest = 2083
	raw, _ := value.(string)
	kind = "value_error.url"
	parsed, err := url.Parse(raw)
	switch {
	case raw == "":
		return "ensure this value has at least 1 characters", kind
	case utf8.RuneCountInString(raw) > longest:
		return "ensure this value has at most 2083 characters", kind
	case err != nil, parsed.Scheme != "http" && parsed.Scheme != "https", parsed.Host == "":
		return "invalid or missing URL scheme", kind
	default:
		return "", ""
	}
}

func limitProblem(value any, _ Form) (message, kind string) {
	number, ok := value.(float64)
	switch {
	case !ok || number != math.Trunc(number):
		return "value is not a valid integer", "type_error.integer"
	case number < 1:
		return "ensure this value is greater than or equal to 1", "value_error.number.not_ge"
	default:
		return "", ""
	}
}

func periodProblem(value any, form Form) (message, kind string) {
	periods := map[Form][]string{Reference: {"second", "minute"}, Guide: {"second", "minute", "hour", "day"}}[form]
	if period, _ := value.(string); !slices.Contains(periods, period) {
		return fmt.Sprintf("value is not a valid enumeration member; permitted: %s", strings.Join(periods, ", ")), "type_error.enum"
	}
	return "", ""
}

func (w Webhook) sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(w.Secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// request delivers the body to the receiver.
func (w Webhook) request(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Cakemail-Signature", w.sign(body))
	request.Header.Set("X-Signature", w.sign(body))
	return request, nil
}

// clone shares nothing that can be changed with the webhook.
func (w Webhook) clone() Webhook {
	cloned := w
	for _, field := range reflect.ValueOf(&cloned).Elem().Fields() {
		if field.CanSet() {
			field.Set(deepCopy(field))
		}
	}
	return cloned
}

func deepCopy(value reflect.Value) reflect.Value {
	switch kind := value.Kind(); {
	case kind != reflect.Slice && kind != reflect.Map && kind != reflect.Pointer, value.IsNil():
		return value
	case kind == reflect.Pointer:
		copied := reflect.New(value.Type().Elem())
		copied.Elem().Set(deepCopy(value.Elem()))
		return copied
	case kind == reflect.Slice:
		copied := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		for index := range value.Len() {
			copied.Index(index).Set(deepCopy(value.Index(index)))
		}
		return copied
	default:
		copied := reflect.MakeMap(value.Type())
		for _, key := range value.MapKeys() {
			copied.SetMapIndex(key, deepCopy(value.MapIndex(key)))
		}
		return copied
	}
}

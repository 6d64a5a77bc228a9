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

// Webhook is a webhook as the API stores it.
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

	// Created is when the API made it, or when a test added it.
	Created time.Time

	// versions are its earlier states with their start times, oldest first.
	versions []version
}

// setting is what a call can set of a webhook, the same in both forms.
type setting struct {
	// name is its key in bodies and answers.
	name string
	// field points to the webhook's field.
	field func(*Webhook) any
	// problem says why the API refuses a value read from JSON, or "".
	problem func(value any, form Form) (message, kind string)
	// fallback is the value of a webhook that was made without one, or nil for none.
	fallback map[Form]any
}

// settings has everything but the events, whose key depends on the form.
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

// in returns the webhook's field for the setting.
func (s setting) in(webhook *Webhook) reflect.Value { return reflect.ValueOf(s.field(webhook)).Elem() }

// settingsData returns the settings in the answers of both forms, without those that the webhook lacks.
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

// Settings returns what a call can set, by JSON name.
func (w Webhook) Settings() map[string]any {
	data := settingsData(&w)
	data["events"] = w.Events
	return data
}

// readBody reads the settings, all optional, into the webhook. It ignores unknown keys, as FastAPI does.
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

// complete sets the API's defaults for missing values.
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
	if user := request.URL.User; user != nil {
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	return request, nil
}

// clone shares nothing changeable with the webhook.
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

package simulation

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// settle applies the API's habits to a webhook that a call creates or changes.
func (w *World) settle(webhook *cakemailtest.Webhook) {
	if w.weather.Has(AddsSlash) && !strings.HasSuffix(webhook.URL, "/") {
		webhook.URL += "/"
	}
	if w.weather.Has(LimitsRates) && webhook.RateLimit > 0 {
		webhook.RateLimit = min(webhook.RateLimit, 15)
	}
	if w.weather.Has(LowersEvents) {
		for index, event := range webhook.Events {
			webhook.Events[index] = strings.ToLower(event)
		}
	}
	if w.weather.Has(BornArchived) && webhook.ID == "" {
		webhook.Archived = true
	}
}

var (
	rateInJSON   = regexp.MustCompile(`"rate_limit":(\d+)`)
	secretInJSON = regexp.MustCompile(`"(key|secret|secret_key)":"[^"]*"`)
	noneInJSON   = regexp.MustCompile(`"data":\[\]|^\[\]`)
)

// rewritten is how the API writes the answer to a call without a fault.
func (w *World) rewritten(call cakemailtest.Call, before *cakemailtest.Webhook) func([]byte) []byte {
	return func(body []byte) []byte {
		text := string(body)
		if w.weather.Has(OldAnswers) && call.Operation == cakemailtest.Update && before != nil {
			text = withOldValues(body, before)
		}
		if w.weather.Has(NumbersAsText) {
			text = rateInJSON.ReplaceAllString(text, `"rate_limit":"$1"`)
		}
		if w.weather.Has(MasksSecrets) {
			text = secretInJSON.ReplaceAllString(text, `"$1":"********"`)
		}
		if w.weather.Has(UnknownStatus) {
			text = strings.ReplaceAll(text, `"status":"active"`, `"status":"sleepy"`)
		}
		if w.weather.Has(NullLists) && call.Operation == cakemailtest.List {
			text = noneInJSON.ReplaceAllString(text, `"data":null`)
			if text == `"data":null` {
				text = "{" + text + "}"
			}
		}
		if w.weather.Has(AnswersTasks) && call.Operation == cakemailtest.Create {
			text = `{"id":"task-1","status":"pending"}`
		}
		return []byte(text)
	}
}

// withOldValues is the answer to a change from a server that is behind.
func withOldValues(body []byte, before *cakemailtest.Webhook) string {
	var answer map[string]any
	if json.Unmarshal(body, &answer) != nil {
		return string(body)
	}
	if data, ok := answer["data"].(map[string]any); ok {
		for name, value := range before.Settings() {
			if _, told := data[name]; told {
				data[name] = value
			}
		}
	}
	encoded, _ := json.Marshal(answer)
	return string(encoded)
}

// inherit adds the API's habits to the call's fault.
func (w *World) inherit(call cakemailtest.Call, fault cakemailtest.Fault) cakemailtest.Fault {
	if len(w.weather.Habits) == 0 || fault.Cut || fault.Status != 0 || fault.Body != "" {
		return fault
	}
	var before *cakemailtest.Webhook
	for _, webhook := range w.API.Webhooks() {
		if strings.TrimPrefix(call.Path, "/webhooks/") == webhook.ID {
			before = &webhook
		}
	}
	if w.weather.Has(RefusesArchived) && call.Operation == cakemailtest.Update && before != nil && before.Archived {
		return cakemailtest.Fault{Status: http.StatusConflict}
	}
	write, spoil := w.rewritten(call, before), fault.Rewrite
	fault.Rewrite = func(body []byte) []byte {
		if body = write(body); spoil != nil {
			body = spoil(body)
		}
		return body
	}
	return fault
}

package cakemail

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

var errWrongID = errors.New("the answer has an id that is neither a string nor a whole number")

// wireID is an id in JSON: a string, or in older documents an integer.
type wireID string

// UnmarshalJSON implements [json.Unmarshaler].
func (id *wireID) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*id = wireID(text)
		return nil
	}
	if bytes.ContainsFunc(raw, func(r rune) bool { return r < '0' || r > '9' }) {
		return errWrongID
	}
	*id = wireID(raw)
	return nil
}

// wireWebhook is a webhook, or the envelope around it, in either description.
// The reference puts the webhook under `data`, the guide at the top.
type wireWebhook struct {
	Data *wireWebhook `json:"data"`

	ID              wireID          `json:"id"`
	WebhookID       wireID          `json:"webhook_id"`
	URL             string          `json:"url"`
	Event           string          `json:"event"`
	Events          []string        `json:"events"`
	RateLimit       *int64          `json:"rate_limit"`
	RateLimitPeriod string          `json:"rate_limit_period"`
	Archived        *bool           `json:"archived"`
	Status          string          `json:"status"`
	ArchivedAt      json.RawMessage `json:"archived_at"`

	Signature struct {
		Key          string `json:"key"`
		HashFunction string `json:"hash_function"`
	} `json:"signature"`
	// The guide says "secret" of the create answer and "secret key" of the show answer.
	Secret       string `json:"secret"`
	SecretKey    string `json:"secret_key"`
	HashFunction string `json:"hash_function"`
}

// onlyHashFunction is what signs when an answer has a secret without saying
// how: sha256 is the only value that both descriptions know.
const onlyHashFunction = "sha256"

// decodeWebhook reads an answer about one webhook. The id, when there is one,
// is the webhook that was asked for: an answer about another is an error.
func decodeWebhook(body []byte, id string) (Webhook, error) {
	if len(bytes.TrimSpace(body)) == 0 && id != "" {
		return Webhook{ID: id}, nil
	}
	if err := checkObject(body); err != nil {
		return Webhook{}, err
	}
	var answer wireWebhook
	if err := json.Unmarshal(body, &answer); err != nil {
		return Webhook{}, describeJSON(err)
	}
	webhook := answer.webhook()
	if id != "" && webhook.ID == "" {
		webhook.ID = id
	}
	if answer.contradictsID(webhook.ID) || id != "" && webhook.ID != id {
		return Webhook{Secret: webhook.Secret}, errors.New("the answer is about another webhook")
	}
	if err := CheckID(webhook.ID); err != nil {
		return Webhook{Secret: webhook.Secret}, err
	}
	return webhook, nil
}

// decodeList reads a page of the list, and the page size that it states.
func decodeList(body []byte) ([]Webhook, int, error) {
	if err := checkDuplicateKeys(body); err != nil {
		return nil, 0, err
	}
	var page struct {
		Data       []wireWebhook `json:"data"`
		Webhooks   []wireWebhook `json:"webhooks"`
		Pagination struct {
			PerPage int `json:"per_page"`
		} `json:"pagination"`
	}
	var err error
	isArray := bytes.HasPrefix(bytes.TrimSpace(body), []byte("["))
	if isArray {
		err = json.Unmarshal(body, &page.Data)
	} else {
		err = json.Unmarshal(body, &page)
	}
	if err != nil {
		return nil, 0, describeJSON(err)
	}
	if page.Data == nil && page.Webhooks == nil {
		return nil, 0, errors.New("the answer holds no list of webhooks")
	}
	webhooks := make([]Webhook, 0, len(page.Data)+len(page.Webhooks))
	for _, item := range slices.Concat(page.Data, page.Webhooks) {
		webhook := item.webhook()
		if page.Data != nil && !isArray {
			webhook.Form = FormReference
		}
		if err := CheckID(webhook.ID); err != nil {
			return nil, 0, err
		}
		webhooks = append(webhooks, webhook)
	}
	size := page.Pagination.PerPage
	if size < 1 {
		size = perPage
	}
	return webhooks, size, nil
}

func (w wireWebhook) webhook() Webhook {
	inner, form := w, FormGuide
	if w.Data != nil {
		inner = *w.Data
	}
	if w.Data != nil && inner.Events == nil {
		form = FormReference
	}
	webhook := Webhook{
		ID:              cmp.Or(string(w.ID), string(w.WebhookID), string(inner.ID), string(inner.WebhookID)),
		URL:             inner.URL,
		Events:          inner.events(),
		RateLimit:       inner.RateLimit,
		RateLimitPeriod: inner.RateLimitPeriod,
		Archived:        cmp.Or(w.archived(), inner.archived()),
		Secret:          cmp.Or(w.Signature.Key, w.Secret, w.SecretKey, inner.Signature.Key, inner.Secret, inner.SecretKey),
		HashFunction:    cmp.Or(w.Signature.HashFunction, w.HashFunction, inner.Signature.HashFunction, inner.HashFunction),
		Form:            form,
	}
	if webhook.Secret != "" && webhook.HashFunction == "" {
		webhook.HashFunction = onlyHashFunction
	}
	return webhook
}

func (w wireWebhook) contradictsID(id string) bool {
	for _, other := range []wireID{w.ID, w.WebhookID} {
		if other != "" && string(other) != id {
			return true
		}
	}
	return w.Data != nil && w.Data.contradictsID(id)
}

func (w wireWebhook) events() []string {
	events := slices.Clone(w.Events)
	if len(events) == 0 && w.Event != "" {
		events = []string{w.Event}
	}
	slices.Sort(events)
	return slices.Compact(events)
}

// archived returns nil when the answer does not tell.
func (w wireWebhook) archived() *bool {
	if w.Archived != nil {
		return w.Archived
	}
	switch strings.ToLower(w.Status) {
	case "active", "enabled":
		return new(false)
	case "archived", "disabled":
		return new(true)
	}
	if len(w.ArchivedAt) == 0 {
		return nil
	}
	return new(!slices.Contains([]string{"null", "0", `""`}, string(w.ArchivedAt)))
}

// encodeSpec writes `events` always and `event` beside it when there is exactly
// one: the guide reads the first, the reference the second.
func encodeSpec(spec Spec) map[string]any {
	body := encodeChanges(Changes{URL: &spec.URL, RateLimit: spec.RateLimit, RateLimitPeriod: spec.RateLimitPeriod})
	body["events"] = spec.Events
	if len(spec.Events) == 1 {
		body["event"] = spec.Events[0]
	}
	return body
}

func encodeChanges(changes Changes) map[string]any {
	body := map[string]any{}
	if changes.URL != nil {
		body["url"] = *changes.URL
	}
	if changes.RateLimit != nil {
		body["rate_limit"] = *changes.RateLimit
	}
	if changes.RateLimitPeriod != nil {
		body["rate_limit_period"] = *changes.RateLimitPeriod
	}
	return body
}

func checkObject(body []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return errors.New("the answer is not a JSON object")
	}
	return checkDuplicateKeys(body)
}

// checkDuplicateKeys refuses objects that name a key twice: which of both
// counts differs from reader to reader, and an id must not depend on that.
func checkDuplicateKeys(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := checkValue(decoder, deepestNesting); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the answer holds more than one JSON value")
	}
	return nil
}

// deepestNesting bounds the recursion, and with it the memory, that an answer can cause.
const deepestNesting = 100

func checkValue(decoder *json.Decoder, depth int) error {
	if depth == 0 {
		return errors.New("the answer is nested too deeply")
	}
	token, err := decoder.Token()
	if err != nil {
		return describeJSON(err)
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	keys := map[string]bool{}
	for decoder.More() {
		if delimiter == '{' {
			key, err := decoder.Token()
			if err != nil {
				return describeJSON(err)
			}
			// Upper case first, since encoding/json takes "ſ" for "s" as well.
			name := strings.ToLower(strings.ToUpper(fmt.Sprint(key)))
			if keys[name] {
				return errors.New("the answer names a key twice")
			}
			keys[name] = true
		}
		if err := checkValue(decoder, depth-1); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return describeJSON(err)
	}
	return nil
}

// describeJSON names the place of a JSON error without quoting the answer,
// which may hold a secret.
func describeJSON(err error) error {
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		found := "of the type " + strings.SplitN(wrongType.Value, " ", 2)[0]
		if wrongType.Field == "" {
			return errors.New("the answer is a value " + found + " where webhooks belong")
		}
		return fmt.Errorf("the answer has a value %s where %q needs another type", found, wrongType.Field)
	}
	if errors.Is(err, errWrongID) {
		return err
	}
	return errors.New("the answer is not complete JSON")
}

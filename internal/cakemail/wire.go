package cakemail

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Settings are the settings of a webhook, by their JSON names. nil means the API's default in a create,
// unchanged in a change, and not told in an answer. A setting that can hold a secret has the tag
// secret:"true"; see [Settings.Secrets].
type Settings struct {
	// URL is where deliveries go.
	URL *string `json:"url,omitempty"`
	// Events can only be set by a create. In an answer they are sorted and distinct.
	Events []string `json:"events,omitempty"`
	// RateLimit is the number of deliveries per RateLimitPeriod.
	RateLimit *int64 `json:"rate_limit,omitempty"`
	// RateLimitPeriod is "second", "minute", "hour" or "day".
	RateLimitPeriod *string `json:"rate_limit_period,omitempty"`
}

// fieldOf returns the first name in a location that is a webhook's argument, or "".
func fieldOf(location []any) string {
	for _, item := range location {
		switch name, _ := item.(string); {
		case name == "event":
			return "events"
		case name == "account_id", name == "webhook_id", slices.Contains(settingNames, name):
			return name
		}
	}
	return ""
}

// settingNames are the JSON names of [Settings].
var settingNames = func() []string {
	var names []string
	for field := range reflect.TypeFor[Settings]().Fields() {
		names = append(names, jsonName(field))
	}
	return names
}()

// AreIn reports whether the answer has all requested values.
func (s Settings) AreIn(answer Settings) bool {
	if SameURL(s.Address(), answer.Address()) {
		s.URL = answer.URL
	}
	told := answer.fields()
	for name, asked := range s.fields() {
		if !bytes.Equal(told[name], asked) {
			return false
		}
	}
	return true
}

// areTold reports whether the answer has each single value that the API decides, since it was not requested.
func (s Settings) areTold(asked Settings) bool {
	told, wanted := reflect.ValueOf(s), reflect.ValueOf(asked)
	for index := range told.NumField() {
		if value := told.Field(index); value.Kind() == reflect.Pointer && value.IsNil() && wanted.Field(index).IsNil() {
			return false
		}
	}
	return true
}

// overlaid is the webhook with what a later answer tells; the rest stays.
func (w Webhook) overlaid(later Webhook) Webhook {
	into, from := reflect.ValueOf(&w.Settings).Elem(), reflect.ValueOf(later.Settings)
	for index := range from.NumField() {
		if !from.Field(index).IsNil() {
			into.Field(index).Set(from.Field(index))
		}
	}
	w.Archived = cmp.Or(later.Archived, w.Archived)
	w.Secret, w.HashFunction, w.Form = cmp.Or(later.Secret, w.Secret), cmp.Or(later.HashFunction, w.HashFunction), later.Form
	w.Status, w.Unread = later.Status, later.Unread
	return w
}

// dropEmpty drops zero values, which is what unreadable ones become.
func (s *Settings) dropEmpty() {
	for _, value := range reflect.ValueOf(s).Elem().Fields() {
		if value.Kind() == reflect.Pointer && !value.IsNil() && value.Elem().IsZero() {
			value.SetZero()
		}
	}
}

// IsWhole reports whether an answer shows a whole webhook, so that what it lacks is not set.
func (s Settings) IsWhole() bool { return s.Address() != "" && len(s.Events) > 0 }

// IsEmpty reports whether everything is nil.
func (s Settings) IsEmpty() bool { return len(s.fields()) == 0 }

func (s Settings) fields() map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if encoded, err := json.Marshal(s); err == nil {
		_ = json.Unmarshal(encoded, &fields)
	}
	return fields
}

// wireRequest has both `events` and `event` if there is exactly one: the guide reads the former, the
// reference the latter.
type wireRequest struct {
	Settings
	Event string `json:"event,omitempty"`
}

func encodeSettings(settings Settings) wireRequest {
	request := wireRequest{Settings: settings}
	if len(settings.Events) == 1 {
		request.Event = settings.Events[0]
	}
	return request
}

// unread says what of a webhook cannot be read.
func (w wireWebhook) unread() error {
	if w.RateLimit.err != nil {
		return errors.New("rate_limit in the answer is not a whole number")
	}
	if w.Archived.err != nil {
		return errors.New("archived in the answer is neither true nor false")
	}
	if w.Data != nil {
		return w.Data.unread()
	}
	return nil
}

// isMasked recognises what stands for a hidden secret: only signs, some stars or dots, or a word.
var isMasked = regexp.MustCompile(`^[^\pL\pN]+$|[*•●…]{2}|\.{3}|^[xX]{3,}\w{0,4}$|^(?i)\W*(redacted|masked|filtered|hidden)\W*$`)

// wireWebhook is a webhook in either description. The reference puts it under `data`, the guide at the top.
type wireWebhook struct {
	Data *wireWebhook `json:"data"`

	Settings
	// RateLimit hides the field of the embedded settings.
	RateLimit  wireNumber      `json:"rate_limit"`
	ID         wireID          `json:"id"`
	WebhookID  wireID          `json:"webhook_id"`
	Event      string          `json:"event"`
	Archived   wireTruth       `json:"archived"`
	Status     string          `json:"status"`
	ArchivedAt json.RawMessage `json:"archived_at"`

	Signature struct {
		Key          string `json:"key"`
		HashFunction string `json:"hash_function"`
	} `json:"signature"`
	// The guide calls it "secret" in the create answer and "secret key" in the show answer.
	Secret       string `json:"secret"`
	SecretKey    string `json:"secret_key"`
	HashFunction string `json:"hash_function"`
}

// onlyHashFunction is the default if an answer has a secret without a hash function: both descriptions know
// only sha256.
const onlyHashFunction = "sha256"

// IsSignedAsPublished reports whether [Sign] gives the signatures of this webhook.
func (w Webhook) IsSignedAsPublished() bool {
	name := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(w.HashFunction))
	return name == "" || strings.HasSuffix(name, onlyHashFunction)
}

// readWebhook reads what can be read, and says what cannot.
func readWebhook(document []byte) (webhook Webhook, told wireWebhook, err error) {
	err = cmp.Or(readObject(document, &told), told.unread())
	webhook = told.webhook()
	if err != nil {
		webhook.dropEmpty()
	}
	return webhook, told, err
}

// decodeWebhook reads an answer about one webhook. If an id is given, an answer about another webhook is an
// error. An answer with an id counts even if some of it cannot be read.
func decodeWebhook(body []byte, id string) (Webhook, error) {
	if len(bytes.TrimSpace(body)) == 0 && id != "" {
		return Webhook{ID: id}, nil
	}
	webhook, told, unread := readWebhook(body)
	if unread != nil && webhook.ID == "" {
		return Webhook{Secret: webhook.Secret}, unread
	}
	webhook.ID, webhook.Unread = cmp.Or(webhook.ID, id), unread
	if told.contradictsID(cmp.Or(id, webhook.ID)) {
		return Webhook{Secret: webhook.Secret}, errors.New("the answer is about another webhook")
	}
	if err := CheckID(webhook.ID); err != nil {
		return Webhook{Secret: webhook.Secret}, err
	}
	return webhook, nil
}

// listedPage is a page of the list.
type listedPage struct {
	webhooks []Webhook
	// size is how many webhooks a full page has, or 0 if not told.
	size int
	// count is the number of webhooks on all pages, or nil if not told.
	count *int64
}

// wireList is a list of webhooks. A null in the answer means an empty account, so the list is not nil then.
type wireList []json.RawMessage

// UnmarshalJSON implements [json.Unmarshaler].
func (l *wireList) UnmarshalJSON(raw []byte) error {
	*l = wireList{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return json.Unmarshal(raw, (*[]json.RawMessage)(l))
}

// decodeList reads a page of the list. Without a body, it is empty.
func decodeList(body []byte) (listedPage, error) {
	if body == nil {
		return listedPage{}, nil
	}
	var page struct {
		Data       wireList `json:"data"`
		Webhooks   wireList `json:"webhooks"`
		Pagination struct {
			PerPage wireNumber `json:"per_page"`
			Count   wireNumber `json:"count"`
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
		return listedPage{}, describeJSON(err)
	}
	if page.Data == nil && page.Webhooks == nil {
		return listedPage{}, errors.New("the answer has no list of webhooks")
	}
	read := listedPage{webhooks: make([]Webhook, 0, len(page.Data)+len(page.Webhooks)), count: page.Pagination.Count.whole}
	if size := page.Pagination.PerPage.whole; size != nil {
		read.size = max(0, int(*size))
	}
	for _, item := range slices.Concat(page.Data, page.Webhooks) {
		webhook, told, unread := readWebhook(item)
		if err := CheckID(webhook.ID); err != nil {
			return listedPage{}, err
		}
		if webhook.Unread = unread; page.Data != nil && !isArray && told.isReference() {
			webhook.Form = FormReference
		}
		read.webhooks = append(read.webhooks, webhook)
	}
	return read, nil
}

func (w wireWebhook) webhook() Webhook {
	inner, form := w, FormGuide
	if w.Data != nil {
		inner = *w.Data
	}
	if w.Data != nil && inner.isReference() {
		form = FormReference
	}
	webhook := Webhook{
		ID:           cmp.Or(string(w.ID), string(w.WebhookID), string(inner.ID), string(inner.WebhookID)),
		Settings:     inner.Settings,
		Archived:     cmp.Or(w.archived(), inner.archived()),
		Secret:       cmp.Or(w.Signature.Key, w.Secret, w.SecretKey, inner.Signature.Key, inner.Secret, inner.SecretKey),
		HashFunction: cmp.Or(w.Signature.HashFunction, w.HashFunction, inner.Signature.HashFunction, inner.HashFunction),
		Form:         form,
	}
	webhook.Events, webhook.RateLimit = inner.events(), inner.RateLimit.whole
	if isMasked.MatchString(webhook.Secret) {
		webhook.Secret = ""
	}
	if webhook.Secret != "" && webhook.HashFunction == "" {
		webhook.HashFunction = onlyHashFunction
	}
	if _, isKnown := statuses[strings.ToLower(inner.Status)]; !isKnown {
		webhook.Status = inner.Status
	}
	return webhook
}

// statuses are the known statuses, and whether a webhook of each is archived.
var statuses = map[string]*bool{
	"": nil, "active": new(false), "enabled": new(false), "archived": new(true), "disabled": new(true),
}

// isReference reports whether a webhook has a single event, as in the reference.
func (w wireWebhook) isReference() bool { return w.Events == nil || w.Event != "" }

// contradictsID reports whether the answer has another id. A service may find an id in any case, and answer it in its own.
func (w wireWebhook) contradictsID(id string) bool {
	for _, other := range []wireID{w.ID, w.WebhookID} {
		if other != "" && !strings.EqualFold(string(other), id) {
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

// archived returns nil if the answer does not tell.
func (w wireWebhook) archived() *bool {
	if w.Archived.told != nil {
		return w.Archived.told
	}
	if told := statuses[strings.ToLower(w.Status)]; told != nil {
		return told
	}
	if len(w.ArchivedAt) == 0 {
		return nil
	}
	return new(!slices.Contains([]string{"null", "0", `""`}, string(w.ArchivedAt)))
}

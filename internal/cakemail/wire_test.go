package cakemail

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	referenceShow = `{"id":"w1","signature":{"key":"s3cret","hash_function":"sha512"},"data":{"id":"w1","status":"active",` +
		`"event":"Contact.Added","url":"https://a.example/","archived_at":null,"rate_limit":50,"rate_limit_period":"second"}}`
	referenceArchive = `{"id":"w1","data":{"id":"w1"},"object":"Webhook","archived":true}`
	guideCreate      = `{"webhook_id":1001,"url":"https://a.example/","events":["Email.Opened","Contact.Added"],` +
		`"rate_limit":100,"rate_limit_period":"hour","secret":"s3cret"}`
	guideShow = `{"webhook_id":1001,"url":"https://a.example/","events":["Contact.Added"],` +
		`"rate_limit":100,"rate_limit_period":"hour","secret_key":"s3cret","hash_function":"sha512","archived":false}`
	nullEverywhere = `{"id":"w1","data":null,"url":null,"event":null,"events":null,"rate_limit":null,"rate_limit_period":null,` +
		`"signature":null,"secret":null,"archived":null}`
)

func settingsOf(limit int64, period string, events ...string) Settings {
	return Settings{URL: new("https://a.example/"), Events: events, RateLimit: &limit, RateLimitPeriod: &period}
}

func TestDecode_Webhook(t *testing.T) {
	listed := func(events ...string) Settings { return Settings{Events: events} }
	longNumber := "123456789012345678901234567890"
	for name, test := range map[string]struct {
		body string
		want Webhook
	}{
		"reference, show": {referenceShow, Webhook{
			ID: "w1", Settings: settingsOf(50, "second", "Contact.Added"), Archived: new(false),
			Secret: "s3cret", HashFunction: "sha512", Form: FormReference,
		}},
		"reference, archive": {referenceArchive, Webhook{ID: "w1", Archived: new(true), Form: FormReference}},
		"guide, create": {guideCreate, Webhook{
			ID: "1001", Settings: settingsOf(100, "hour", "Contact.Added", "Email.Opened"), Secret: "s3cret", HashFunction: "sha256", Form: FormGuide,
		}},
		"guide, show": {guideShow, Webhook{
			ID: "1001", Settings: settingsOf(100, "hour", "Contact.Added"), Archived: new(false),
			Secret: "s3cret", HashFunction: "sha512", Form: FormGuide,
		}},
		"an id that is a number":               {`{"id":7}`, Webhook{ID: "7", Form: FormGuide}},
		"an id beyond every integer":           {`{"id":` + longNumber + `}`, Webhook{ID: longNumber, Form: FormGuide}},
		"an id within data alone":              {`{"data":{"id":"w1"}}`, Webhook{ID: "w1", Form: FormReference}},
		"an id beside null":                    {`{"id":null,"webhook_id":"w1"}`, Webhook{ID: "w1", Form: FormGuide}},
		"an id in each place":                  {`{"id":"w1","webhook_id":"w1","data":{"id":"w1"}}`, Webhook{ID: "w1", Form: FormReference}},
		"an id with an escape":                 {`{"id":"a\/b\u0031"}`, Webhook{ID: "a/b1", Form: FormGuide}},
		"duplicate events are one":             {`{"id":"w1","events":["B","A","B"]}`, Webhook{ID: "w1", Settings: listed("A", "B"), Form: FormGuide}},
		"event beside events":                  {`{"id":"w1","event":"A.A","events":["B.B"]}`, Webhook{ID: "w1", Settings: listed("B.B"), Form: FormGuide}},
		"event beside empty events":            {`{"id":"w1","event":"A.A","events":[]}`, Webhook{ID: "w1", Settings: listed("A.A"), Form: FormGuide}},
		"events within data":                   {`{"data":{"id":"w1","events":["A.A"]}}`, Webhook{ID: "w1", Settings: listed("A.A"), Form: FormGuide}},
		"null everywhere":                      {nullEverywhere, Webhook{ID: "w1", Form: FormGuide}},
		"unknown keys, and space":              {" \n{\"id\":\"w1\",\"colour\":{\"red\":[1,2]}}\n ", Webhook{ID: "w1", Form: FormGuide}},
		"keys in another case, as Go reads it": {`{"ID":"w1","Event":"A.A"}`, Webhook{ID: "w1", Settings: listed("A.A"), Form: FormGuide}},
		"an empty string is no secret": {
			`{"id":"w1","signature":{"key":"","hash_function":""},"secret":"s3cret"}`,
			Webhook{ID: "w1", Secret: "s3cret", HashFunction: "sha256", Form: FormGuide},
		},
		"the secret within data": {
			`{"data":{"id":"w1","signature":{"key":"s3cret","hash_function":"sha1"}}}`,
			Webhook{ID: "w1", Secret: "s3cret", HashFunction: "sha1", Form: FormReference},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decodeWebhook([]byte(test.body), "")
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestDecode_WhetherItIsArchived(t *testing.T) {
	yes, no := new(true), new(false)
	for body, want := range map[string]*bool{
		`{"archived":true}`:                                     yes,
		`{"archived":false}`:                                    no,
		`{"archived":null}`:                                     nil,
		`{"archived":true,"data":{"status":"active"}}`:          yes,
		`{"data":{"status":"archived"}}`:                        yes,
		`{"data":{"status":"Active"}}`:                          no,
		`{"status":"disabled"}`:                                 yes,
		`{"status":"enabled"}`:                                  no,
		`{"status":"sleeping"}`:                                 nil,
		`{"data":{"archived_at":1730000000}}`:                   yes,
		`{"data":{"archived_at":"2026-01-01T00:00:00Z"}}`:       yes,
		`{"data":{"archived_at":null}}`:                         no,
		`{"data":{"archived_at":0}}`:                            no,
		`{"data":{"archived_at":""}}`:                           no,
		`{"data":{"status":"active","archived_at":1730000000}}`: no,
		`{"data":{"event":"Contact.Added"}}`:                    nil,
	} {
		got, err := decodeWebhook([]byte(body), "w1")
		if err != nil || !reflect.DeepEqual(got.Archived, want) || got.IsArchived() != (want == yes) {
			t.Errorf("%s: got %+v, %v", body, got, err)
		}
	}
}

func TestDecode_TakesTheIDThatWasAskedFor(t *testing.T) {
	for body, want := range map[string]Webhook{
		" \n":               {ID: "w1"},
		`{}`:                {ID: "w1", Form: FormGuide},
		`{"data":{}}`:       {ID: "w1", Form: FormReference},
		`{"archived":true}`: {ID: "w1", Archived: new(true), Form: FormGuide},
	} {
		if got, err := decodeWebhook([]byte(body), "w1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v; want %+v", body, got, err, want)
		}
	}
}

func TestDecode_RefusesWhatIsNoWebhook(t *testing.T) {
	for name, test := range map[string]struct{ body, id, want string }{
		"an empty answer to a create":          {"", "", "the answer is not a JSON object"},
		"an HTML page":                         {"<html><body>Welcome</body></html>", "w1", "the answer is not a JSON object"},
		"an array":                             {`[{"id":"w1"}]`, "w1", "the answer is not a JSON object"},
		"truncated JSON":                       {`{"id":"w1","data":{"url":"https://a.ex`, "w1", "the answer is not complete JSON"},
		"two answers":                          {`{"id":"w1"}{"id":"w1"}`, "w1", "the answer is not complete JSON"},
		"another webhook":                      {`{"id":"w2","secret":"s3cret"}`, "w1", "the answer is about another webhook"},
		"another webhook in data":              {`{"id":"w1","secret":"s3cret","data":{"id":"w2"}}`, "w1", "the answer is about another webhook"},
		"another webhook in data alone":        {`{"data":{"id":"w2"}}`, "w1", "the answer is about another webhook"},
		"two ids in an answer to a create":     {`{"id":"w1","webhook_id":"w2"}`, "", "the answer is about another webhook"},
		"a number that is written differently": {`{"id":7}`, "07", "the answer is about another webhook"},
		"no id in an answer to a create":       {`{"secret":"s3cret"}`, "", "the id is empty"},
		"an id with a control character":       {`{"id":"w\u0000"}`, "", "the id has characters that cannot be printed"},
		"a fractional id":                      {`{"id":1.5}`, "", "the answer has an id that is neither a string nor a whole number"},
		"a negative id":                        {`{"id":-1}`, "", "the answer has an id that is neither a string nor a whole number"},
		"an id that is an object":              {`{"id":{"s3cret":1}}`, "w1", "the answer has an id that is neither a string nor a whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			webhook, err := decodeWebhook([]byte(test.body), test.id)
			if err == nil || err.Error() != test.want || webhook.ID != "" {
				t.Fatalf("got %+v, %v; want the error %q", webhook, err, test.want)
			}
			if strings.Contains(test.body, `"secret":"s3cret"`) && webhook.Secret != "s3cret" {
				t.Error("the secret must be known to be hidden")
			}
		})
	}
}

// A value that cannot be read does not lose the id and the other values.
func TestDecode_SaysWhatCannotBeRead(t *testing.T) {
	const number, truth = "rate_limit in the answer is not a whole number", "archived in the answer is neither true nor false"
	for fields, want := range map[string]string{
		`"data":{"rate_limit":"s3cret"}`:   number,
		`"rate_limit":9223372036854775808`: number,
		`"rate_limit":50.5`:                number,
		`"rate_limit":{}`:                  number,
		`"archived":"s3cret"`:              truth,
		`"data":{"archived":[]}`:           truth,
		`"url":["s3cret"]`:                 `url in the answer has the wrong type, array`,
		`"rate_limit_period":7`:            `rate_limit_period in the answer has the wrong type, number`,
		`"status":1`:                       `status in the answer has the wrong type, number`,
		`"data":[]`:                        `data in the answer has the wrong type, array`,
	} {
		for _, id := range []string{"", "w1"} {
			webhook, err := decodeWebhook([]byte(`{"id":"w1","secret":"s3cret",`+fields+"}"), id)
			isTold := webhook.RateLimit != nil || webhook.Archived != nil || webhook.URL != nil || webhook.RateLimitPeriod != nil
			if err != nil || webhook.Unread == nil || webhook.Unread.Error() != want || webhook.ID != "w1" || webhook.Secret != "s3cret" || isTold {
				t.Errorf("%s: got %+v, %v; want %q beside the id", fields, webhook, err, want)
			}
		}
	}
}

func TestDecode_ReadsValuesInOtherForms(t *testing.T) {
	for body, want := range map[string]Webhook{
		`{"id":"w1","rate_limit":"50"}`:                             {Settings: Settings{RateLimit: new(int64(50))}},
		`{"id":"w1","rate_limit":50.0}`:                             {Settings: Settings{RateLimit: new(int64(50))}},
		`{"id":"w1","rate_limit":5e1}`:                              {Settings: Settings{RateLimit: new(int64(50))}},
		`{"id":"w1","rate_limit":9007199254740993}`:                 {Settings: Settings{RateLimit: new(int64(9007199254740993))}},
		`{"id":"w1","rate_limit":null}`:                             {},
		`{"id":"w1","secret":"********"}`:                           {},
		`{"id":"w1","secret":"whsec_****1234"}`:                     {},
		`{"id":"w1","secret":"••••••••"}`:                           {},
		`{"id":"w1","secret":"xxxxxxxx"}`:                           {},
		`{"id":"w1","secret":"[REDACTED]"}`:                         {},
		`{"id":"w1","archived":1}`:                                  {Archived: new(true)},
		`{"id":"w1","archived":"false"}`:                            {Archived: new(false)},
		`{"id":"w1","archived":null}`:                               {},
		`{"id":"w1","secret":"*"}`:                                  {},
		`{"id":"w1","secret":"＊＊＊"}`:                                {},
		`{"id":"w1","secret":"★★★★★"}`:                              {},
		`{"id":"w1","secret":"xxxx1234"}`:                           {},
		`{"id":"w1","secret":"whsec_...abcd"}`:                      {},
		`{"id":"w1","secret":"-----"}`:                              {},
		`{"id":"w1","secret":"секрет"}`:                             {Secret: "секрет", HashFunction: "sha256"},
		`{"id":"w1","secret":"whsec_**ab"}`:                         {},
		`{"id":"w1","signature":null}`:                              {},
		`{"id":"w1","status":"suspended"}`:                          {Status: "suspended"},
		`{"id":"W1","status":"Archived"}`:                           {Archived: new(true)},
		`{"id":"w1","status":"success","data":{"status":"paused"}}`: {Status: "paused", Form: FormReference},
	} {
		want.ID, want.Form = body[7:9], cmp.Or(want.Form, FormGuide)
		if got, err := decodeWebhook([]byte(body), "w1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v; want %+v", body, got, err, want)
		}
	}
}

func TestDecode_List(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want []Webhook
		size int
	}{
		"reference": {
			`{"pagination":{"page":1,"per_page":20,"count":2},"data":[{"id":"w1","status":"active","event":"A.A","rate_limit":5},{"id":"w2"}]}`,
			[]Webhook{
				{ID: "w1", Settings: Settings{Events: []string{"A.A"}, RateLimit: new(int64(5))}, Archived: new(false), Form: FormReference},
				{ID: "w2", Form: FormReference},
			}, 20,
		},
		"guide": {
			`[{"webhook_id":1,"events":["B.B","A.A"],"archived":false}]`,
			[]Webhook{{ID: "1", Settings: Settings{Events: []string{"A.A", "B.B"}}, Archived: new(false), Form: FormGuide}}, 0,
		},
		"the guide's items in an envelope": {
			`{"data":[{"id":"w1","events":["A.A"]}]}`, []Webhook{{ID: "w1", Settings: Settings{Events: []string{"A.A"}}, Form: FormGuide}}, 0,
		},
		"under another name":       {`{"webhooks":[{"id":"w1"}]}`, []Webhook{{ID: "w1", Form: FormGuide}}, 0},
		"numbers as text":          {`{"pagination":{"per_page":"20","count":"0"},"data":[]}`, []Webhook{}, 20},
		"no webhooks":              {` {"pagination":{"per_page":50},"data":[]}`, []Webhook{}, 50},
		"no webhooks in an array":  {` [] `, []Webhook{}, 0},
		"a negative page size":     {`{"pagination":{"per_page":-5},"data":[]}`, []Webhook{}, 0},
		"null for the webhooks":    {`{"data":null}`, []Webhook{}, 0},
		"null for the pagination":  {`{"pagination":null,"data":[]}`, []Webhook{}, 0},
		"items in their envelopes": {`[{"id":"w1","data":{"status":"active"}}]`, []Webhook{{ID: "w1", Archived: new(false), Form: FormReference}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decodeList([]byte(test.body))
			if err != nil || !reflect.DeepEqual(got.webhooks, test.want) || got.size != test.size {
				t.Errorf("got  %+v, page size %d, %v\nwant %+v, page size %d", got.webhooks, got.size, err, test.want, test.size)
			}
		})
	}
}

func TestDecode_RefusesWhatIsNoList(t *testing.T) {
	for body, want := range map[string]string{
		"":                "the answer is not complete JSON",
		`[{"id":"w1"}`:    "the answer is not complete JSON",
		`[][]`:            "the answer is not complete JSON",
		"null":            "the answer has no list of webhooks",
		`{"id":"w1"}`:     "the answer has no list of webhooks",
		`{"detail":null}`: "the answer has no list of webhooks",
		`[null]`:          "the id is empty",
		`"s3cret"`:        "the answer has the wrong type, string",
		`{"data":["w1"]}`: "the id is empty",
		`{"data":"w1"}`:   `data in the answer has the wrong type, string`,
		`[{"id":"."}]`:    `"." and ".." are not ids`,
	} {
		if page, err := decodeList([]byte(body)); err == nil || err.Error() != want || page.webhooks != nil {
			t.Errorf("%s: got %+v, %v; want the error %q", body, page, err, want)
		}
	}
}

func TestEncode(t *testing.T) {
	for want, settings := range map[string]Settings{
		`{"url":"https://a.example/","events":["A.A"],"rate_limit":5,"rate_limit_period":"hour","event":"A.A"}`: settingsOf(5, "hour", "A.A"),
		`{"events":["A.A","B.B"]}`:    {Events: []string{"A.A", "B.B"}},
		`{}`:                          {},
		`{"rate_limit_period":"day"}`: {RateLimitPeriod: new("day")},
		`{"url":"","rate_limit":0,"rate_limit_period":""}`: {URL: new(""), RateLimit: new(int64(0)), RateLimitPeriod: new("")},
	} {
		if got, err := json.Marshal(encodeSettings(settings)); err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}

var answersToReadFrom = []string{
	referenceShow, referenceArchive, guideCreate, guideShow, nullEverywhere,
	`{"pagination":{"per_page":2},"data":[{"id":"w1"},{"id":2}]}`, `[{"webhook_id":1},{"webhook_id":"2"}]`, `{"webhooks":[]}`,
	`{"id":"w1","id":"w2"}`, `{"id":"w1","data":{"id":"w2"}}`, `{"id":1e3}`, `{"id":-1}`, `{"data":{"data":{"id":"w1"}}}`, `{"id":"w1","archived_at":`,
	`[[[[[[`, `{"a":{"a":{"a":`, "", " ", "null", "<html>", "\xff", `{"id":"\ud800"}`, `{"id":"w1","archived_at":[1]}`, `{}{}`,
}

func FuzzDecodeWebhook(f *testing.F) {
	for _, body := range answersToReadFrom {
		for _, id := range []string{"w1", "W1", ""} {
			f.Add([]byte(body), id)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		if id != "" && CheckID(id) != nil {
			t.Skip("not an id")
		}
		webhook, err := decodeWebhook(body, id)
		if err != nil {
			if webhook.ID != "" || len(err.Error()) > 200 {
				t.Errorf("a refused answer yields the id %q, and the error %v", webhook.ID, err)
			}
			return
		}
		if id != "" && !strings.EqualFold(webhook.ID, id) {
			t.Errorf("asked for %q, got %q", id, webhook.ID)
		}
		wantSound(t, webhook)
	})
}

func FuzzDecodeList(f *testing.F) {
	for _, body := range answersToReadFrom {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := decodeList(body)
		if page.size < 0 || err != nil && page.webhooks != nil {
			t.Errorf("got %+v, %v", page, err)
		}
		for _, webhook := range page.webhooks {
			wantSound(t, webhook)
		}
	})
}

// wantSound checks what every webhook in an answer must satisfy.
func wantSound(t *testing.T, webhook Webhook) {
	t.Helper()
	if err := CheckID(webhook.ID); err != nil {
		t.Errorf("the id %q: %v", webhook.ID, err)
	}
	if !slices.Equal(webhook.Events, sorted(webhook.Events)) {
		t.Errorf("the events %q are not sorted and distinct", webhook.Events)
	}
	if webhook.Secret != "" && webhook.HashFunction == "" {
		t.Error("a secret without a hash function")
	}
	texts := append([]string{webhook.Address(), webhook.Secret}, webhook.Events...)
	if webhook.RateLimitPeriod != nil {
		texts = append(texts, *webhook.RateLimitPeriod)
	}
	if !utf8.ValidString(strings.Join(texts, "")) {
		t.Errorf("a text that is not UTF-8: %+v", webhook)
	}
}

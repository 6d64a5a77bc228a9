package cakemail

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeWebhook(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want Webhook
	}{
		"reference, show": {
			body: `{"id":"w1","signature":{"key":"s3cret","hash_function":"sha256"},
				"data":{"id":"w1","status":"active","event":"Contact.Added","url":"https://a.example/","rate_limit":50,"rate_limit_period":"second"}}`,
			want: Webhook{ID: "w1", Settings: Settings{URL: new("https://a.example/"), Events: []string{"Contact.Added"}, RateLimit: new(int64(50)), RateLimitPeriod: new("second")},
				Archived: new(false), Secret: "s3cret", HashFunction: "sha256", Form: FormReference},
		},
		"reference, create without a secret": {
			body: `{"id":"w1","data":{"id":"w1","status":"active","event":"Contact.Added","url":"https://a.example/","archived_at":null,"rate_limit":50,"rate_limit_period":"second"}}`,
			want: Webhook{ID: "w1", Settings: Settings{URL: new("https://a.example/"), Events: []string{"Contact.Added"}, RateLimit: new(int64(50)), RateLimitPeriod: new("second")},
				Archived: new(false), Form: FormReference},
		},
		"reference, archive": {
			body: `{"id":"w1","data":{"id":"w1"},"object":"Webhook","archived":true}`,
			want: Webhook{ID: "w1", Archived: new(true), Form: FormReference},
		},
		"guide, create": {
			body: `{"webhook_id":1001,"url":"https://a.example/","events":["Email.Opened","Contact.Added"],"rate_limit":100,"rate_limit_period":"hour","secret":"s3cret"}`,
			want: Webhook{ID: "1001", Settings: Settings{URL: new("https://a.example/"), Events: []string{"Contact.Added", "Email.Opened"}, RateLimit: new(int64(100)), RateLimitPeriod: new("hour")},
				Secret: "s3cret", HashFunction: "sha256", Form: FormGuide},
		},
		"guide, show": {
			body: `{"webhook_id":1001,"url":"https://a.example/","events":["Contact.Added"],"rate_limit":100,"rate_limit_period":"hour","secret_key":"s3cret","hash_function":"sha512","archived":false}`,
			want: Webhook{ID: "1001", Settings: Settings{URL: new("https://a.example/"), Events: []string{"Contact.Added"}, RateLimit: new(int64(100)), RateLimitPeriod: new("hour")},
				Archived: new(false), Secret: "s3cret", HashFunction: "sha512", Form: FormGuide},
		},
		"an id of text":                        {body: `{"id":"a/b?c"}`, want: Webhook{ID: "a/b?c", Form: FormGuide}},
		"an id that is a number":               {body: `{"id":7}`, want: Webhook{ID: "7", Form: FormGuide}},
		"an id beyond every integer":           {body: `{"id":123456789012345678901234567890}`, want: Webhook{ID: "123456789012345678901234567890", Form: FormGuide}},
		"an id within data alone":              {body: `{"data":{"id":"w1"}}`, want: Webhook{ID: "w1", Form: FormReference}},
		"a null id beside a good one":          {body: `{"id":null,"webhook_id":"w1"}`, want: Webhook{ID: "w1", Form: FormGuide}},
		"duplicate events are one":             {body: `{"id":"w1","events":["B.B","A.A","B.B"]}`, want: Webhook{ID: "w1", Settings: Settings{Events: []string{"A.A", "B.B"}}, Form: FormGuide}},
		"event beside events":                  {body: `{"id":"w1","event":"A.A","events":["B.B"]}`, want: Webhook{ID: "w1", Settings: Settings{Events: []string{"B.B"}}, Form: FormGuide}},
		"event beside empty events":            {body: `{"id":"w1","event":"A.A","events":[]}`, want: Webhook{ID: "w1", Settings: Settings{Events: []string{"A.A"}}, Form: FormGuide}},
		"null everywhere":                      {body: `{"id":"w1","data":null,"url":null,"event":null,"events":null,"rate_limit":null,"rate_limit_period":null,"signature":null,"secret":null}`, want: Webhook{ID: "w1", Form: FormGuide}},
		"unknown keys":                         {body: `{"id":"w1","colour":{"red":[1,2]},"object":"Webhook"}`, want: Webhook{ID: "w1", Form: FormGuide}},
		"an empty string is no secret":         {body: `{"id":"w1","signature":{"key":"","hash_function":""},"secret":"s3cret"}`, want: Webhook{ID: "w1", Secret: "s3cret", HashFunction: "sha256", Form: FormGuide}},
		"space around":                         {body: " \n{\"id\":\"w1\"}\n ", want: Webhook{ID: "w1", Form: FormGuide}},
		"the secret within data":               {body: `{"data":{"id":"w1","signature":{"key":"s3cret","hash_function":"sha1"}}}`, want: Webhook{ID: "w1", Secret: "s3cret", HashFunction: "sha1", Form: FormReference}},
		"what the envelope says of archived":   {body: `{"archived":true,"data":{"id":"w1","status":"active"}}`, want: Webhook{ID: "w1", Archived: new(true), Form: FormReference}},
		"an escaped id, as JSON may write it":  {body: `{"id":"w\u0031"}`, want: Webhook{ID: "w1", Form: FormGuide}},
		"the largest rate limit":               {body: `{"id":"w1","rate_limit":9223372036854775807}`, want: Webhook{ID: "w1", Settings: Settings{RateLimit: new(int64(1<<63 - 1))}, Form: FormGuide}},
		"the same id in every possible place":  {body: `{"id":"w1","webhook_id":"w1","data":{"id":"w1","webhook_id":"w1"}}`, want: Webhook{ID: "w1", Form: FormReference}},
		"keys in another case, as Go reads it": {body: `{"ID":"w1","Url":"https://a.example/"}`, want: Webhook{ID: "w1", Settings: Settings{URL: new("https://a.example/")}, Form: FormGuide}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeWebhook([]byte(test.body), "")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestDecodeWebhookKnowsWhetherItIsArchived(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]*bool{
		`{"id":"w1","archived":true}`:                                     new(true),
		`{"id":"w1","archived":false}`:                                    new(false),
		`{"id":"w1","archived":null}`:                                     nil,
		`{"id":"w1","data":{"status":"archived"}}`:                        new(true),
		`{"id":"w1","data":{"status":"Active"}}`:                          new(false),
		`{"id":"w1","status":"disabled"}`:                                 new(true),
		`{"id":"w1","status":"enabled"}`:                                  new(false),
		`{"id":"w1","status":"sleeping"}`:                                 nil,
		`{"id":"w1","data":{"archived_at":1730000000}}`:                   new(true),
		`{"id":"w1","data":{"archived_at":"2026-01-01T00:00:00Z"}}`:       new(true),
		`{"id":"w1","data":{"archived_at":null}}`:                         new(false),
		`{"id":"w1","data":{"archived_at":0}}`:                            new(false),
		`{"id":"w1","data":{"archived_at":""}}`:                           new(false),
		`{"id":"w1","data":{"status":"active","archived_at":1730000000}}`: new(false),
		`{"id":"w1","data":{"event":"Contact.Added"}}`:                    nil,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			got, err := decodeWebhook([]byte(body), "w1")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Archived, want) {
				t.Errorf("got %v, want %v", describeBool(got.Archived), describeBool(want))
			}
			if got.IsArchived() != (want != nil && *want) {
				t.Errorf("IsArchived is %t", got.IsArchived())
			}
		})
	}
}

func describeBool(value *bool) any {
	if value == nil {
		return nil
	}
	return *value
}

func TestDecodeWebhookTakesTheIDThatWasAskedFor(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]Webhook{
		"":                  {ID: "w1"},
		" \n":               {ID: "w1"},
		`{}`:                {ID: "w1", Form: FormGuide},
		`{"data":{}}`:       {ID: "w1", Form: FormReference},
		`{"archived":true}`: {ID: "w1", Archived: new(true), Form: FormGuide},
	} {
		got, err := decodeWebhook([]byte(body), "w1")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v; want %+v", body, got, err, want)
		}
	}
}

func TestDecodeWebhookRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, id, want string }{
		"an empty answer to a create":          {"", "", "not a JSON object"},
		"an HTML page":                         {"<html><body>Welcome</body></html>", "w1", "not a JSON object"},
		"an array":                             {`[{"id":"w1"}]`, "w1", "not a JSON object"},
		"null":                                 {`null`, "w1", "not a JSON object"},
		"text":                                 {`"w1"`, "w1", "not a JSON object"},
		"truncated JSON":                       {`{"id":"w1","data":{"url":"https://a.ex`, "w1", "not complete JSON"},
		"trailing garbage":                     {`{"id":"w1"} trailing`, "w1", "JSON"},
		"two answers":                          {`{"id":"w1"}{"id":"w1"}`, "w1", "not complete JSON"},
		"another webhook":                      {`{"id":"w2"}`, "w1", "another webhook"},
		"another webhook in data":              {`{"id":"w1","data":{"id":"w2"}}`, "w1", "another webhook"},
		"another webhook in data alone":        {`{"data":{"id":"w2"}}`, "w1", "another webhook"},
		"two ids in an answer to a create":     {`{"id":"w1","webhook_id":"w2"}`, "", "another webhook"},
		"an id in another case":                {`{"id":"W1"}`, "w1", "another webhook"},
		"a number that is written differently": {`{"id":7}`, "07", "another webhook"},
		"no id in an answer to a create":       {`{"url":"https://a.example/"}`, "", "the id is empty"},
		"an id of two dots":                    {`{"id":".."}`, "", "are not ids"},
		"an id with a control character":       {`{"id":"w\u0000"}`, "", "cannot be printed"},
		"a fractional id":                      {`{"id":1.5}`, "", "neither a string nor a whole number"},
		"a negative id":                        {`{"id":-1}`, "", "neither a string nor a whole number"},
		"an id with an exponent":               {`{"id":1e3}`, "", "neither a string nor a whole number"},
		"an id that is an object":              {`{"id":{"a":1}}`, "w1", "neither a string nor a whole number"},
		"text for a number":                    {`{"id":"w1","data":{"rate_limit":"50"}}`, "w1", `string where "data.rate_limit"`},
		"a fraction for a number":              {`{"id":"w1","rate_limit":0.5}`, "w1", "number where"},
		"a number beyond 64 bits":              {`{"id":"w1","rate_limit":9223372036854775808}`, "w1", "number where"},
		"a number for text":                    {`{"id":"w1","url":5}`, "w1", "number where"},
		"text for a list":                      {`{"id":"w1","events":"Contact.Added"}`, "w1", "string where"},
		"an array for data":                    {`{"id":"w1","data":[]}`, "w1", "array where"},
		"text for yes or no":                   {`{"id":"w1","archived":"yes"}`, "w1", "string where"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			webhook, err := decodeWebhook([]byte(test.body), test.id)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %+v, %v; want an error with %q", webhook, err, test.want)
			}
			if webhook.ID != "" {
				t.Errorf("a refused answer yields the id %q", webhook.ID)
			}
		})
	}
}

func TestDecodeErrorsDoNotQuoteTheAnswer(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"w1","secret":["s3cret"]}`, `{"secret":"s3cret"`, `{"id":"w1","rate_limit":"s3cret"}`, `{"id":{"s3cret":1}}`,
		`{"id":"w1","rate_limit":33333333333333333333}`,
	} {
		_, err := decodeWebhook([]byte(body), "w1")
		if err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "3333") {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestDecodeWebhookKeepsTheSecretOfARefusedAnswer(t *testing.T) {
	t.Parallel()
	webhook, err := decodeWebhook([]byte(`{"id":"w2","secret":"s3cret"}`), "w1")
	if err == nil || webhook.Secret != "s3cret" {
		t.Errorf("got %+v, %v: the secret must be known to be hidden", webhook, err)
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body wireRequest
		want string
	}{
		"one event is written in both ways":    {encodeSettings(Settings{URL: new("https://a.example/"), Events: []string{"A.A"}}), `{"url":"https://a.example/","events":["A.A"],"event":"A.A"}`},
		"several events have no event":         {encodeSettings(Settings{URL: new("https://a.example/"), Events: []string{"A.A", "B.B"}}), `{"url":"https://a.example/","events":["A.A","B.B"]}`},
		"everything set":                       {encodeSettings(Settings{URL: new("u"), Events: []string{"A.A"}, RateLimit: new(int64(5)), RateLimitPeriod: new("hour")}), `{"url":"u","events":["A.A"],"rate_limit":5,"rate_limit_period":"hour","event":"A.A"}`},
		"no change":                            {encodeSettings(Settings{}), `{}`},
		"a changed url alone":                  {encodeSettings(Settings{URL: new("u")}), `{"url":"u"}`},
		"a changed rate limit alone":           {encodeSettings(Settings{RateLimit: new(int64(5))}), `{"rate_limit":5}`},
		"a changed period alone":               {encodeSettings(Settings{RateLimitPeriod: new("day")}), `{"rate_limit_period":"day"}`},
		"the zero value is a value, not unset": {encodeSettings(Settings{URL: new(""), RateLimit: new(int64(0)), RateLimitPeriod: new("")}), `{"url":"","rate_limit":0,"rate_limit_period":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(test.body)
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
}

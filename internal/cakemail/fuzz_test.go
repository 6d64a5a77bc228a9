package cakemail

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

var answersToReadFrom = []string{
	`{"id":"w1","signature":{"key":"s3cret","hash_function":"sha256"},"data":{"id":"w1","status":"active","event":"A.A","url":"https://a.example/","rate_limit":50}}`,
	`{"webhook_id":1001,"events":["B.B","A.A"],"secret":"s3cret"}`,
	`{"pagination":{"per_page":2},"data":[{"id":"w1"},{"id":2}]}`,
	`[{"webhook_id":1},{"webhook_id":"2"}]`,
	`{"webhooks":[]}`, `{"id":"w1","id":"w2"}`, `{"id":"w1","data":{"id":"w2"}}`, `{"id":1e3}`, `{"id":-1}`, `{"id":null}`, `{"data":{"data":{"id":"w1"}}}`,
	`{"id":"w1","archived_at":`, `[[[[[[`, `{"a":{"a":{"a":`, "", " ", "null", "<html>", "\xff", `{"id":"\ud800"}`, `{"id":"w1","archived_at":[1]}`, `{}{}`,
}

func FuzzDecodeWebhook(f *testing.F) {
	for _, body := range answersToReadFrom {
		f.Add([]byte(body), "w1")
		f.Add([]byte(body), "")
	}
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		if id != "" && CheckID(id) != nil {
			t.Skip("not an id")
		}
		webhook, err := decodeWebhook(body, id)
		if err != nil {
			if webhook.ID != "" {
				t.Errorf("a refused answer yields the id %q", webhook.ID)
			}
			if len(err.Error()) > 200 {
				t.Errorf("a long error: %v", err)
			}
			return
		}
		if id != "" && webhook.ID != id {
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
		if err != nil {
			if page.webhooks != nil {
				t.Errorf("a refused list yields %+v", page.webhooks)
			}
			return
		}
		if page.size < 0 {
			t.Errorf("the page size is %d", page.size)
		}
		for _, webhook := range page.webhooks {
			wantSound(t, webhook)
		}
	})
}

// wantSound checks what holds of every webhook that an answer yields.
func wantSound(t *testing.T, webhook Webhook) {
	t.Helper()
	if err := CheckID(webhook.ID); err != nil {
		t.Errorf("the id %q: %v", webhook.ID, err)
	}
	if !slices.IsSorted(webhook.Events) || len(slices.Compact(slices.Clone(webhook.Events))) != len(webhook.Events) {
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

func FuzzReadDetail(f *testing.F) {
	for _, body := range []string{
		`{"detail":[{"loc":["body","rate_limit_period"],"msg":"bad","type":"value_error"}]}`, `{"detail":[{"loc":["body","events",0],"msg":"bad"}]}`,
		`{"detail":"Not authenticated"}`, `{"detail":{"msg":"bad"}}`, `{"detail":null,"message":"Forbidden"}`, `{"message":"Forbidden"}`, `{"detail":5}`, `{"detail":[[]]}`,
		`{"detail":"the token 4bdf3a9c1e77 is wrong"}`, `{"x":"4bdf3a9c1e77"}`, `{"detail":[{"msg":"\u001b[31m\u202e4bdf3a9c1e77"}]}`, "<html>4bdf3a9c1e77", "4bdf3a9c1e77", "",
		`{"detail":[{"loc":[{"a":1},null,1e999],"msg":"x"}]}`, strings.Repeat("[", 200), `{"detail":"` + strings.Repeat("é", 400) + `"}`,
	} {
		f.Add([]byte(body), "application/json", 422)
	}
	f.Add([]byte("<html>"), "text/html", 502)
	f.Add([]byte("password=4bdf3a9c1e77&x=4bdf3a9c1e77"), "application/x-www-form-urlencoded", 400)
	const secret = "4bdf3a9c1e77"
	client := New(Options{Credentials: Credentials{AccessToken: secret}})
	known := append(slices.Clone(settingNames), "account_id", "webhook_id", "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string, status int) {
		failure := answerErrorOf(client, status, map[string]string{"Content-Type": contentType, "X-Request-Id": contentType}, string(body))
		texts := []string{failure.Message, failure.RequestID, failure.Error()}
		if len(failure.Fields) > 20 {
			t.Errorf("%d refusals", len(failure.Fields))
		}
		for _, field := range failure.Fields {
			if !slices.Contains(known, field.Field) {
				t.Errorf("the unknown field %q", field.Field)
			}
			texts = append(texts, field.Message)
		}
		for _, refusal := range client.newExchange(request{}).shownRefusals(body) {
			texts = append(texts, slices.Collect(maps.Values(refusal))...)
		}
		for _, text := range texts {
			if strings.Contains(text, secret) {
				t.Errorf("%q holds the secret", text)
			}
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q holds what cannot be printed", text)
			}
			if utf8.RuneCountInString(text) > 20*350 {
				t.Errorf("a text of %d bytes", len(text))
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, header := range []string{
		"", "0", "1", "30", "31", "3600", "-1", "1.5", "soon", "9223372036", "9223372037", "9223372036854775807", "18446744074", "99999999999999999999",
		"Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 UTC", " 5", "5 ", "0x10", "٣",
	} {
		f.Add(header, 429, 0)
		f.Add(header, 503, 5)
		f.Add(header, 500, 1000)
	}
	f.Fuzz(func(t *testing.T, header string, status, attempt int) {
		response := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {header}}}
		if wait := New(Options{}).backoff(DefaultRetryWait, MaxRetryWait, max(attempt, 0), response); wait < 0 || wait > MaxRetryWait {
			t.Errorf("waits %v", wait)
		}
		if wait := New(Options{}).backoff(time.Nanosecond, time.Nanosecond, max(attempt, 0), response); wait < 0 || wait > time.Nanosecond {
			t.Errorf("the shortest wait is %v", wait)
		}
	})
}

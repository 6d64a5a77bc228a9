package cakemail

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestError_SaysWhatTheAPISays(t *testing.T) {
	for body, want := range map[string][]FieldError{
		`{"detail":[{"loc":["body","rate_limit_period"],"msg":"bad","type":"value_error"}]}`:            {{"rate_limit_period", "bad"}},
		`{"detail":[{"loc":["body","event"],"msg":"none"},{"loc":["body","events",0],"msg":"wrong"}]}`:  {{"events", "none"}, {"events", "wrong"}},
		`{"detail":[{"loc":["body","url"],"msg":"a"},{"loc":["body","rate_limit"],"msg":"b"}]}`:         {{"url", "a"}, {"rate_limit", "b"}},
		`{"detail":[{"loc":["query","account_id"],"msg":"c"},{"loc":["path","webhook_id"],"msg":"d"}]}`: {{"account_id", "c"}, {"webhook_id", "d"}},
		`{"detail":[{"loc":["body","colour"],"msg":"unknown"}]}`:                                        {{"", "colour: unknown"}},
		`{"detail":[{"loc":["body",3,"url",1.5,null,{}],"msg":"bad"}]}`:                                 {{"url", "bad"}},
		`{"detail":[{"msg":"Webhook is already archived","type":"bad_request"}]}`:                       {{"", "Webhook is already archived"}},
		`{"detail":[{"loc":null,"msg":"no"}]}`:                                                          {{"", "no"}},
		`{"detail":"Not authenticated"}`:                                                                {{"", "Not authenticated"}},
		`{"detail":{"loc":["body","url"],"msg":"bad"}}`:                                                 {{"url", "bad"}},
		`{"detail":[{"loc":"url","msg":"bad"}]}`:                                                        {{"url", "bad"}},
		`{"detail":["one","two"]}`:                                                                      {{"", "one"}, {"", "two"}},
		`{"detail":{"message":"bad"}}`:                                                                  {{"", "bad"}},
		`{"detail":null,"message":"Forbidden"}`:                                                         {{"", "Forbidden"}},
		`{"detail":"bad","message":{"code":1}}`:                                                         {{"", "bad"}},
		`{"detail":"bad","message":"other"}`:                                                            {{"", "bad"}},
		`{"detail":[5,null,[],{"loc":["body","url"],"msg":"bad"},{"loc":["body","url"],"msg":5}]}`:      {{"url", "bad"}},
	} {
		var words []string
		for _, refusal := range want {
			words = append(words, strings.TrimPrefix(refusal.Field+": "+refusal.Message, ": "))
		}
		got := answerErrorOf(New(Options{}), 422, nil, body)
		if !reflect.DeepEqual(got.Fields, want) || got.Message != strings.Join(words, "; ") {
			t.Errorf("%s: got %+v and %q, want %+v", body, got.Fields, got.Message, want)
		}
	}
	if got := answerErrorOf(New(Options{}), 422, nil, `{"detail":[`+strings.Repeat(`{"msg":"x"},`, 5000)+`{"msg":"x"}]}`); len(got.Fields) != 20 {
		t.Errorf("%d refusals are read, want 20", len(got.Fields))
	}
}

func TestError_DescribesWhatHasNoMessage(t *testing.T) {
	for body, want := range map[string]string{
		" \n ":                                "",
		`{"detail":[]}`:                       "13 bytes of JSON without a message",
		`{"detail":5}`:                        "12 bytes of JSON without a message",
		`{"detail":[{"loc":["body","url"]}]}`: "35 bytes of JSON without a message",
		`["oops"]`:                            "8 bytes of JSON without a message",
		"\n<!DOCTYPE html><title>502</title>": "an HTML page, so the answer may come from a proxy",
		"upstream connect error":              "22 bytes that are not JSON",
		`{"detail":[{"msg":"x"`:               "21 bytes that are not JSON",
	} {
		if got := answerErrorOf(New(Options{}), 422, nil, body); got.Fields != nil || got.Message != want {
			t.Errorf("%q: got %+v and %q, want %q", body, got.Fields, got.Message, want)
		}
	}
	page := map[string]string{"Content-Type": "text/html"}
	if got := answerErrorOf(New(Options{}), 502, page, "oops"); !strings.Contains(got.Message, "an HTML page") {
		t.Errorf("got %q", got.Message)
	}
}

// A refused login can repeat the password in any form, so nothing of the answer is shown.
func TestError_OfALoginShowsNothingOfTheAnswer(t *testing.T) {
	const echo = "Corrrect&horse, said backwards"
	for body, want := range map[string]string{
		`{"detail":"` + echo + `"}`: "",
		`{"detail":[{"loc":["body","` + echo + `"],"msg":"` + echo + `","type":"` + echo + `"}]}`: "",
		`{"message":"` + echo + `"}`: "",
		`{"error":"` + echo + `"}`:   "42 bytes of JSON without a message",
		echo:                         "30 bytes that are not JSON",
	} {
		got := New(Options{}).answerError(&exchange{call: request{action: "log in", isLogin: true}}, new(responseOf(400, nil)), []byte(body))
		if got.Message != want || got.Fields != nil || got.Kind != Invalid {
			t.Errorf("%s: got %+v, want the message %q", body, got, want)
		}
	}
}

// What an answer says can have a secret that no mask knows.
func TestError_QuotesOnlyWhatMasksKnow(t *testing.T) {
	client := New(Options{})
	client.Conceal(Webhook{ID: "known", Secret: webhookSecret})
	const body = `{"detail":[{"loc":["body","url"],"msg":"no word","type":"value_error.url"},` +
		`{"loc":["no word"],"msg":"no word","type":"S3cret"},{"msg":"no word"}]}`
	for name, test := range map[string]struct {
		call     request
		status   int
		isQuoted bool
	}{
		"a webhook whose secret is known":  {request{id: "known", repeatable: true}, 500, true},
		"a webhook whose secret is hidden": {request{id: "hidden", repeatable: true}, 422, false},
		"a list":                           {request{repeatable: true}, 500, true},
		"a refused create":                 {request{}, 422, true},
		"a create that may have happened":  {request{}, 500, false},
		"a create that took too long":      {request{}, 408, false},
		"a create that was redirected":     {request{}, 302, false},
		"a create of what there is":        {request{}, 409, false},
	} {
		got := client.answerError(client.newExchange(test.call), new(responseOf(test.status, nil)), []byte(body))
		want := "url: value_error.url"
		if test.isQuoted {
			want = "url: no word; no word: no word; no word"
		}
		if got.Message != want {
			t.Errorf("%s: got %q, want %q", name, got.Message, want)
		}
	}
}

// quote writes the text as a JSON string.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

func TestError_TextsAreMadeFitToBeShown(t *testing.T) {
	hostile := "a\x1b[31mred\u009b1m\u202eevil\x00\r\nline\u2028" + strings.Repeat("é", 400)
	header := map[string]string{"X-Request-Id": hostile, "Location": "https://" + strings.Repeat("é", 400) + "\u202e.example/"}
	got := answerErrorOf(New(Options{}), 422, header, `{"detail":`+quote(hostile)+`}`)
	moved := answerErrorOf(New(Options{}), 302, header, "")
	for _, text := range []string{got.Message, got.RequestID, got.Fields[0].Message, moved.Location} {
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q holds what cannot be printed", text)
		}
		if length := utf8.RuneCountInString(text); length > 301 || !strings.HasSuffix(text, "…") {
			t.Errorf("%q is %d characters long or does not say that it was cut", text, length)
		}
	}
	// Cut before it is masked, the text could end in the beginning of a secret.
	header["X-Request-Id"] = strings.Repeat("x", 290) + testToken
	if got := answerErrorOf(New(Options{Credentials: byToken}), 500, header, "").RequestID; got == "" || strings.Contains(got, testToken[:4]) {
		t.Errorf("got %q", got)
	}
}

func FuzzReadDetail(f *testing.F) {
	for _, body := range []string{
		`{"detail":[{"loc":["body","rate_limit_period"],"msg":"bad","type":"value_error"}]}`, `{"detail":[{"loc":["body","events",0],"msg":"bad"}]}`,
		`{"detail":{"msg":"bad"}}`, `{"detail":null,"message":"Forbidden"}`, `{"detail":5}`, `{"detail":[[]]}`, "<html>4bdf3a9c1e77", "4bdf3a9c1e77", "",
		`{"detail":"the token 4bdf3a9c1e77 is wrong"}`, `{"x":"4bdf3a9c1e77"}`, `{"detail":[{"msg":"\u001b[31m\u202e4bdf3a9c1e77"}]}`,
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
		for _, refusal := range client.newExchange(request{}).shownRefusals(body, true) {
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

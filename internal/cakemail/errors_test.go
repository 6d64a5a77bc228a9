package cakemail

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// answerErrorOf is what the client makes of an answer.
func answerErrorOf(client *Client, status int, header map[string]string, body string) *Error {
	response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil))}
	for name, value := range header {
		response.Header.Set(name, value)
	}
	return client.answerError(&exchange{call: request{action: "read the webhook", id: "w1"}, attempts: 3, started: time.Now()}, response, []byte(body))
}

func TestDetail(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body    string
		fields  []FieldError
		message string
	}{
		"a refused field": {
			`{"detail":[{"loc":["body","rate_limit_period"],"msg":"unexpected value","type":"value_error"}]}`,
			[]FieldError{{"rate_limit_period", "unexpected value"}}, "rate_limit_period: unexpected value",
		},
		"event stands for events": {
			`{"detail":[{"loc":["body","event"],"msg":"field required"},{"loc":["body","events",0],"msg":"wrong"}]}`,
			[]FieldError{{"events", "field required"}, {"events", "wrong"}}, "events: field required; events: wrong",
		},
		"every field that has a name": {
			`{"detail":[{"loc":["body","url"],"msg":"a"},{"loc":["body","rate_limit"],"msg":"b"},{"loc":["query","account_id"],"msg":"c"},{"loc":["path","webhook_id"],"msg":"d"}]}`,
			[]FieldError{{"url", "a"}, {"rate_limit", "b"}, {"account_id", "c"}, {"webhook_id", "d"}},
			"url: a; rate_limit: b; account_id: c; webhook_id: d",
		},
		"an unknown field":          {`{"detail":[{"loc":["body","colour"],"msg":"unknown"}]}`, []FieldError{{"", "colour: unknown"}}, "colour: unknown"},
		"numbers in the location":   {`{"detail":[{"loc":["body",3,"url",1.5,null,{}],"msg":"bad"}]}`, []FieldError{{"url", "bad"}}, "url: bad"},
		"no location":               {`{"detail":[{"msg":"Webhook is already archived","type":"bad_request"}]}`, []FieldError{{"", "Webhook is already archived"}}, "Webhook is already archived"},
		"a null location":           {`{"detail":[{"loc":null,"msg":"no"}]}`, []FieldError{{"", "no"}}, "no"},
		"the envelope of /token":    {`{"detail":[{"code":"E1","msg":"Invalid credentials","type":"unauthorized"}]}`, []FieldError{{"", "Invalid credentials"}}, "Invalid credentials"},
		"a string":                  {`{"detail":"Not authenticated"}`, []FieldError{{"", "Not authenticated"}}, "Not authenticated"},
		"one object":                {`{"detail":{"loc":["body","url"],"msg":"bad"}}`, []FieldError{{"url", "bad"}}, "url: bad"},
		"no detail but a message":   {`{"message":"Forbidden"}`, []FieldError{{"", "Forbidden"}}, "Forbidden"},
		"null for the detail":       {`{"detail":null,"message":"Forbidden"}`, []FieldError{{"", "Forbidden"}}, "Forbidden"},
		"an empty detail":           {`{"detail":[]}`, nil, "(13 bytes of JSON without a message)"},
		"a number for the detail":   {`{"detail":5}`, nil, "(12 bytes of JSON without a message)"},
		"entries of the wrong type": {`{"detail":[5,null,[],{"loc":["body","url"],"msg":"bad"},{"loc":["body","url"],"msg":5}]}`, []FieldError{{"url", "bad"}}, "url: bad"},
		"entries that are strings":  {`{"detail":["one","two"]}`, []FieldError{{"", "one"}, {"", "two"}}, "one; two"},
		"a location of one name":    {`{"detail":[{"loc":"url","msg":"bad"}]}`, []FieldError{{"url", "bad"}}, "url: bad"},
		"an object with a message":  {`{"detail":{"message":"bad"}}`, []FieldError{{"", "bad"}}, "bad"},
		"a message of another type": {`{"detail":"bad","message":{"code":1}}`, []FieldError{{"", "bad"}}, "bad"},
		"an entry without text":     {`{"detail":[{"loc":["body","url"]}]}`, nil, "(35 bytes of JSON without a message)"},
		"other JSON":                {`{"error":"oops"}`, nil, "(16 bytes of JSON without a message)"},
		"an array":                  {`["oops"]`, nil, "(8 bytes of JSON without a message)"},
		"nothing":                   {"", nil, ""},
		"space":                     {" \n ", nil, ""},
		"an HTML page":              {"\n<!DOCTYPE html><title>502</title>", nil, "(an HTML page, so the answer may come from a proxy)"},
		"plain text":                {"upstream connect error", nil, "(22 bytes that are not JSON)"},
		"truncated JSON":            {`{"detail":[{"msg":"x"`, nil, "(21 bytes that are not JSON)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := answerErrorOf(New(Options{}), 422, nil, test.body)
			if !reflect.DeepEqual(got.Fields, test.fields) {
				t.Errorf("fields: got %+v, want %+v", got.Fields, test.fields)
			}
			if got.Message != test.message {
				t.Errorf("message: got %q, want %q", got.Message, test.message)
			}
		})
	}
}

// quote writes the text as a string of JSON.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

func TestKindOfAnAnswer(t *testing.T) {
	t.Parallel()
	gone := `{"detail":[{"msg":"Webhook not found"}]}`
	for _, test := range []struct {
		status          int
		body            string
		want            Kind
		mayHaveHappened bool
	}{
		{301, "", Redirected, true}, {302, "", Redirected, true}, {304, "", Redirected, true}, {307, "", Redirected, true}, {308, "", Redirected, true},
		{400, "", Invalid, false}, {400, gone, Gone, false}, {400, `{"detail":"The webhook does not exist."}`, Gone, false},
		{400, `{"detail":[{"msg":"Account not found"}]}`, Invalid, false},
		{400, `{"detail":[{"msg":"Webhook is already archived"}]}`, Invalid, false},
		{409, "", Invalid, false}, {422, "", Invalid, false}, {422, gone, Invalid, false},
		{401, "", Unauthorized, false}, {403, "", Forbidden, false}, {404, "", Gone, false}, {410, "", Gone, false},
		{405, "", Unsupported, false}, {501, "", Unsupported, true},
		{429, "", RateLimited, false}, {503, "", Unavailable, true},
		{500, "", Unavailable, true}, {502, "", Unavailable, true}, {599, "", Unavailable, true}, {504, "", Timeout, true},
		{402, "", Unexpected, false}, {418, "", Unexpected, false}, {499, "", Unexpected, false},
	} {
		t.Run(fmt.Sprint(test.status, test.body), func(t *testing.T) {
			t.Parallel()
			got := answerErrorOf(New(Options{}), test.status, nil, test.body)
			if got.Kind != test.want || got.MayHaveHappened != test.mayHaveHappened {
				t.Errorf("got kind %d, may have happened %t; want %d, %t", got.Kind, got.MayHaveHappened, test.want, test.mayHaveHappened)
			}
		})
	}
}

func TestAnswerErrorSaysWhereAndHowOften(t *testing.T) {
	t.Parallel()
	client := New(Options{BaseURL: "https://api.example:8443/v1/"})
	got := answerErrorOf(client, 302, map[string]string{"Location": "https://elsewhere.example/webhooks?x=1", "X-Request-Id": "r-1", "Cf-Ray": "c-1"}, "")
	if got.Host != "api.example:8443" || got.Location != "elsewhere.example" || got.RequestID != "r-1" || got.Attempts != 3 || got.Elapsed <= 0 {
		t.Errorf("got %+v", got)
	}
	if want := "cannot read the webhook: 302 Found"; got.Error() != want {
		t.Errorf("got %q, want %q", got.Error(), want)
	}
}

func TestRequestIDHasManyNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"X-Request-Id", "x-correlation-id", "X-Amzn-RequestId", "X-Amz-Cf-Id", "CF-Ray"} {
		if got := answerErrorOf(New(Options{}), 500, map[string]string{name: "r-1"}, "").RequestID; got != "r-1" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got := answerErrorOf(New(Options{}), 500, nil, "").RequestID; got != "" {
		t.Errorf("no header: got %q", got)
	}
}

func TestTextsOfTheAPIAreMadeFit(t *testing.T) {
	t.Parallel()
	hostile := "a\x1b[31mred\u009b1m\u202eevil\x00\r\nline\u2028" + strings.Repeat("é", 400)
	got := answerErrorOf(New(Options{}), 422, map[string]string{"X-Request-Id": hostile}, `{"detail":`+quote(hostile)+`}`)
	for _, text := range []string{got.Message, got.RequestID, got.Fields[0].Message} {
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q holds what cannot be printed", text)
		}
		if length := utf8.RuneCountInString(text); length > 301 || !strings.HasSuffix(text, "…") {
			t.Errorf("%q is %d characters long or does not say that it was cut", text, length)
		}
	}
}

// What is cut first could show how a secret begins.
func TestARequestIDIsRedactedBeforeItIsCut(t *testing.T) {
	t.Parallel()
	const token = "4bdf3a9c1e77-and-more-of-it"
	client := New(Options{Credentials: Credentials{AccessToken: token}})
	got := answerErrorOf(client, 500, map[string]string{"X-Request-Id": strings.Repeat("x", 285) + token}, "").RequestID
	if got == "" || strings.Contains(got, "4bdf") {
		t.Errorf("got %q", got)
	}
}

// A login can repeat the password in any words, so nothing that it says is shown.
func TestNothingThatALoginSaysIsShown(t *testing.T) {
	t.Parallel()
	const echo = "Corrrect&horse, said backwards"
	client := New(Options{Credentials: Credentials{Email: "jane@example.com", Password: "Correct&horse"}})
	for body, want := range map[string]string{
		`{"detail":"` + echo + `"}`: "",
		`{"detail":[{"loc":["body","` + echo + `"],"msg":"` + echo + `","type":"` + echo + `"}]}`: "",
		`{"message":"` + echo + `"}`: "",
		`{"error":"` + echo + `"}`:   "(42 bytes of JSON without a message)",
		`<html>` + echo + `</html>`:  "(an HTML page, so the answer may come from a proxy)",
		echo:                         "(30 bytes that are not JSON)",
	} {
		response := &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}}
		got := client.answerError(&exchange{call: request{action: "log in", isLogin: true}}, response, []byte(body))
		if got.Message != want || got.Fields != nil || got.Kind != Invalid {
			t.Errorf("%s: got %+v, want the message %q", body, got, want)
		}
	}
}

// Errors of the network can quote what came instead of HTTP.
func TestErrorsOfTheNetworkQuoteNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`net/http: HTTP/1.x transport connection broken: malformed HTTP response "p@ssw0rd"`:                   "net/http: HTTP/1.x transport connection broken: malformed HTTP response …",
		`net/http: HTTP/1.x transport connection broken: malformed MIME header line: p@ssw0rd without a colon`: "net/http: HTTP/1.x transport connection broken…",
		"dial tcp: lookup api.example: no such host":                                                           "dial tcp: lookup api.example: no such host",
	} {
		got := New(Options{}).transportError(&exchange{call: request{action: "log in", isLogin: true}}, &url.Error{Op: "Post", URL: "https://api.example/token", Err: errors.New(text)})
		if got.Cause.Error() != want {
			t.Errorf("got %q, want %q", got.Cause, want)
		}
	}
}

func TestAtMostTwentyRefusalsAreRead(t *testing.T) {
	t.Parallel()
	body := `{"detail":[` + strings.Repeat(`{"msg":"x"},`, 5000) + `{"msg":"x"}]}`
	if got := len(answerErrorOf(New(Options{}), 422, nil, body).Fields); got != 20 {
		t.Errorf("got %d", got)
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	const password = `p@ss "w&rd+/=%\`
	client := New(Options{Credentials: Credentials{Email: "jane@example.com", Password: password}})
	for name, disguise := range map[string]string{
		"plain":                     password,
		"in a query":                url.QueryEscape(password),
		"in a path":                 url.PathEscape(password),
		"as browsers encode":        "p%40ss%20%22w%26rd%2B%2F%3D%25%5C",
		"in base64":                 base64.StdEncoding.EncodeToString([]byte(password)),
		"in base64 of URLs":         base64.URLEncoding.EncodeToString([]byte(password)),
		"in base64 without padding": base64.RawStdEncoding.EncodeToString([]byte(password)),
		"in JSON":                   `p@ss \"w&rd+/=%\\`,
		"in JSON for HTML":          `p@ss \"w\u0026rd+/=%\\`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "the value " + disguise + " is wrong"
			header := map[string]string{"X-Request-Id": disguise}
			answers := []*Error{
				answerErrorOf(client, 422, header, `{"detail":`+quote(text)+`}`),
				answerErrorOf(client, 422, header, `{"detail":[{"loc":["body","url"],"msg":`+quote(text)+`}]}`),
				answerErrorOf(client, 422, header, `{"error":`+quote(text)+`}`),
				client.transportError(&exchange{}, &url.Error{Op: "Get", URL: "https://a.example/" + text, Err: errors.New(text)}),
			}
			for _, failure := range answers {
				shown := failure.Error() + failure.RequestID + fmt.Sprint(failure.Fields)
				if strings.Contains(shown, disguise) || strings.Contains(shown, password) {
					t.Errorf("%s", shown)
				}
			}
		})
	}
}

func TestTransportError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err             error
		sent            bool
		want            Kind
		mayHaveHappened bool
	}{
		"a cut connection":    {io.ErrUnexpectedEOF, true, Network, true},
		"no connection":       {errors.New("connection refused"), false, Network, false},
		"no answer in time":   {context.DeadlineExceeded, true, Timeout, true},
		"no connection later": {context.DeadlineExceeded, false, Timeout, false},
		"asked to stop":       {context.Canceled, true, Stopped, false},
		"too large an answer": {errAnswerTooLarge, true, Unreadable, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrapped := &url.Error{Op: "Get", URL: "https://api.example/webhooks?token=x", Err: test.err}
			got := New(Options{}).transportError(&exchange{call: request{action: "read the webhook"}, sent: test.sent}, wrapped)
			if got.Kind != test.want || got.MayHaveHappened != test.mayHaveHappened || !errors.Is(got, test.err) {
				t.Errorf("got %+v", got)
			}
			if want := "cannot read the webhook: " + test.err.Error(); got.Error() != want {
				t.Errorf("got %q, want %q", got.Error(), want)
			}
		})
	}
}

func TestIsKind(t *testing.T) {
	t.Parallel()
	wrapped := fmt.Errorf("wrapped: %w", &Error{Kind: Gone})
	if !IsKind(wrapped, Gone) || IsKind(wrapped, Invalid) || IsKind(errors.New("x"), Unexpected) || IsKind(nil, Unexpected) {
		t.Error("IsKind looks at something else than the kind of an Error")
	}
}

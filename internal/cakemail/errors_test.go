package cakemail

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func responseOf(status int, header map[string]string) http.Response {
	response := http.Response{StatusCode: status, Header: http.Header{}}
	for name, value := range header {
		response.Header.Set(name, value)
	}
	return response
}

// answerErrorOf returns the client's error for an answer to a read.
func answerErrorOf(client *Client, status int, header map[string]string, body string) *Error {
	client.Conceal(Webhook{ID: "w1", Secret: webhookSecret})
	tried := &exchange{client: client, call: request{action: "read the webhook", id: "w1"}, attempts: 3, started: time.Now()}
	return client.answerError(tried, new(responseOf(status, header)), []byte(body))
}

func TestError_KindOfAnAnswer(t *testing.T) {
	for _, test := range []struct {
		status          int
		body            string
		want            Kind
		mayHaveHappened bool
	}{
		{199, "", Unexpected, true}, {300, "", Redirected, true}, {304, "", Redirected, true}, {399, "", Redirected, true},
		{400, "", Invalid, false}, {409, "", Invalid, false}, {422, "", Invalid, false},
		{400, `{"detail":[{"msg":"Webhook not found"}]}`, Gone, false}, {400, `{"detail":"The webhook does not exist."}`, Gone, false},
		{400, `{"detail":"Webhook ` + webhookID + ` was not found"}`, Gone, false}, {400, `{"detail":"Webhook with id 'w1' doesn't exist"}`, Gone, false},
		{400, `{"detail":"Webhook host not found"}`, Invalid, false}, {400, `{"detail":"webhook url does not exist"}`, Invalid, false},
		{400, `{"detail":"The webhook cannot be saved: event does not exist"}`, Invalid, false},
		{400, `{"detail":[{"msg":"Account not found"}]}`, Invalid, false}, {400, `{"detail":"Webhook is already archived"}`, Invalid, false},
		{400, `{"detail":[{"loc":["body","url"],"msg":"The webhook does not exist."}]}`, Invalid, false},
		{422, `{"detail":[{"msg":"Webhook not found"}]}`, Invalid, false},
		{401, "", Unauthorized, false}, {403, "", Forbidden, false}, {404, "", Gone, false}, {410, "", Gone, false},
		{405, "", Unsupported, false}, {501, "", Unsupported, true}, {429, "", RateLimited, false},
		{408, "", Timeout, true}, {504, "", Timeout, true}, {500, "", Unavailable, true}, {502, "", Unavailable, true}, {599, "", Unavailable, true},
		{402, "", Unexpected, false}, {499, "", Unexpected, false},
	} {
		got := answerErrorOf(New(Options{}), test.status, nil, test.body)
		if got.Kind != test.want || got.MayHaveHappened != test.mayHaveHappened {
			t.Errorf("%d %s: got kind %d, may have happened %t", test.status, test.body, got.Kind, got.MayHaveHappened)
		}
	}
	client := New(Options{})
	for _, test := range []struct {
		status int
		body   string
		want   Kind
	}{
		{404, "", Unsupported}, {410, "", Unsupported}, {404, `{"detail":"Webhook not found"}`, Unsupported},
		{400, `{"detail":"Webhook host not found"}`, Invalid}, {400, `{"detail":"webhook url does not exist"}`, Invalid},
		{400, `{"detail":"Webhook not found"}`, Invalid},
	} {
		tried := &exchange{call: request{action: createAction}, started: time.Now()}
		if got := client.answerError(tried, new(responseOf(test.status, nil)), []byte(test.body)); got.Kind != test.want {
			t.Errorf("%d %s to a call that names no webhook: got kind %d", test.status, test.body, got.Kind)
		}
	}
	refused := answer{Status: 400, Body: `{"detail":"Webhook host not found"}`}
	_, err := newStub(script{"create": {refused}}.api()).client().Create(t.Context(), 0, spec())
	if failure := wantKind(t, err, Invalid); failure.Message != "Webhook host not found" {
		t.Errorf("got %+v", failure)
	}
}

func TestError_OfACallWithoutAnAnswer(t *testing.T) {
	type row struct {
		err             error
		sent            bool
		want            Kind
		mayHaveHappened bool
	}
	for name, test := range map[string]row{
		"a cut connection":    {io.ErrUnexpectedEOF, true, Network, true},
		"no connection":       {errors.New("dial tcp: lookup api.example: no such host"), false, Network, false},
		"no answer in time":   {context.DeadlineExceeded, true, Timeout, true},
		"asked to stop":       {context.Canceled, true, Stopped, false},
		"too large an answer": {errAnswerTooLarge, true, Unreadable, true},
	} {
		t.Run(name, func(t *testing.T) {
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

func TestError_SaysWhereAndHowOften(t *testing.T) {
	client := New(Options{BaseURL: "https://api.example:8443/v1/"})
	header := map[string]string{"Location": "https://elsewhere.example/webhooks?x=1", "X-Request-Id": "r-1", "Cf-Ray": "c-1"}
	got := answerErrorOf(client, 302, header, "")
	if got.Host != "api.example:8443" || got.Location != "elsewhere.example" || got.RequestID != "r-1" || got.Attempts != 3 || got.Elapsed <= 0 {
		t.Errorf("got %+v", got)
	}
	if want := "cannot read the webhook: 302 Found"; got.Error() != want {
		t.Errorf("got %q, want %q", got.Error(), want)
	}
	if got, want := failedAction("change the webhook", got).Error(), "cannot change the webhook, because the login failed: 302 Found"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, want := range map[string]string{
		"X-Request-Id": "r-1", "x-correlation-id": "r-1", "X-Amzn-RequestId": "r-1", "X-Amz-Cf-Id": "r-1", "CF-Ray": "r-1", "Other": "",
	} {
		if got := answerErrorOf(client, 500, map[string]string{name: "r-1"}, "").RequestID; got != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestError_HoldsNoSecret(t *testing.T) {
	secret := byPassword.Password
	client := New(Options{Credentials: byPassword})
	for name, disguise := range map[string]string{
		"plain": secret, "in a query": url.QueryEscape(secret), "in base64": base64.StdEncoding.EncodeToString([]byte(secret)),
	} {
		t.Run(name, func(t *testing.T) {
			text := "the value " + disguise + " is wrong"
			header := map[string]string{"X-Request-Id": disguise, "Location": "https://" + url.PathEscape(disguise) + "/"}
			for _, failure := range []*Error{
				answerErrorOf(client, 422, header, `{"detail":`+quote(text)+`}`),
				answerErrorOf(client, 422, header, `{"detail":[{"loc":["body","url"],"msg":`+quote(text)+`}]}`),
				answerErrorOf(client, 422, header, `{"error":`+quote(text)+`}`),
				client.transportError(&exchange{}, &url.Error{Op: "Get", URL: "https://a.example/" + text, Err: errors.New(text)}),
			} {
				shown := failure.Error() + failure.RequestID + fmt.Sprint(failure.Fields)
				if strings.Contains(shown, disguise) || strings.Contains(shown, secret) {
					t.Errorf("%s", shown)
				}
			}
		})
	}
}

// A password of ordinary words hides no other text, and neither does the URL of a listed webhook.
func TestError_HidesNoWords(t *testing.T) {
	client := New(Options{Credentials: Credentials{Email: "jane@example.com", Password: "Cake mail!"}})
	client.Conceal(Webhook{Settings: Settings{URL: new("https://cakemail:pw-1@example.com/cakemail?source=cakemail&event=Contact.Added#cakemail")}})
	for _, text := range []string{"dial tcp: lookup api.cakemail.dev: no such host", "Contact.Added is not a valid event of Cakemail"} {
		lookup := client.transportError(&exchange{}, &url.Error{Op: "Get", URL: "https://api.cakemail.dev/", Err: errors.New(text)})
		refusal := answerErrorOf(client, 422, nil, `{"detail":`+quote(text)+`}`)
		if lookup.Cause.Error() != text || refusal.Message != text {
			t.Errorf("got %q and %q, want %q", lookup.Cause, refusal.Message, text)
		}
	}
}

// Network errors can quote what came instead of HTTP.
func TestError_QuotesNothingOfTheNetwork(t *testing.T) {
	for text, want := range map[string]string{
		`broken: malformed HTTP response "p@ssw0rd"`:                    "broken: malformed HTTP response …",
		"broken: malformed MIME header line: p@ssw0rd\nwithout a colon": "broken…",
	} {
		got := New(Options{}).transportError(&exchange{}, &url.Error{Op: "Post", URL: "https://api.example/token", Err: errors.New(text)})
		if got.Cause.Error() != want {
			t.Errorf("got %q, want %q", got.Cause, want)
		}
	}
}

// TLS ports answer plain HTTP in several ways.
func TestError_RecognisesATLSPort(t *testing.T) {
	overHTTP, overTLS := New(Options{BaseURL: "http://api.example"}), New(Options{BaseURL: "https://api.example"})
	for body, want := range map[string]Kind{
		"Client sent an HTTP request to an HTTPS server.\n":                                      Unreadable,
		"<html><center>The plain HTTP request was sent to HTTPS port</center>":                   Unreadable,
		"Reason: You're speaking plain HTTP to an SSL-enabled server port. Use the HTTPS scheme": Unreadable,
		`{"detail":[{"loc":["body","url"],"msg":"HTTPS is required"}]}`:                          Invalid,
		"Bad Request": Invalid,
	} {
		if got, secure := answerErrorOf(overHTTP, 400, nil, body), answerErrorOf(overTLS, 400, nil, body); got.Kind != want || secure.Kind != Invalid {
			t.Errorf("%s: got kind %d, and %d over TLS", body, got.Kind, secure.Kind)
		}
	}
	alert := errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03\x01\x00\x02\x02\x16"`)
	if got := overHTTP.transportError(&exchange{}, alert); got.Kind != Unreadable || !errors.Is(got, errTLSPort) || !neverHeals(alert) {
		t.Errorf("an alert: got %v", got)
	}
}

func TestIsKind(t *testing.T) {
	wrapped := fmt.Errorf("wrapped: %w", &Error{Kind: Gone})
	if !IsKind(wrapped, Gone) || IsKind(wrapped, Invalid) || IsKind(errors.New("x"), Unexpected) || IsKind(nil, Unexpected) {
		t.Error("IsKind looks at something else than the kind of an Error")
	}
}

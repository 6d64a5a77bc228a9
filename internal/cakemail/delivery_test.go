package cakemail_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

const receiverCredentials = "geheim-in-the-url"

// delivery is one to this url, which is given credentials that no text may show.
func delivery(address string) cakemail.Delivery {
	address = strings.Replace(address, "://", "://user:"+receiverCredentials+"@", 1) + "/cakemail?key=" + receiverCredentials
	return cakemail.Delivery{
		Webhook: cakemail.Webhook{
			ID: webhookID, Secret: webhookSecret, Form: cakemail.FormReference,
			Settings: cakemail.Settings{URL: &address, Events: []string{"Contact.Added"}},
		},
		Event:   "Contact.Added",
		Timeout: 10 * time.Second,
	}
}

// verifying accepts what is signed with the webhook's secret, in both headers.
func verifying(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	for _, header := range []string{"X-Cakemail-Signature", "x-signature"} {
		if !cakemail.Verify(body, r.Header.Get(header), webhookSecret) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func TestDeliverIsAccepted(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{"a sample": "", "a payload": "{ \"event\":\t\"é\" }\n", "bytes that are not UTF-8": "\xff\x00"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := newStub(t, verifying)
			given := delivery(receiver.URL)
			if payload != "" {
				given.Payload = []byte(payload)
			}
			receipt, err := receiver.client().Deliver(t.Context(), given)
			wantNoError(t, err)
			if receipt.Status != "204 No Content" || receipt.Took <= 0 {
				t.Errorf("got %+v", receipt)
			}
			calls := receiver.received()
			if len(calls) != 1 || calls[0].Method != http.MethodPost || calls[0].Path != "/cakemail" || calls[0].Query != "key="+receiverCredentials {
				t.Fatalf("the receiver got %+v, want one delivery", calls)
			}
			if payload != "" && calls[0].Body != payload {
				t.Errorf("the receiver got %q, want %q", calls[0].Body, payload)
			}
			if got := calls[0].Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("the content type is %q", got)
			}
			if got := calls[0].Header.Get("User-Agent"); got != "cakemail-test/1" {
				t.Errorf("the user agent is %q", got)
			}
			for header, values := range calls[0].Header {
				if strings.Contains(strings.Join(values, " "), testToken) {
					t.Errorf("the receiver got the API's token, in %s", header)
				}
			}
		})
	}
}

func TestSamplesHaveTheFormThatTheAPISpeaks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form    cakemail.Form
		account int64
		keys    []string
	}{
		"guide":                         {cakemail.FormGuide, 42, []string{"data", "event", "timestamp"}},
		"reference":                     {cakemail.FormReference, 42, []string{"account_id", "created_on", "data", "event", "ip", "user"}},
		"reference, account not known":  {cakemail.FormReference, 0, []string{"account_id", "created_on", "data", "event", "ip", "user"}},
		"a form that nobody has called": {"", 42, []string{"account_id", "created_on", "data", "event", "ip", "user"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := newStub(t, verifying)
			given := delivery(receiver.URL)
			given.Webhook.Form, given.Account = test.form, test.account
			_, err := receiver.client().Deliver(t.Context(), given)
			wantNoError(t, err)

			var body map[string]any
			wantNoError(t, json.Unmarshal([]byte(receiver.received()[0].Body), &body))
			if keys := slices.Sorted(maps.Keys(body)); !slices.Equal(keys, test.keys) || body["event"] != "Contact.Added" {
				t.Errorf("got %v, want the keys %q", body, test.keys)
			}
			if sent, ok := body["timestamp"].(string); ok {
				at, err := time.Parse(time.RFC3339, sent)
				if err != nil || time.Since(at) > time.Minute {
					t.Errorf("the timestamp is %q (%v)", sent, err)
				}
			}
			if account, ok := body["account_id"].(float64); ok && account != float64(max(test.account, 1)) {
				t.Errorf("the account is %v", account)
			}
		})
	}
}

// raw answers every connection with these bytes and closes it.
func raw(t *testing.T, answer string) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	wantNoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Read(make([]byte, 64<<10))
			_, _ = io.WriteString(connection, answer)
			connection.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

func answering(t *testing.T, status int, header ...string) string {
	t.Helper()
	return newStub(t, func(w http.ResponseWriter, r *http.Request) {
		for index := 0; index < len(header); index += 2 {
			w.Header().Set(header[index], header[index+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "you sent "+r.URL.String()+" "+r.Header.Get("X-Signature"))
	}).URL
}

// hanging is a receiver that does not answer, or not to the end, until the test is over.
func hanging(t *testing.T, begin func(http.ResponseWriter)) string {
	t.Helper()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin(w)
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(over) })
	return server.URL
}

func TestDeliverIsRefused(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewTLSServer(http.HandlerFunc(verifying))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(untrusted.Close)
	elsewhere := newStub(t, verifying)
	plain := newStub(t, verifying).URL
	short := func(d *cakemail.Delivery) { d.Timeout = 100 * time.Millisecond }
	const echo = "key=" + receiverCredentials

	for name, test := range map[string]struct {
		address string
		change  func(*cakemail.Delivery)
		want    cakemail.Error
		// cause is what the cause has to say.
		cause string
	}{
		"unauthorized":      {address: answering(t, 401), want: cakemail.Error{Kind: cakemail.Unauthorized, Status: "401 Unauthorized"}},
		"forbidden":         {address: answering(t, 403), want: cakemail.Error{Kind: cakemail.Forbidden, Status: "403 Forbidden"}},
		"not found":         {address: answering(t, 404), want: cakemail.Error{Kind: cakemail.Gone, Status: "404 Not Found"}},
		"no POST":           {address: answering(t, 405), want: cakemail.Error{Kind: cakemail.Unsupported, Status: "405 Method Not Allowed"}},
		"refused body":      {address: answering(t, 422), want: cakemail.Error{Kind: cakemail.Invalid, Status: "422 Unprocessable Entity"}},
		"too many requests": {address: answering(t, 429), want: cakemail.Error{Kind: cakemail.RateLimited, Status: "429 Too Many Requests"}},
		"failed":            {address: answering(t, 500), want: cakemail.Error{Kind: cakemail.Unavailable, Status: "500 Internal Server Error"}},
		"gateway's timeout": {address: answering(t, 504), want: cakemail.Error{Kind: cakemail.Timeout, Status: "504 Gateway Timeout"}},
		"redirect": {
			address: answering(t, 307, "Location", elsewhere.URL+"/"+echo+"?"+echo),
			want:    cakemail.Error{Kind: cakemail.Redirected, Status: "307 Temporary Redirect", Location: elsewhere.URL},
		},
		"reason of its own": {address: raw(t, "HTTP/1.1 500 "+echo+"\r\nContent-Length: 0\r\n\r\n"), want: cakemail.Error{Kind: cakemail.Unavailable, Status: "500 Internal Server Error"}},
		"hang":              {address: hanging(t, func(http.ResponseWriter) {}), change: short, want: cakemail.Error{Kind: cakemail.Timeout}},
		"answer without end": {
			address: hanging(t, func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK); _ = http.NewResponseController(w).Flush() }),
			change:  short, want: cakemail.Error{Kind: cakemail.Timeout},
		},
		"closed connection":   {address: raw(t, ""), want: cakemail.Error{Kind: cakemail.Network}, cause: "EOF"},
		"answer cut short":    {address: raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), want: cakemail.Error{Kind: cakemail.Network}, cause: "EOF"},
		"another protocol":    {address: raw(t, "SSH-2.0-"+echo+"\r\n"), want: cakemail.Error{Kind: cakemail.Network}, cause: "what came back is not an HTTP answer"},
		"a header of no form": {address: raw(t, "HTTP/1.1 200 OK\r\n"+echo+"\r\n\r\n"), want: cakemail.Error{Kind: cakemail.Network}, cause: "what came back is not an HTTP answer"},
		"nobody listens":      {address: "http://127.0.0.1:1", want: cakemail.Error{Kind: cakemail.Network}, cause: "connection refused"},
		"unknown authority":   {address: untrusted.URL, want: cakemail.Error{Kind: cakemail.Untrusted}, cause: "certificate signed by unknown authority"},
		"no TLS":              {address: strings.Replace(plain, "http:", "https:", 1), want: cakemail.Error{Kind: cakemail.Network}, cause: "server gave HTTP response to HTTPS client"},
		"another scheme":      {address: "ftp://example.com", want: cakemail.Error{Kind: cakemail.Unexpected}, cause: "not an http or https address"},
		"no address":          {address: "http://exa mple.com", want: cakemail.Error{Kind: cakemail.Unexpected}, cause: "not an http or https address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := delivery(test.address)
			if test.change != nil {
				test.change(&given)
			}
			var written lockedBuffer
			receipt, err := newStub(t, verifying).client().Deliver(tflogtest.RootLogger(t.Context(), &written), given)
			failure := wantKind(t, err, test.want.Kind)
			if failure.Status != test.want.Status || receipt.Status != test.want.Status || failure.Location != test.want.Location {
				t.Errorf("got %+v and %+v, want %+v", failure, receipt, test.want)
			}
			if test.cause != "" && (failure.Cause == nil || !strings.Contains(failure.Cause.Error(), test.cause)) {
				t.Errorf("the cause is %v, want %q", failure.Cause, test.cause)
			}
			expectNothingSecret(t, map[string]string{
				"the error": failure.Error(), "the location": failure.Location, "the host": failure.Host, "the log": written.String(),
			})
			if test.want.Kind != cakemail.Unexpected && !strings.Contains(written.String(), "Test delivery") {
				t.Error("the delivery is not logged, so the test shows nothing")
			}
		})
	}
	t.Cleanup(func() {
		if calls := elsewhere.received(); len(calls) > 0 {
			t.Errorf("the redirect was followed: %+v", calls)
		}
	})
}

func expectNothingSecret(t *testing.T, texts map[string]string) {
	t.Helper()
	for what, text := range texts {
		if strings.Contains(text, receiverCredentials) || strings.Contains(text, webhookSecret) {
			t.Errorf("%s tells a secret: %q", what, text)
		}
	}
}

func TestDeliverReadsNoAnswerWithoutEnd(t *testing.T) {
	t.Parallel()
	chunk := make([]byte, 32<<10)
	endless := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	receipt, err := endless.client().Deliver(t.Context(), delivery(endless.URL))
	wantNoError(t, err)
	if receipt.Status != "200 OK" {
		t.Errorf("got %+v", receipt)
	}
}

func TestDeliverStopsWithTerraform(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	address := hanging(t, func(http.ResponseWriter) { stop() })
	_, err := newStub(t, verifying).client().Deliver(ctx, delivery(address))
	wantKind(t, err, cakemail.Stopped)
}

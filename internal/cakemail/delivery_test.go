package cakemail

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

const receiverCredentials = "geheim-in-the-url"

// deliveryTo puts credentials into the url, which no text may show.
func deliveryTo(address string) Delivery {
	address = strings.Replace(address, "://", "://user:"+receiverCredentials+"@", 1) + "/cakemail?key=" + receiverCredentials
	return Delivery{
		Webhook: Webhook{ID: webhookID, Secret: webhookSecret, Form: FormReference, Settings: Settings{URL: &address, Events: []string{"Contact.Added"}}},
		Event:   "Contact.Added", Timeout: 10 * time.Second,
	}
}

// receiver accepts a delivery that is signed with the webhook's secret in both headers.
func receiver(t *testing.T) (seen *stub, address string) {
	t.Helper()
	seen = newStub(func(r *http.Request) answer {
		body, _ := io.ReadAll(r.Body)
		for _, header := range []string{"X-Cakemail-Signature", "x-signature"} {
			if !Verify(body, r.Header.Get(header), webhookSecret) {
				return answer{Status: 401}
			}
		}
		return answer{Status: 204}
	})
	server := newServer(t, seen)
	server.Start()
	return seen, server.URL
}

func TestDeliver_PostsWhatIsSigned(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{"a sample": "", "a payload": "{ \"event\":\t\"é\" }\n", "bytes that are not UTF-8": "\xff\x00"} {
		t.Run(name, func(t *testing.T) {
			seen, address := receiver(t)
			given := deliveryTo(address)
			if payload != "" {
				given.Payload = []byte(payload)
			}

			receipt, err := newStub(nil).client().Deliver(t.Context(), given)

			wantNoError(t, err)
			if receipt.Status != "204 No Content" || receipt.Took <= 0 {
				t.Errorf("got %+v", receipt)
			}
			got := seen.received()
			if len(got) != 1 || got[0].Method != http.MethodPost || got[0].Path != "/cakemail" || got[0].Query != "key="+receiverCredentials {
				t.Fatalf("the receiver got %+v, want one delivery", got)
			}
			if payload != "" && got[0].Body != payload {
				t.Errorf("the receiver got %q, want %q", got[0].Body, payload)
			}
			header := got[0].Header
			if header.Get("Content-Type") != "application/json" || header.Get("User-Agent") != "cakemail-test/1" {
				t.Errorf("the receiver got %v", header)
			}
			for name, values := range header {
				if strings.Contains(strings.Join(values, " "), testToken) {
					t.Errorf("the receiver got the API's token, in %s", name)
				}
			}
		})
	}
}

func fieldsOf(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var fields map[string]any
	wantNoError(t, json.Unmarshal(body, &fields))
	return fields
}

func TestDeliver_SamplesHaveTheFormThatTheAPISpeaks(t *testing.T) {
	reference := []string{"account_id", "created_on", "data", "event", "ip", "user"}
	for name, test := range map[string]struct {
		form    Form
		account int64
		keys    []string
		// page is the example in the documentation.
		page string
	}{
		"guide":                         {FormGuide, 42, []string{"data", "event", "timestamp"}, "developer-guide.json"},
		"reference":                     {FormReference, 42, reference, "api-reference.json"},
		"reference, account not known":  {FormReference, 0, reference, "api-reference.json"},
		"a form that nobody has called": {"", 42, reference, "api-reference.json"},
	} {
		t.Run(name, func(t *testing.T) {
			given := Delivery{Webhook: Webhook{Form: test.form, Settings: Settings{URL: new(webhookURL)}}, Event: "Contact.Added", Account: test.account}
			request, err := newStub(nil).client().newDelivery(t.Context(), given)
			wantNoError(t, err)
			sent, _ := io.ReadAll(request.Body)
			fields := fieldsOf(t, sent)
			if keys := slices.Sorted(maps.Keys(fields)); !slices.Equal(keys, test.keys) || fields["event"] != "Contact.Added" {
				t.Errorf("got %v, want the keys %q", fields, test.keys)
			}
			if text, ok := fields["timestamp"].(string); ok {
				if at, err := time.Parse(time.RFC3339, text); err != nil || time.Since(at) > time.Minute {
					t.Errorf("the timestamp is %q (%v)", text, err)
				}
			}
			if account, ok := fields["account_id"].(float64); ok && account != float64(max(test.account, 1)) {
				t.Errorf("the account is %v", account)
			}
			page := fieldsOf(t, []byte(readFile(t, filepath.Join("examples", "deliveries", test.page))))
			if got := slices.Sorted(maps.Keys(page)); !slices.Equal(got, test.keys) {
				t.Errorf("%s has the fields %v", test.page, got)
			}
		})
	}
}

// raw answers every connection with these bytes, then closes it.
func raw(t *testing.T, answer string) (address string) {
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

// serving runs the handler after reading the request, so that its context ends with the connection.
func serving(t *testing.T, handler http.HandlerFunc) (address string) {
	t.Helper()
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		handler(w, r)
	}))
	server.Start()
	return server.URL
}

func TestDeliver_SaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	const echo = "key=" + receiverCredentials
	elsewhere, elsewhereURL := receiver(t)
	untrusted := newServer(t, elsewhere)
	untrusted.StartTLS()
	answering := func(status int) string {
		return serving(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", elsewhereURL+"/"+echo+"?"+echo)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "you sent "+r.URL.String()+" "+r.Header.Get("X-Signature"))
		})
	}
	hanging := func(begin func(http.ResponseWriter)) string {
		return serving(t, func(w http.ResponseWriter, r *http.Request) {
			begin(w)
			<-r.Context().Done()
		})
	}
	begins := func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
	for name, test := range map[string]struct {
		address string
		want    Error
		// cause is a part of the cause.
		cause string
	}{
		"unauthorized":       {answering(401), Error{Kind: Unauthorized, Status: "401 Unauthorized"}, ""},
		"not found":          {answering(404), Error{Kind: Gone, Status: "404 Not Found"}, ""},
		"reason of its own":  {raw(t, "HTTP/1.1 500 "+echo+"\r\n\r\n"), Error{Kind: Unavailable, Status: "500 Internal Server Error"}, ""},
		"refusal cut short":  {raw(t, "HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n"), Error{Kind: Unavailable, Status: "500 Internal Server Error"}, ""},
		"no known status":    {raw(t, "HTTP/1.1 299 "+echo+"\r\nContent-Length: 9\r\n\r\nshort"), Error{Kind: Network}, "EOF"},
		"redirect":           {answering(307), Error{Kind: Redirected, Status: "307 Temporary Redirect", Location: elsewhereURL}, ""},
		"hang":               {hanging(func(http.ResponseWriter) {}), Error{Kind: Timeout}, errTooLong.Error()},
		"answer without end": {hanging(begins), Error{Kind: Timeout}, errTooLong.Error()},
		"closed connection":  {raw(t, ""), Error{Kind: Network}, "EOF"},
		"another protocol":   {raw(t, "SSH-2.0-"+echo+"\r\n"), Error{Kind: Network}, errNotHTTP.Error()},
		"no header":          {raw(t, "HTTP/1.1 200 OK\r\n"+echo+"\r\n\r\n"), Error{Kind: Network}, errNotHTTP.Error()},
		"nobody listens":     {"http://127.0.0.1:1", Error{Kind: Network}, "connection refused"},
		"unknown authority":  {untrusted.URL, Error{Kind: Untrusted}, "certificate signed by unknown authority"},
		"no TLS":             {strings.Replace(elsewhereURL, "http:", "https:", 1), Error{Kind: Network}, "server gave HTTP response to HTTPS client"},
		"another scheme":     {"ftp://example.com", Error{Kind: Unexpected}, errNotPostable.Error()},
		"no address":         {"http://exa mple.com", Error{Kind: Unexpected}, errNotPostable.Error()},
		"no host":            {"http:", Error{Kind: Unexpected}, errNotPostable.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			given := deliveryTo(test.address)
			if test.want.Kind == Timeout {
				given.Timeout = 50 * time.Millisecond
			}
			var written lockedBuffer

			receipt, err := newStub(nil).client().Deliver(tflogtest.RootLogger(t.Context(), &written), given)

			failure := wantKind(t, err, test.want.Kind)
			if failure.Status != test.want.Status || receipt.Status != test.want.Status || failure.Location != test.want.Location {
				t.Errorf("got %+v and %+v, want %+v", failure, receipt, test.want)
			}
			if test.cause != "" && (failure.Cause == nil || !strings.Contains(failure.Cause.Error(), test.cause)) {
				t.Errorf("the cause is %v, want %q", failure.Cause, test.cause)
			}
			for _, text := range []string{failure.Error(), failure.Location, failure.Host, written.String()} {
				if strings.Contains(text, receiverCredentials) || strings.Contains(text, webhookSecret) {
					t.Errorf("%q tells a secret", text)
				}
			}
			if test.want.Kind != Unexpected && !strings.Contains(written.String(), "Test delivery") {
				t.Error("the delivery is not logged, so the test proves nothing")
			}
		})
	}
	elsewhere.wantHeard(t, "")
}

// The error names the proxy, without the proxy's own words.
func TestDeliver_NamesAProxy(t *testing.T) {
	t.Parallel()
	refused := &http.Response{StatusCode: http.StatusProxyAuthRequired, Status: "407 " + receiverCredentials}
	refusal := newTransport().OnProxyConnectResponse(t.Context(), nil, nil, refused)
	failure := &Error{}
	newStub(nil).client().explainNoAnswer(t.Context(), failure, &url.Error{Op: "Post", URL: webhookURL, Err: refusal})
	if failure.Kind != Network || failure.Cause.Error() != "the proxy answered 407 Proxy Authentication Required" {
		t.Errorf("got %+v", failure)
	}
}

func TestDeliver_Ends(t *testing.T) {
	t.Parallel()
	t.Run("with an answer that does not", func(t *testing.T) {
		address := serving(t, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 32<<10)); err != nil {
					return
				}
			}
		})
		receipt, err := newStub(nil).client().Deliver(t.Context(), deliveryTo(address))
		wantNoError(t, err)
		if receipt.Status != "200 OK" {
			t.Errorf("got %+v", receipt)
		}
	})
	t.Run("when Terraform stops", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		address := serving(t, func(_ http.ResponseWriter, r *http.Request) {
			stop()
			<-r.Context().Done()
		})
		_, err := newStub(nil).client().Deliver(ctx, deliveryTo(address))
		if failure := wantKind(t, err, Stopped); !errors.Is(failure, context.Canceled) {
			t.Errorf("the cause is %v", failure.Cause)
		}
	})
}

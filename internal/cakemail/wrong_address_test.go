package cakemail

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What is wrong with an address never heals, so it is asked once.
func TestAWrongAddressIsAskedOnce(t *testing.T) {
	t.Parallel()
	plain, secure, certain := newQuietServer(t), newQuietServer(t), newQuietServer(t)
	plain.Start()
	secure.StartTLS()
	certain.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	certain.StartTLS()
	for name, test := range map[string]struct {
		base string
		// trust makes the client trust the server's certificate.
		trust *httptest.Server
		kind  Kind
		says  string
	}{
		"https to a plain port":                {strings.Replace(plain.URL, "http", "https", 1), nil, Unreadable, "the port takes http:// and was called with https://"},
		"http to a TLS port":                   {strings.Replace(secure.URL, "https", "http", 1), nil, Unreadable, "the port takes https:// and was called with http://"},
		"a client certificate that is missing": {certain.URL, certain, Network, "certificate required"},
		"a certificate that nobody knows":      {secure.URL, nil, Network, "certificate signed by unknown authority"},
		"a port that cannot be":                {"http://127.0.0.1:99999", nil, Network, "invalid port"},
	} {
		for credentials, given := range map[string]Credentials{"token": {AccessToken: "token"}, "password": jane} {
			t.Run(name+", "+credentials, func(t *testing.T) {
				t.Parallel()
				client := New(Options{BaseURL: test.base, Credentials: given, MaxRetries: 4, RetryWait: time.Millisecond})
				if test.trust != nil {
					client.transport = test.trust.Client().Transport
				}

				_, err := client.Get(t.Context(), Ref{ID: "w1"})

				failure, ok := errors.AsType[*Error](err)
				if !ok || failure.Kind != test.kind || !strings.Contains(failure.Error(), test.says) {
					t.Fatalf("got %v, want kind %d and %q", err, test.kind, test.says)
				}
				if failure.Attempts != 1 {
					t.Errorf("got %d attempts", failure.Attempts)
				}
			})
		}
	}
}

func newQuietServer(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, oneWebhook) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	return server
}

// TLS ports answer plain HTTP in several ways.
func TestATLSPortIsRecognised(t *testing.T) {
	t.Parallel()
	overHTTP, overTLS := New(Options{BaseURL: "http://api.example"}), New(Options{BaseURL: "https://api.example"})
	for body, want := range map[string]Kind{
		"Client sent an HTTP request to an HTTPS server.\n":                                      Unreadable,
		"<html><center>The plain HTTP request was sent to HTTPS port</center>":                   Unreadable,
		"Reason: You're speaking plain HTTP to an SSL-enabled server port. Use the HTTPS scheme": Unreadable,
		`{"detail":[{"loc":["body","url"],"msg":"HTTPS is required"}]}`:                          Invalid,
		"Bad Request": Invalid,
	} {
		if got := answerErrorOf(overHTTP, 400, nil, body); got.Kind != want {
			t.Errorf("%s: got kind %d, want %d", body, got.Kind, want)
		}
		if got := answerErrorOf(overTLS, 400, nil, body); got.Kind != Invalid {
			t.Errorf("%s over TLS: got kind %d", body, got.Kind)
		}
	}
	alert := errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03\x01\x00\x02\x02\x16"`)
	if got := overHTTP.transportError(&exchange{}, alert); got.Kind != Unreadable || !errors.Is(got, errTLSPort) || !neverHeals(alert) {
		t.Errorf("an alert: got %v", got)
	}
}

// A path is joined as a library does it, whatever the base ends with.
func TestPathsFollowTheBaseURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                "/webhooks/a%2Fb",
		"/":               "/webhooks/a%2Fb",
		"//":              "/webhooks/a%2Fb",
		"/v1":             "/v1/webhooks/a%2Fb",
		"/v1//":           "/v1/webhooks/a%2Fb",
		"/v1/./x/../":     "/v1/webhooks/a%2Fb",
		"/a%2Fb":          "/a%2Fb/webhooks/a%2Fb",
		"/v1#":            "/v1/webhooks/a%2Fb",
		"/v1#part":        "/v1/webhooks/a%2Fb",
		"/v1?":            "/v1/webhooks/a%2Fb",
		"/v1?version=one": "/v1/webhooks/a%2Fb",
	} {
		var asked []string
		client := clientOf(func(request *http.Request) (*http.Response, error) {
			asked = append(asked, request.URL.EscapedPath()+"?"+request.URL.RawQuery)
			if strings.HasSuffix(request.URL.Path, "/token") {
				return answerWith(request, 200, `{"access_token":"token-1","token_type":"bearer"}`), nil
			}
			return answerWith(request, 200, `{"id":"a/b","url":"https://a.example/","event":"A.A"}`), nil
		}, Options{BaseURL: "https://api.example" + base, Credentials: jane})

		if _, err := client.Get(t.Context(), Ref{ID: "a/b"}); err != nil {
			t.Errorf("%q: %v", base, err)
		}

		login := strings.Replace(want, "/webhooks/a%2Fb", "/token?", 1)
		if len(asked) != 2 || asked[0] != login || asked[1] != want+"?" {
			t.Errorf("%q: got %q, want %s and %s", base, asked, login, want)
		}
	}
}

// A proxy that refuses can repeat its password as the reason.
func TestWhatAProxySaysIsNotShown(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "HTTP/1.1 407 You sent s3cret-word\r\n\r\n")
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := New(Options{BaseURL: "https://api.example", Credentials: Credentials{AccessToken: "token"}})
	transport := newTransport()
	transport.Proxy = http.ProxyURL(address)
	client.transport = transport

	_, err = client.Get(t.Context(), Ref{ID: "w1"})

	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "the proxy answered 407 Proxy Authentication Required") {
		t.Errorf("got %v", err)
	}
}

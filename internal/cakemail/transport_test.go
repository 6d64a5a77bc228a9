package cakemail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func TestStop_LetsWhatMayChangeSomethingFinish(t *testing.T) {
	type row struct {
		kind     string
		finishes bool
		want     Kind
	}
	stories(t, map[string]row{
		"a change":                    {"change", false, succeeds},
		"an archive":                  {"archive", false, succeeds},
		"a read that ends what began": {"read", true, succeeds},
		"but no other read":           {"read", false, Stopped},
	}, func(t bubble, row row) {
		slow := func(given answer) []answer {
			given.After = 2 * time.Second
			return []answer{given}
		}
		api := newStub(script{"read": slow(shownAs("active")), "change": slow(shownAs("active")), "archive": slow(archivedAs("true"))}.api())
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)

		wantKind(t, calls[row.kind](ctx, api.client(), Ref{ID: webhookID, Finishes: row.finishes}), row.want)

		api.wantHeard(t, row.kind)
	})
}

func TestStop_LetsNothingStart(t *testing.T) {
	api := newStub(script{}.api())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	errs := map[string]error{}
	for kind, call := range calls {
		errs[kind] = call(ctx, api.client(), Ref{ID: webhookID})
	}
	_, errs["create"] = api.client().Create(ctx, 0, spec())
	_, errs["list"] = collect(api.client().List(ctx, ListOptions{}))
	errs["login"] = calls["read"](ctx, api.client(withPassword), Ref{ID: webhookID})
	for kind, err := range errs {
		t.Run(kind, func(t *testing.T) { wantKind(t, err, Stopped) })
	}
	api.wantHeard(t, "")
}

func TestStop_LetsWhatHasBegunEndWithOneCall(t *testing.T) {
	story(t, "and its login", func(t bubble) {
		api := newStub(script{"read": {{Body: shown}, busy(503, "30")}}.api())
		client := api.client(withPassword)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err := client.Get(ctx, Ref{ID: webhookID, Finishes: true})
		wantNoError(t, err)
		_, err = client.Get(ctx, Ref{ID: webhookID, Finishes: true})
		wantKind(t, err, Unavailable)
		api.wantHeard(t, "login read read")
	})
}

func TestStop_EndsWaitingAtOnce(t *testing.T) {
	type row struct {
		kind   string
		status int
		want   Kind
	}
	rows := map[string]row{}
	for kind := range calls {
		rows["of a "+kind+" after a 429"], rows["of a "+kind+" after a 503"] = row{kind, 429, RateLimited}, row{kind, 503, Unavailable}
	}
	stories(t, rows, func(t bubble, row row) {
		api := newStub(inTurn(busy(row.status, "30")))
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		began := time.Now()

		err := calls[row.kind](ctx, api.client(), Ref{ID: webhookID})

		if took := time.Since(began); !IsKind(err, Stopped) && !IsKind(err, row.want) || took != time.Second {
			t.Errorf("got %v after %v", err, took)
		}
		api.wantHeard(t, row.kind)
	})
}

// The connections in the tests below are real.

// reach starts the server, and returns a client for it.
func reach(server *httptest.Server, adjust ...func(*Options)) *Client {
	server.Start()
	return realClient(server.URL, adjust...)
}

// realClient returns a client with real connections.
func realClient(base string, adjust ...func(*Options)) *Client {
	return newStub(nil).client(append(adjust, func(options *Options) { options.BaseURL, options.RetryWait = base, time.Millisecond })...)
}

func TestTransport_RepeatsWhatIsCutShort(t *testing.T) {
	t.Parallel()
	type row struct {
		answer  http.HandlerFunc
		want    Kind
		timeout time.Duration
	}
	cut := answer{Header: map[string]string{"Content-Length": "900"}, Body: shown}
	for name, test := range map[string]row{
		"before the answer": {newStub(inTurn(answer{Cut: true})).ServeHTTP, Network, DefaultRequestTimeout},
		"in the body":       {newStub(inTurn(cut)).ServeHTTP, Network, DefaultRequestTimeout},
		"byte by byte": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				sleep(r.Context(), 20*time.Millisecond)
			}
		}, Timeout, 60 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := reach(newServer(t, test.answer), func(options *Options) { options.RequestTimeout = test.timeout })
			_, err := client.Get(t.Context(), Ref{ID: webhookID})
			// On a busy machine, an attempt can time out before it arrives.
			if failure := wantKind(t, err, test.want); failure.Attempts != 3 || !failure.MayHaveHappened && failure.Kind != Timeout {
				t.Errorf("got %+v", failure)
			}
		})
	}
}

func TestTransport_FollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for name, adjust := range map[string]func(*Options){"with a token": func(*Options) {}, "with a password": withPassword} {
		for _, status := range []int{301, 303, 307} {
			t.Run(fmt.Sprint(name, " at a ", status), func(t *testing.T) {
				t.Parallel()
				other := newStub(inTurn(answer{Body: shown}))
				elsewhere := newServer(t, other)
				elsewhere.Start()
				for _, kind := range []string{"read", "archive", "create"} {
					api := newStub(inTurn(answer{Status: status, Header: map[string]string{"Location": elsewhere.URL + "/webhooks?x=1"}}))
					client := reach(newServer(t, api), adjust)
					call := calls[kind]
					if kind == "create" {
						call = func(ctx context.Context, client *Client, _ Ref) error {
							_, err := client.Create(ctx, 0, spec())
							return err
						}
					}

					failure := wantKind(t, call(t.Context(), client, Ref{ID: webhookID}), Redirected)

					if want := strings.TrimPrefix(elsewhere.URL, "http://"); failure.Location != want {
						t.Errorf("the new location is %q, want %q", failure.Location, want)
					}
					if got := len(api.received()); got != 1 {
						t.Errorf("%s: the API got %d calls, want one", kind, got)
					}
				}
				other.wantHeard(t, "")
			})
		}
	}
}

func TestTransport_ReusesConnections(t *testing.T) {
	t.Parallel()
	const workers, callsEach = 20, 20
	var arrived, opened atomic.Int32
	everyone := make(chan struct{})
	refused := answer{Status: 422, Body: `{"detail":"no"}`}
	server := newServer(t, newStub(func(r *http.Request) answer {
		// The first call of each worker waits for the others: net/http opens a second connection for a call if the
		// first becomes busy while it connects.
		if arrived.Add(1) == workers {
			close(everyone)
		}
		<-everyone
		if strings.HasSuffix(r.URL.Path, "/refused") {
			return refused
		}
		return answer{Body: shown}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	client := reach(server)
	if opened.Load() != 0 {
		t.Error("a client makes a call by itself")
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for round := range callsEach {
				id, want := webhookID, succeeds
				if round%5 == 4 {
					id, want = "refused", Invalid
				}
				if _, err := client.Get(t.Context(), Ref{ID: id}); (err != nil || want != succeeds) && !IsKind(err, want) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
	group.Wait()
	if got := opened.Load(); arrived.Load() != workers*callsEach || got > workers {
		t.Errorf("%d connections for %d workers and %d calls", got, workers, arrived.Load())
	}
}

// A wrong address cannot heal, so it is tried once.
func TestTransport_AsksAWrongAddressOnce(t *testing.T) {
	t.Parallel()
	webhook := newStub(inTurn(answer{Body: shown}))
	plain, secure, certain := newServer(t, webhook), newServer(t, webhook), newServer(t, webhook)
	plain.Start()
	secure.StartTLS()
	certain.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	certain.StartTLS()
	for name, test := range map[string]struct {
		base string
		// trusted is the server whose certificate the client trusts.
		trusted *httptest.Server
		want    Kind
		says    string
	}{
		"https to a plain port":                {strings.Replace(plain.URL, "http", "https", 1), nil, Unreadable, errPlainPort.Error()},
		"http to a TLS port":                   {strings.Replace(secure.URL, "https", "http", 1), nil, Unreadable, errTLSPort.Error()},
		"a client certificate that is missing": {certain.URL, certain, Network, "certificate required"},
		"a certificate that nobody knows":      {secure.URL, nil, Untrusted, "certificate signed by unknown authority"},
		"a port that cannot be":                {"http://127.0.0.1:99999", nil, Network, "invalid port"},
	} {
		for credentials, adjust := range map[string]func(*Options){"token": func(*Options) {}, "password": withPassword} {
			t.Run(name+", "+credentials, func(t *testing.T) {
				t.Parallel()
				client := realClient(test.base, adjust)
				if test.trusted != nil {
					client.transport = test.trusted.Client().Transport
				}
				_, err := client.Get(t.Context(), Ref{ID: webhookID})
				if failure := wantKind(t, err, test.want); failure.Attempts != 1 || !strings.Contains(failure.Error(), test.says) {
					t.Errorf("got %+v, want one attempt and %q", failure, test.says)
				}
			})
		}
	}
	t.Run("but a host that cannot be reached again", func(t *testing.T) {
		t.Parallel()
		_, err := realClient("http://127.0.0.1:1").Archive(t.Context(), Ref{ID: webhookID})
		failure := wantKind(t, err, Network)
		if failure.Host != "127.0.0.1:1" || failure.Attempts != 3 || failure.MayHaveHappened || strings.Contains(failure.Error(), "/webhooks") {
			t.Errorf("got %+v", failure)
		}
	})
}

func TestTransport_JoinsPathsToTheBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"": "", "/": "", "//": "", "/v1": "/v1", "/v1//": "/v1", "/v1/./x/../": "/v1", "/a%2Fb": "/a%2Fb", "/v1#part": "/v1", "/v1?version=one": "/v1",
	} {
		api := newStub(script{"read": {{Body: `{"id":"a/b","url":"https://a.example/","event":"A.A"}`}}}.api())
		_, err := api.client(withPassword, func(options *Options) { options.BaseURL += base }).Get(t.Context(), Ref{ID: "a/b"})
		wantNoError(t, err)
		got := api.received()
		if len(got) != 2 || got[0].Path != want+"/token" || got[1].Path != want+"/webhooks/a%2Fb" || got[1].Query != "" {
			t.Errorf("%q: got %+v", base, got)
		}
	}
	for _, base := range []string{"http://a b", "://", "\x7f", "ftp://127.0.0.1", "http://"} {
		_, err := realClient(base).Get(t.Context(), Ref{ID: webhookID})
		if err == nil || !strings.Contains(err.Error(), "cannot read the webhook") || strings.Contains(err.Error(), testToken) {
			t.Errorf("%q: got %v", base, err)
		}
	}
}

// An account can have thousands of webhooks in a single page.
func TestTransport_BoundsAnAnswer(t *testing.T) {
	t.Parallel()
	list := `{"pagination":{"count":0},"data":[]` + strings.Repeat(" ", maxAnswerBytes) + "}"
	for name, test := range map[string]struct {
		list, read string
		want       Kind
	}{
		"of a list to more":       {list: list, want: succeeds},
		"of a list":               {list: strings.Repeat(" ", maxListBytes+1), want: Unreadable},
		"of what is about one":    {list: list, read: strings.Repeat(" ", maxAnswerBytes+1), want: Unreadable},
		"and takes one within it": {list: list, read: shown + strings.Repeat(" ", maxAnswerBytes-len(shown)), want: succeeds},
	} {
		t.Run(name, func(t *testing.T) {
			client := newStub(script{"list": {{Body: test.list}}, "read": {{Body: test.read}}}.api()).client()
			_, err := client.Active(t.Context(), 0)
			if test.read != "" {
				wantNoError(t, err)
				_, err = client.Get(t.Context(), Ref{ID: webhookID})
			}
			if test.want == succeeds {
				wantNoError(t, err)
				return
			}
			if failure := wantKind(t, err, test.want); !errors.Is(failure, errAnswerTooLarge) || failure.Attempts != 1 {
				t.Errorf("got %+v", failure)
			}
		})
	}
}

// A proxy can repeat its password in the reason of a refusal.
func TestTransport_ShowsNothingThatAProxySays(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(raw(t, "HTTP/1.1 407 You sent s3cret-word\r\n\r\n"))
	wantNoError(t, err)
	transport := newTransport()
	transport.Proxy = http.ProxyURL(address)
	client := newStub(nil).client()
	client.transport = transport

	_, err = client.Get(t.Context(), Ref{ID: webhookID})

	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "the proxy answered 407 Proxy Authentication Required") {
		t.Errorf("got %v", err)
	}
}

// leaving is an HTTP/2 front that carries out every create, and ends the connection instead of answering the
// first: for net/http, that means it may send the request again.
type leaving struct {
	api  http.Handler
	left atomic.Bool
}

func (l *leaving) serve(connection *tls.Conn) {
	defer connection.Close()
	if _, err := io.ReadFull(connection, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(connection, connection)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = framer.WriteSettings()
	requests := map[uint32]*http.Request{}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		stream := frame.Header().StreamID
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			requests[stream] = httptest.NewRequestWithContext(context.Background(), frame.PseudoValue("method"), frame.PseudoValue("path"), nil)
		case *http2.DataFrame:
			requests[stream].Body = io.NopCloser(io.MultiReader(requests[stream].Body, bytes.NewReader(bytes.Clone(frame.Data()))))
		}
		if frame.Header().Flags.Has(http2.FlagDataEndStream) && requests[stream] != nil && !l.answer(framer, stream, requests[stream]) {
			return
		}
	}
}

// answer reports whether the connection stays open.
func (l *leaving) answer(framer *http2.Framer, stream uint32, request *http.Request) bool {
	answered := httptest.NewRecorder()
	l.api.ServeHTTP(answered, request)
	if request.Method == http.MethodPost && !l.left.Swap(true) {
		_ = framer.WriteGoAway(stream-2, http2.ErrCodeNo, nil)
		return false
	}
	var head bytes.Buffer
	_ = hpack.NewEncoder(&head).WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(answered.Code)})
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: head.Bytes(), EndHeaders: true})
	return framer.WriteData(stream, true, answered.Body.Bytes()) == nil
}

// HTTP/2 would send this create again by itself; instead, it counts as lost.
func TestCreate_AtTheEndOfAnHTTP2Connection(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	item := func(number int32) string {
		return strings.ReplaceAll(created("w1").Body, "w1", fmt.Sprintf("w%d", number))
	}
	api := newStub(func(r *http.Request) answer {
		switch kindOfCall(r) {
		case "create":
			return answer{Status: 201, Body: item(made.Add(1))}
		case "read":
			return answer{Body: item(1)}
		}
		var listed []string
		for number := range made.Load() {
			listed = append(listed, item(number+1))
		}
		return answer{Body: fmt.Sprintf(`{"pagination":{"count":%d},"data":[%s]}`, len(listed), strings.Join(listed, ","))}
	})
	front := &leaving{api: api}
	server := newServer(t, nil)
	server.EnableHTTP2 = true
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, connection *tls.Conn, _ http.Handler) { front.serve(connection) },
	}
	server.StartTLS()
	client := realClient(server.URL)
	transport := newTransport()
	transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	client.transport = transport

	outcome, err := client.Create(t.Context(), 0, spec())

	wantNoError(t, err)
	if made.Load() != 1 || outcome.Webhook.ID != "w1" {
		t.Errorf("created %+v, the API made %d", outcome, made.Load())
	}
	api.wantHeard(t, "list create list")
}

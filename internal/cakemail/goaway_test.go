package cakemail_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// leaving is a front of HTTP/2 that carries every create out, and ends the connection
// instead of answering the first of them: net/http takes that for leave to send it again.
type leaving struct {
	api  http.Handler
	mu   sync.Mutex
	left bool
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
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			request := httptest.NewRequestWithContext(context.Background(), frame.PseudoValue("method"), frame.PseudoValue("path"), nil)
			for _, field := range frame.RegularFields() {
				request.Header.Add(field.Name, field.Value)
			}
			requests[frame.StreamID] = request
		case *http2.DataFrame:
			body := io.MultiReader(requests[frame.StreamID].Body, bytes.NewReader(bytes.Clone(frame.Data())))
			requests[frame.StreamID].Body = io.NopCloser(body)
		}
		if flags := frame.Header().Flags; flags.Has(http2.FlagDataEndStream) && requests[frame.Header().StreamID] != nil {
			if !l.answer(framer, frame.Header().StreamID, requests[frame.Header().StreamID]) {
				return
			}
		}
	}
}

// answer tells whether the connection goes on.
func (l *leaving) answer(framer *http2.Framer, stream uint32, request *http.Request) bool {
	answered := httptest.NewRecorder()
	l.api.ServeHTTP(answered, request)
	l.mu.Lock()
	leaves := request.Method == http.MethodPost && !l.left
	l.left = l.left || leaves
	l.mu.Unlock()
	if leaves {
		_ = framer.WriteGoAway(stream-2, http2.ErrCodeNo, nil)
		return false
	}
	var head bytes.Buffer
	encoder := hpack.NewEncoder(&head)
	_ = encoder.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(answered.Code)})
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: head.Bytes(), EndHeaders: true})
	return framer.WriteData(stream, true, answered.Body.Bytes()) == nil
}

// A create that HTTP/2 would send again by itself is one whose answer is lost.
func TestCreate_EndOfAnHTTP2Connection(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		var listed []string
		if r.Method == http.MethodPost {
			made.Add(1)
		}
		for number := range made.Load() {
			listed = append(listed, fmt.Sprintf(`{"id":"w%d","url":%q,"events":["Contact.Added"]}`, number+1, webhookURL))
		}
		switch {
		case r.Method == http.MethodPost:
			answer{Status: 201, Body: listed[len(listed)-1]}.write(w)
			return
		case r.URL.Path != "/webhooks":
			answer{Body: `{"id":"w1","url":"` + webhookURL + `","events":["Contact.Added"]}`}.write(w)
			return
		}
		answer{Body: fmt.Sprintf(`{"pagination":{"count":%d},"data":[%s]}`, len(listed), strings.Join(listed, ","))}.write(w)
	})
	front := &leaving{api: api.handler}
	server := httptest.NewUnstartedServer(nil)
	server.EnableHTTP2 = true
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, connection *tls.Conn, _ http.Handler) { front.serve(connection) },
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	client := api.client(func(options *cakemail.Options) { options.BaseURL = server.URL })
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client.Trust(roots)

	created, err := client.Create(t.Context(), 0, spec("Contact.Added"))

	wantNoError(t, err)
	if made.Load() != 1 || created.Webhook.ID != "w1" {
		t.Errorf("created %+v, the API made %d", created, made.Load())
	}
	wantCalls(t, api, 1, 2)
}

// Command receiver accepts deliveries of Cakemail and refuses what is not signed
// with one of the secrets in CAKEMAIL_WEBHOOK_SECRET, which are separated by spaces.
// It listens on HOST and PORT. Health checks use GET /healthz.
package main

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

const largestBody = 1 << 20

func main() {
	secrets := strings.Fields(os.Getenv("CAKEMAIL_WEBHOOK_SECRET"))
	if len(secrets) == 0 {
		log.Fatal("CAKEMAIL_WEBHOOK_SECRET is not set")
	}
	// On Kubernetes' SIGTERM, finish open requests within 10 seconds.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	host, port := cmp.Or(os.Getenv("HOST"), "127.0.0.1"), cmp.Or(os.Getenv("PORT"), "8080")
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	server := http.Server{Handler: receive(secrets), ReadTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Fatal(err)
		}
	}()
	<-ended
	_ = server.Shutdown(context.Background())
}

func receive(secrets []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/healthz" {
			return
		}
		// The signature covers the raw body: verify before decoding.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
		if err != nil {
			http.Error(w, "cannot read the body", http.StatusBadRequest)
			return
		}
		signature := cmp.Or(r.Header.Get("X-Cakemail-Signature"), r.Header.Get("X-Signature"))
		signed := func(secret string) bool { return verify(body, signature, secret) }
		if !slices.ContainsFunc(secrets, signed) {
			log.Printf("refused %d bytes: not signed with CAKEMAIL_WEBHOOK_SECRET", len(body))
			http.Error(w, "wrong signature", http.StatusUnauthorized)
			return
		}
		log.Printf("accepted %d bytes", len(body))
		w.WriteHeader(http.StatusNoContent)
	}
}

// verify compares in constant time, so response times reveal nothing.
func verify(body []byte, signature, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	expected := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(signature), []byte(expected))
}

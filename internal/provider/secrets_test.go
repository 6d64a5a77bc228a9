package provider_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// disguises are the forms in which a secret could hide in a text.
func disguises(secret string) map[string]string {
	quoted, err := json.Marshal(secret)
	if err != nil {
		panic(err)
	}
	return map[string]string{
		"plain":              secret,
		"query-escaped":      url.QueryEscape(secret),
		"path-escaped":       url.PathEscape(secret),
		"base64":             base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 for URLs":    base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64, no padding": base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"JSON-escaped":       strings.Trim(string(quoted), `"`),
		"HCL-quoted":         strings.Trim(strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(secret)), `"`),
	}
}

// expectNoSecret fails when the text holds anything secret that the API ever issued, or that
// the fixtures of secret settings hold.
func (w *world) expectNoSecret(t *testing.T, where, text string) {
	t.Helper()
	expectNone(t, where, text, append(w.api.Issued(), secretSamples()...))
}

func expectNone(t *testing.T, where, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		for form, disguised := range disguises(secret) {
			if index := strings.Index(text, disguised); index >= 0 {
				t.Errorf("%s holds a secret (%s): …%q…", where, form, text[max(0, index-80):index])
			}
		}
	}
}

// witness collects what nobody may see a secret in.
type witness struct {
	mu   sync.Mutex
	seen bytes.Buffer
}

// Write implements [io.Writer], for a log.
func (w *witness) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.Write(text)
}

func (w *witness) tell(text string) { _, _ = w.Write([]byte(text + "\n")) }

func (w *witness) told() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.String()
}

// context lets the witness see the log.
func (c *core) context() context.Context { return tflogtest.RootLogger(c.t.Context(), c.witness) }

// messagesOf lets the witness see what a person is told.
func (c *core) messagesOf(diagnostics []*tfprotov6.Diagnostic) []message {
	messages := messagesOf(diagnostics)
	c.witness.tell(indented(messages))
	return messages
}

// echo is an error body that quotes every secret that the caller knows, in
// every form.
func (w *world) echo([]byte) []byte {
	calls := w.api.Calls()
	secrets := []string{cakemailtest.DefaultPassword, strings.TrimPrefix(calls[len(calls)-1].Header.Get("Authorization"), "Bearer ")}
	if _, ok := w.environment["CAKEMAIL_PASSWORD"]; !ok {
		secrets = secrets[1:]
	}
	for _, webhook := range w.api.Active() {
		secrets = append(secrets, webhook.Secret)
	}
	return repeating(secrets)
}

// repeating is an error body that quotes these in every form.
func repeating(secrets []string) []byte {
	var messages []map[string]string
	for _, secret := range secrets {
		for _, disguised := range disguises(secret) {
			messages = append(messages, map[string]string{"msg": "you sent " + disguised, "type": "bad_request"})
		}
	}
	body, err := json.Marshal(map[string]any{"detail": messages})
	if err != nil {
		panic(err)
	}
	return body
}

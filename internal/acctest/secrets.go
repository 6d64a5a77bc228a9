package acctest

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// Disguises are the spellings of a secret in a text.
func Disguises(secret string) map[string]string {
	return map[string]string{
		"plain":              secret,
		"query-escaped":      url.QueryEscape(secret),
		"path-escaped":       url.PathEscape(secret),
		"base64":             base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 for URLs":    base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64, no padding": base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"JSON-escaped":       strings.Trim(InJSON(secret), `"`),
		"HCL-quoted":         strings.Trim(strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(secret)), `"`),
	}
}

// MoreSecrets are secrets that no API issues, such as the values of secret settings.
var MoreSecrets []string

// ExpectNoSecret fails if the text contains a secret that the API ever issued, or one of [MoreSecrets].
func (w *World) ExpectNoSecret(t *testing.T, where, text string) {
	t.Helper()
	ExpectNone(t, where, text, slices.Concat(w.API.Issued(), MoreSecrets))
}

// ExpectNone fails if the text contains one of these secrets, in any disguise.
func ExpectNone(t *testing.T, where, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		for form, disguised := range Disguises(secret) {
			if index := strings.Index(text, disguised); index >= 0 {
				t.Errorf("%s holds a secret (%s): …%q…", where, form, text[max(0, index-80):index])
			}
		}
	}
}

// Witness collects everything that must not contain a secret.
type Witness struct {
	mu   sync.Mutex
	seen bytes.Buffer
}

// Write implements [io.Writer], for a log.
func (w *Witness) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.Write(text)
}

// Tell adds a text.
func (w *Witness) Tell(text string) { _, _ = w.Write([]byte(text + "\n")) }

// Told returns everything that it saw.
func (w *Witness) Told() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.String()
}

// MessagesOf shows the messages to the witness too.
func (c *Core) MessagesOf(diagnostics []*tfprotov6.Diagnostic) []Message {
	messages := MessagesOf(diagnostics)
	c.Witness.Tell(Indented(messages))
	return messages
}

// Echo is an error body that quotes every secret that the caller knows, in every form.
func (w *World) Echo([]byte) []byte {
	calls := w.API.Calls()
	secrets := []string{cakemailtest.DefaultPassword, strings.TrimPrefix(calls[len(calls)-1].Header.Get("Authorization"), "Bearer ")}
	if _, ok := w.Environment["CAKEMAIL_PASSWORD"]; !ok {
		secrets = secrets[1:]
	}
	for _, webhook := range w.API.Active() {
		secrets = append(secrets, webhook.Secret)
	}
	return Repeating(secrets)
}

// Repeating is an error body that quotes these secrets in every form.
func Repeating(secrets []string) []byte {
	var messages []map[string]string
	for _, secret := range secrets {
		for _, disguised := range Disguises(secret) {
			messages = append(messages, map[string]string{"msg": "you sent " + disguised, "type": "bad_request"})
		}
	}
	return []byte(InJSON(map[string]any{"detail": messages}))
}

package provider_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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

// TestNothingSecretIsLogged runs a whole life at the most talkative log level.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	refusal := `{"detail":[{"loc":["body","url"],"msg":"refused, with password ` + cakemailtest.DefaultPassword[:4] + `","type":"x"}]}`
	for name, password := range map[string]bool{"access token": false, "password": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				if password {
					w.withPassword()
				}
				folder := t.TempDir()
				logFile := filepath.Join(folder, "terraform.log")
				workspace := w.workspace(t, "webhook.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile)

				w.expectNoSecret(t, "the apply", terraform(t, workspace, "apply", "-auto-approve"))
				w.expectNoSecret(t, "the plan of a change", terraform(t, workspace, "plan", "-var", "url=https://example.com/new"))
				w.expectNoSecret(t, "the change", terraform(t, workspace, "apply", "-auto-approve", "-var", "url=https://example.com/new"))
				w.api.RevokeTokens()
				w.api.SetFaults(
					cakemailtest.Fault{Operation: cakemailtest.Show, Times: 1, Status: 400, Rewrite: w.echo},
					cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 422, Times: 1, Body: refusal},
				)
				w.expectNoSecret(t, "the refused plan", refusedTerraform(t, workspace, "plan"))
				w.expectNoSecret(t, "the refused destroy", refusedTerraform(t, workspace, "destroy", "-auto-approve"))
				w.expectNoSecret(t, "the destroy", terraform(t, workspace, "destroy", "-auto-approve"))

				log, err := os.ReadFile(logFile)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Contains(log, []byte("Cakemail API call bodies")) {
					t.Error("the log does not hold the calls, so the test shows nothing")
				}
				w.expectNoSecret(t, "the log", string(log))
			})
		})
	}
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

// The API repeats the password of a login in words of its own, as an error that
// is no FastAPI error: nothing of it is shown.
func TestALoginThatRepeatsThePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithUser(cakemailtest.DefaultEmail, `Corr"ect&horse`)).withPassword()
	w.environment["CAKEMAIL_PASSWORD"] = `Corr"ect&horse`
	for _, body := range []string{
		`{"error":"bad request: {\"password\": \"Corr\\\"ect&horse\"}"}`,
		`{"detail":[{"loc":["body","Corr%22ect%26horse"],"msg":"Corr&quot;ect&amp;horse","type":"value_error","input":"Corr%2522ect%2526horse"}]}`,
		`<html>Corr"ect&horse</html>`,
	} {
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Token, Status: 400, Body: body})
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		output := refusedTerraform(t, w.workspace(t, "configured.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile), "apply", "-auto-approve")
		expectNothingOf(t, output, logFile, "Corr", "horse")
	}
}

// Credentials in a webhook's url stay hidden where the API repeats them, and the
// variable is sensitive.
func TestCredentialsInAURLThatTheAPIRepeats(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form))
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		workspace := w.workspace(t, "sensitive_url.tf", "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+logFile,
			"TF_VAR_url=https://jane:hunter22@example.com/hook?key=s3cret-key&x=1#part-of-it")
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","url"],` +
			`"msg":"'https://jane:hunter22@example.com/hook?key=s3cret-key&x=1#part-of-it' is not reachable, key was s3cret%2Dkey","type":"value_error",` +
			`"input":"https://jane:hunter22@example.com/hook?key=s3cret-key&x=1#part-of-it"}]}`})
		expectNothingOf(t, refusedTerraform(t, workspace, "apply", "-auto-approve"), logFile, "hunter22", "s3cret", "part-of-it")

		w.api.SetFaults()
		expectNothingOf(t, terraform(t, workspace, "apply", "-auto-approve"), logFile, "hunter22", "s3cret", "part-of-it")
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 400, Body: `{"detail":"no answer from jane:hunter22@example.com?key=s3cret-key"}`})
		expectNothingOf(t, refusedTerraform(t, workspace, "plan"), logFile, "hunter22", "s3cret", "part-of-it")
	})
}

// expectNothingOf fails where the output or the log holds one of these.
func expectNothingOf(t *testing.T, output, logFile string, words ...string) {
	t.Helper()
	log, err := os.ReadFile(logFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(log, []byte("Cakemail API call")) {
		t.Error("the log does not hold the calls, so the test shows nothing")
	}
	for _, word := range words {
		for where, text := range map[string]string{"the output": output, "the log": string(log)} {
			if index := strings.Index(text, word); index >= 0 {
				t.Errorf("%s holds %s: …%q…", where, word, text[max(0, index-120):min(len(text), index+60)])
			}
		}
	}
}

// TestCredentialsStayWithTheirHost redirects every call to another server.
func TestCredentialsStayWithTheirHost(t *testing.T) {
	t.Parallel()
	for name, password := range map[string]bool{"access token": false, "password": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			elsewhere := cakemailtest.Start()
			t.Cleanup(elsewhere.Close)
			w := newWorld(t)
			if password {
				w.withPassword()
			}
			for _, operation := range []cakemailtest.Operation{cakemailtest.List, cakemailtest.Token} {
				w.api.SetFaults(cakemailtest.Fault{Operation: operation, Status: 307, Header: map[string][]string{"Location": {elsewhere.URL() + "/webhooks"}}})
				output := refusedTerraform(t, w.workspace(t, "webhook.tf"), "apply", "-auto-approve")
				if operation == cakemailtest.List && !strings.Contains(output, "base_url") {
					t.Errorf("the message does not name base_url:\n%s", output)
				}
				if !password {
					break
				}
			}
			if calls := elsewhere.Calls(); len(calls) > 0 {
				t.Errorf("another host was called: %+v", calls)
			}
		})
	}
}

// talkative answers what the API answers, and sends it once more behind the answer, as
// a server does that counts wrongly.
func talkative(t *testing.T, api string) string {
	t.Helper()
	upstream, err := url.Parse(api)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(upstream)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		proxy.ServeHTTP(recorded, r)
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer connection.Close()
		body := recorded.Body.String()
		fmt.Fprintf(connection, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s\n%s", recorded.Code, len(body), body, body)
		time.Sleep(200 * time.Millisecond)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Go's own HTTP client logs what comes unasked.
func TestWhatComesBehindAnAnswerIsNotLogged(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(form)).withPassword()
		w.environment["CAKEMAIL_API_BASE"] = talkative(t, w.api.URL())
		logFile := filepath.Join(t.TempDir(), "terraform.log")

		output := terraform(t, w.workspace(t, "configured.tf", "TF_LOG=DEBUG", "TF_LOG_PATH="+logFile), "apply", "-auto-approve")

		w.expectNoSecret(t, "the apply", output)
		expectNothingOf(t, output, logFile, "Unsolicited response")
		log, err := os.ReadFile(logFile)
		if err != nil {
			t.Fatal(err)
		}
		w.expectNoSecret(t, "the log", string(log))
	})
}

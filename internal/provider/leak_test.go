package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// TestNothingSecretIsLogged runs a whole life at the most talkative log level.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	refusal := `{"detail":[{"loc":["body","url"],"msg":"refused, with password ` + cakemailtest.DefaultPassword[:4] + `","type":"x"}]}`
	for name, password := range map[string]bool{"access token": false, "password": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				if password {
					w.WithPassword()
				}
				folder := t.TempDir()
				logFile := filepath.Join(folder, "terraform.log")
				workspace := w.Workspace(t, "webhook.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile)

				w.ExpectNoSecret(t, "the apply", acctest.Terraform(t, workspace, "apply", "-auto-approve"))
				w.ExpectNoSecret(t, "the plan of a change", acctest.Terraform(t, workspace, "plan", "-var", "url=https://example.com/new"))
				w.ExpectNoSecret(t, "the change", acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "url=https://example.com/new"))
				w.Api.RevokeTokens()
				w.Api.SetFaults(
					cakemailtest.Fault{Operation: cakemailtest.Show, Times: 1, Status: 400, Rewrite: w.Echo},
					cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 422, Times: 1, Body: refusal},
				)
				w.ExpectNoSecret(t, "the refused plan", acctest.RefusedTerraform(t, workspace, "plan"))
				w.ExpectNoSecret(t, "the refused destroy", acctest.RefusedTerraform(t, workspace, "destroy", "-auto-approve"))
				w.ExpectNoSecret(t, "the destroy", acctest.Terraform(t, workspace, "destroy", "-auto-approve"))

				log, err := os.ReadFile(logFile)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Contains(log, []byte("Cakemail API call")) {
					t.Error("the log does not hold the calls, so the test shows nothing")
				}
				w.ExpectNoSecret(t, "the log", string(log))
			})
		})
	}
}

// The API repeats the password of a login in words of its own, as an error that
// is no FastAPI error: nothing of it is shown.
func TestALoginThatRepeatsThePassword(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t, cakemailtest.WithUser(cakemailtest.DefaultEmail, `Corr"ect&horse`)).WithPassword()
	w.Environment["CAKEMAIL_PASSWORD"] = `Corr"ect&horse`
	for _, body := range []string{
		`{"error":"bad request: {\"password\": \"Corr\\\"ect&horse\"}"}`,
		`{"detail":[{"loc":["body","Corr%22ect%26horse"],"msg":"Corr&quot;ect&amp;horse","type":"value_error","input":"Corr%2522ect%2526horse"}]}`,
		`<html>Corr"ect&horse</html>`,
	} {
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Token, Status: 400, Body: body})
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		output := acctest.RefusedTerraform(t, w.Workspace(t, "configured.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile), "apply", "-auto-approve")
		expectNothingOf(t, output, logFile, "Corr", "horse")
	}
}

// Credentials in a webhook's url stay hidden where the API repeats them, and the
// variable is sensitive.
func TestCredentialsInAURLThatTheAPIRepeats(t *testing.T) {
	t.Parallel()
	const address = "https://jane:hunter22@example.com/hook?key=s3cret%2Fkey-of-jane&x=1#part-of-it"
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		workspace := w.Workspace(t, "sensitive_url.tf", "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+logFile,
			"TF_VAR_url="+address)
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","url"],` +
			`"msg":"'` + address + `' is not reachable, key was s3cret/key-of-jane","type":"value_error","input":"` + address + `"}]}`})
		expectNothingOf(t, acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve"), logFile, "hunter22", "s3cret", "part-of-it")

		w.Api.SetFaults()
		expectNothingOf(t, acctest.Terraform(t, workspace, "apply", "-auto-approve"), logFile, "hunter22", "s3cret", "part-of-it")
		quoted := `{"detail":"no answer from jane:hunter22@example.com?key=s3cret%2Fkey-of-jane"}`
		w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 400, Body: quoted})
		expectNothingOf(t, acctest.RefusedTerraform(t, workspace, "plan"), logFile, "hunter22", "s3cret", "part-of-it")
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
			w := acctest.NewWorld(t)
			if password {
				w.WithPassword()
			}
			for _, operation := range []cakemailtest.Operation{cakemailtest.List, cakemailtest.Token} {
				w.Api.SetFaults(cakemailtest.Fault{Operation: operation, Status: 307, Header: map[string][]string{"Location": {elsewhere.URL() + "/webhooks"}}})
				output := acctest.RefusedTerraform(t, w.Workspace(t, "webhook.tf"), "apply", "-auto-approve")
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
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
		w.Environment["CAKEMAIL_API_BASE"] = talkative(t, w.Api.URL())
		logFile := filepath.Join(t.TempDir(), "terraform.log")

		output := acctest.Terraform(t, w.Workspace(t, "configured.tf", "TF_LOG=DEBUG", "TF_LOG_PATH="+logFile), "apply", "-auto-approve")

		w.ExpectNoSecret(t, "the apply", output)
		expectNothingOf(t, output, logFile, "Unsolicited response")
		log, err := os.ReadFile(logFile)
		if err != nil {
			t.Fatal(err)
		}
		w.ExpectNoSecret(t, "the log", string(log))
	})
}

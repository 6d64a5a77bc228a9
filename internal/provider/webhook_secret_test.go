package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

func TestWebhookResource_SecretsThatAreNotStoredLeaveNoTrace(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		workspace := w.Workspace(t, "webhook.tf")
		for _, phase := range []struct {
			name      string
			arguments []string
		}{
			{"create", nil},
			{"no change", nil},
			{"another url", []string{"-var", "url=https://example.com/new"}},
			{"archive", []string{"-var", "url=https://example.com/new", "-var", "archived=true"}},
			{"unarchive", []string{"-var", "url=https://example.com/new"}},
			{"replace", []string{"-var", "url=https://example.com/new", "-replace=" + acctest.TestWebhook}},
			{"refresh", []string{"-var", "url=https://example.com/new", "-refresh-only"}},
			{"destroy", []string{"-destroy"}},
		} {
			acctest.Terraform(t, workspace, append([]string{"plan", "-out=" + acctest.PlanFile, "-var", "store_secret=false"}, phase.arguments...)...)
			acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", planned")
			acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
			acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile, "-var", "store_secret=false")
			acctest.TracesOf(t, workspace).ExpectNone(t, w, phase.name+", applied")
		}
		if active := w.API.Active(); len(active) > 0 {
			t.Errorf("%d webhooks are active after destroy", len(active))
		}
	})
}

// It shows that the search in the test above would find a secret.
func TestWebhookResource_SecretsThatAreStoredAreFound(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "webhook.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile, "-var", "rate_limit=7")

	want := []string{"plan file, tfplan", "plan file, tfstate", "plan file, tfstate-prev", "show -json", "show -json plan", "terraform.tfstate"}
	if got := acctest.TracesOf(t, workspace).Holding(onlyWebhook(t, w).Secret); !slices.Equal(got, want) {
		t.Errorf("the secret is found in %q, want %q", got, want)
	}

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "store_secret=false")
	acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile, "-var", "store_secret=false")
	want = []string{"terraform.tfstate.backup"}
	if got := acctest.TracesOf(t, workspace).Holding(onlyWebhook(t, w).Secret); !slices.Equal(got, want) {
		t.Errorf("after it is no longer stored, the secret is found in %q, want %q", got, want)
	}
}

// consumer stands for whatever uses the secret: it changes when the webhook does.
const consumer = `
resource "cakemail_webhook" "consumer" {
  url    = "https://example.com/${cakemail_webhook.contacts.id}"
  events = ["Email.Bounced"]
}
`

func TestWebhookResource_SecretsAreRotatedAsTheGuideSays(t *testing.T) {
	t.Parallel()
	create, update, archive := cakemailtest.Create, cakemailtest.Update, cakemailtest.Archive
	type operations = []cakemailtest.Operation
	later, rotation := []string{"-var", "rotation=2026-12"}, string(readTestdata(t, "rotate_at_once.tf"))
	for name, test := range map[string]struct {
		needs               since
		configuration, more string
		rotate              []string
		want                operations
	}{
		"the new webhook comes first":      {terraformData, rotation, "", later, operations{create, archive}},
		"what takes the secret comes next": {terraformData, rotation, consumer, later, operations{create, update, archive}},
		// For a moment there is no webhook, as the guide says.
		"by hand": {
			since{}, readExample(t, "resources/cakemail_webhook/resource.tf"), "",
			[]string{"-replace=cakemail_webhook.example"}, operations{archive, create},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.needs.orSkip(t)
			w := acctest.NewWorld(t)
			workspace := w.Workspace(t, "released.tf")
			writeExample(t, workspace, "main.tf", test.configuration)
			writeExample(t, workspace, "more.tf", test.more)
			acctest.Terraform(t, workspace, "apply", "-auto-approve")
			before := w.API.Active()
			w.ExpectMessages(t, acctest.Tell(t, workspace, append([]string{"plan"}, test.rotate...)...))
			w.API.ResetCalls()

			acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, test.rotate...)...)

			if changes := changesOf(w); !slices.Equal(changes, test.want) {
				t.Errorf("got the calls %v, want %v", changes, test.want)
			}
			webhooks := w.API.Webhooks()
			made, state := webhooks[len(webhooks)-1], acctest.StateOf(t, workspace)
			isSaved := slices.ContainsFunc(state, func(saved acctest.StateWebhook) bool { return saved.ID == made.ID && saved.Secret == made.Secret })
			if len(webhooks) != len(before)+1 || len(w.API.Active()) != len(before) || made.Archived || made.Secret == before[0].Secret || !isSaved {
				t.Errorf("the API holds %+v, the state %+v", webhooks, state)
			}
		})
	}
}

// The guide promises that each step leaves one webhook unchanged, and that receivers get all secrets.
func TestWebhookResource_SecretsAreRotatedInTwoSteps(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	workspace := exampleWorkspace(t, w, "guides/rotate-in-two-steps/main.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	old := w.API.Active()

	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-var", `secrets=["2026-05", "2026-11"]`),
		acctest.Warning("", "The state has an identical webhook: ID", "Ignore this when rotating, replacing a tainted webhook or keeping both."))
	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", `secrets=["2026-05", "2026-11"]`)
	both := w.API.Active()
	if len(old) != 1 || len(both) != 2 || both[0].ID != old[0].ID || both[0].Secret == both[1].Secret {
		t.Fatalf("got %+v, want %+v and another one", both, old)
	}
	if secret, want := secretOutput(t, workspace), both[0].Secret+" "+both[1].Secret; secret != want {
		t.Error("the output is not both secrets, separated by a space")
	}

	acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", `secrets=["2026-11"]`)
	left := w.API.Active()
	if len(left) != 1 || left[0].ID != both[1].ID || secretOutput(t, workspace) != both[1].Secret {
		t.Errorf("got %+v, want the newer one, with its secret in the output", left)
	}
}

// secretOutput reads the output `secret`.
func secretOutput(t *testing.T, workspace *terraformcli.Workspace) string {
	t.Helper()
	var secret string
	if err := json.Unmarshal([]byte(acctest.Terraform(t, workspace, "output", "-json", "secret")), &secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

// It runs a whole life at the most verbose log level.
func TestWebhookResource_SecretsAreNotLogged(t *testing.T) {
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
				logFile := filepath.Join(t.TempDir(), "terraform.log")
				workspace := w.Workspace(t, "webhook.tf", "TF_LOG=TRACE", "TF_LOG_PATH="+logFile)

				w.ExpectNoSecret(t, "the apply", acctest.Terraform(t, workspace, "apply", "-auto-approve"))
				w.ExpectNoSecret(t, "the plan of a change", acctest.Terraform(t, workspace, "plan", "-var", "url=https://example.com/new"))
				w.ExpectNoSecret(t, "the change", acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "url=https://example.com/new"))
				w.API.RevokeTokens()
				w.API.SetFaults(
					cakemailtest.Fault{Operation: cakemailtest.Show, Times: 1, Status: 400, Rewrite: w.Echo},
					cakemailtest.Fault{Operation: cakemailtest.Archive, Status: 422, Times: 1, Body: refusal},
				)
				w.ExpectNoSecret(t, "the refused plan", acctest.RefusedTerraform(t, workspace, "plan"))
				w.ExpectNoSecret(t, "the refused destroy", acctest.RefusedTerraform(t, workspace, "destroy", "-auto-approve"))
				w.ExpectNoSecret(t, "the destroy", acctest.Terraform(t, workspace, "destroy", "-auto-approve"))

				w.ExpectNoSecret(t, "the log", expectNothingOf(t, "", logFile))
			})
		})
	}
}

// secretsOf is an answer that repeats the webhooks' secrets.
func secretsOf(w *acctest.World) func([]byte) []byte {
	return func([]byte) []byte {
		var secrets []string
		for _, webhook := range w.API.Webhooks() {
			secrets = append(secrets, webhook.Secret)
		}
		return acctest.Repeating(secrets)
	}
}

// What no state has, no mask knows, so the API is not quoted.
func TestWebhookResource_SecretsThatNoStateHasAreNotQuoted(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		workspace := w.Workspace(t, "webhook.tf", "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+logFile, "TF_VAR_store_secret=false")
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		changes := map[cakemailtest.Operation]string{cakemailtest.Show: "rate_limit=7", cakemailtest.Archive: "archived=true"}
		if form == cakemailtest.Reference {
			changes[cakemailtest.Update] = "rate_limit=7"
		}
		for operation, change := range changes {
			w.API.SetFaults(cakemailtest.Fault{Operation: operation, Status: 422, Rewrite: secretsOf(w)})
			output := acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve", "-var", change)
			w.ExpectNoSecret(t, string(operation), output)
			if !strings.Contains(output, "bad_request") {
				t.Errorf("the message lacks the code:\n%s", output)
			}
		}
		w.ExpectNoSecret(t, "the log", expectNothingOf(t, "", logFile))
	})
}

// Credentials in a webhook's url stay hidden if the API repeats them and the variable is sensitive.
func TestWebhookResource_SecretsInAURLThatTheAPIRepeats(t *testing.T) {
	t.Parallel()
	const address = "https://jane:hunter22@example.com/hook?key=s3cret%2Fkey-of-jane&x=1#part-of-it"
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		workspace := w.Workspace(t, "sensitive_url.tf", "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+logFile,
			"TF_VAR_url="+address)
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","url"],` +
			`"msg":"'` + address + `' is not reachable, key was s3cret/key-of-jane","type":"value_error","input":"` + address + `"}]}`})
		expectNothingOf(t, acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve"), logFile, "hunter22", "s3cret", "part-of-it")

		w.API.SetFaults()
		expectNothingOf(t, acctest.Terraform(t, workspace, "apply", "-auto-approve"), logFile, "hunter22", "s3cret", "part-of-it")
		quoted := `{"detail":"no answer from jane:hunter22@example.com?key=s3cret%2Fkey-of-jane"}`
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 400, Body: quoted})
		expectNothingOf(t, acctest.RefusedTerraform(t, workspace, "plan"), logFile, "hunter22", "s3cret", "part-of-it")
	})
}

// expectNothingOf fails if the output or the log contains one of these words, and returns the log.
func expectNothingOf(t *testing.T, output, logFile string, words ...string) string {
	t.Helper()
	log, err := os.ReadFile(logFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(log, []byte("Cakemail API call")) {
		t.Error("the log does not hold the calls, so the test proves nothing")
	}
	for _, word := range words {
		for where, text := range map[string]string{"the output": output, "the log": string(log)} {
			if index := strings.Index(text, word); index >= 0 {
				t.Errorf("%s holds %s: …%q…", where, word, text[max(0, index-120):min(len(text), index+60)])
			}
		}
	}
	return string(log)
}

// talkative passes on the API's answer and sends it again behind its end, like a server with a wrong length.
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

// Go's own HTTP client logs data that comes unasked.
func TestWebhookResource_SecretsBehindAnAnswerAreNotLogged(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword()
		w.Environment["CAKEMAIL_API_BASE"] = talkative(t, w.API.URL())
		logFile := filepath.Join(t.TempDir(), "terraform.log")

		output := acctest.Terraform(t, w.Workspace(t, "configured.tf", "TF_LOG=DEBUG", "TF_LOG_PATH="+logFile), "apply", "-auto-approve")

		w.ExpectNoSecret(t, "the apply", output)
		w.ExpectNoSecret(t, "the log", expectNothingOf(t, output, logFile, "Unsolicited response"))
	})
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const invokeTest = "-invoke=action.cakemail_webhook_test_delivery.test"

// receivedURL is the receiver's url with credentials, which no text may show.
func receivedURL(address string) string {
	return strings.Replace(address, "://", "://user:"+acctest.UrlCredentials+"@", 1) + "/cakemail?key=" + acctest.UrlCredentials
}

func TestTestDeliveryInTerraform1_14(t *testing.T) {
	t.Parallel()
	actions.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		receiver := w.Verifying(t)
		logFile := filepath.Join(t.TempDir(), "terraform.log")
		workspace := w.Workspace(t, "test_delivery.tf", "TF_VAR_url="+receivedURL(receiver.Server.URL), "TF_LOG=TRACE", "TF_LOG_PATH="+logFile)

		deliveries := 0
		for _, step := range []struct {
			what      string
			arguments []string
			delivers  int
		}{
			{"creation", nil, 1},
			{"nothing to do", nil, 0},
			{"change", []string{"-var", "rate_limit=7"}, 1},
			{"invocation", []string{"-var", "rate_limit=7", invokeTest}, 1},
		} {
			output := acctest.Terraform(t, workspace, append([]string{"apply", "-auto-approve"}, step.arguments...)...)
			deliveries += step.delivers
			if got := len(receiver.Deliveries()); got != deliveries || strings.Count(output, "answered 204 No Content after ") != step.delivers {
				t.Errorf("%s: %d deliveries until now, want %d:\n%s", step.what, got, deliveries, output)
			}
			expectNoTrace(t, w, "the output about the action", linesWith(output, "Action "), receiver)
			w.ExpectNoSecret(t, "the output", output)
		}
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", "rate_limit=7")

		log, err := os.ReadFile(logFile)
		if err != nil {
			t.Fatal(err)
		}
		own := linesWith(string(log), "provider.terraform-provider-cakemail")
		if strings.Count(own, "Test delivery: ") != deliveries {
			t.Errorf("the log does not hold %d deliveries, so the test shows nothing", deliveries)
		}
		expectNoTrace(t, w, "the provider's log", own, receiver)
		w.ExpectNoSecret(t, "the log", string(log))
	})
}

// linesWith returns the lines that hold the word.
func linesWith(text, word string) string {
	var found strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			found.WriteString(line)
		}
	}
	return found.String()
}

// A receiver that refuses fails the apply, and leaves the webhook as it should be.
func TestTestDeliveryIsRefusedInTerraform1_14(t *testing.T) {
	t.Parallel()
	actions.orSkip(t)
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"401":  {acctest.Echoing(401), "The receiver answered 401 Unauthorized"},
		"hang": {func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() }, "The receiver did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			receiver := acctest.NewReceiver(t, test.answer)
			workspace := w.Workspace(t, "test_delivery.tf", "TF_VAR_url="+receiver.Server.URL+"/cakemail", "TF_VAR_timeout=1")
			output := acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
			if !strings.Contains(output, test.says) {
				t.Errorf("the output lacks %q:\n%s", test.says, output)
			}
			expectNoTrace(t, w, "the output", output, receiver)
			if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].Tainted {
				t.Errorf("the state holds %+v, want one webhook that is not tainted", state)
			}
			acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
			expectNoTrace(t, w, "the output", acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve", invokeTest), receiver)
			if deliveries := receiver.Deliveries(); len(deliveries) != 2 {
				t.Errorf("the receiver got %d deliveries, want 2", len(deliveries))
			}
		})
	}
}

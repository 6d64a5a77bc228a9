package provider_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// receivedURL is the receiver's url with credentials, which no text may show.
func receivedURL(address string) string {
	return strings.Replace(address, "://", "://user:"+acctest.UrlCredentials+"@", 1) + "/cakemail?key=" + acctest.UrlCredentials
}

// addReceived adds a webhook with the receiver's url to the API.
func addReceived(w *acctest.World, address string, account int64, event string) cakemailtest.Webhook {
	return w.AddTheirs(cakemailtest.Webhook{AccountID: account, URL: receivedURL(address), Events: []string{event}})
}

var anyTook = regexp.MustCompile(`after [0-9.]+m?s`)

// expectProgress compares the progress without receivers and times.
func expectProgress(t *testing.T, w *acctest.World, receiver string, got []string, want ...string) {
	t.Helper()
	told := strings.Join(got, "\n")
	w.ExpectNoSecret(t, "the progress", told)
	if address, err := url.Parse(receiver); err == nil {
		told = strings.ReplaceAll(told, address.Host, "RECEIVER")
	}
	if told = anyTook.ReplaceAllString(told, "after TIME"); told != strings.Join(want, "\n") {
		t.Errorf("the progress is:\n%s\nwant:\n%s", told, strings.Join(want, "\n"))
	}
}

func TestWebhookTestDeliveryAction_Posts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider, account int64
		config            acctest.Arguments
		posting           string
		// body is the expected payload, event the event of a sample.
		body, event string
		warnings    []acctest.Message
	}{
		"a sample of the webhook's event": {posting: "a sample of List.Created", event: "List.Created"},
		"a sample of an event that the webhook does not have": {
			config: acctest.Arguments{"event": "Email.Bounced"}, posting: "a sample of Email.Bounced", event: "Email.Bounced",
			warnings: []acctest.Message{acctest.Warning("event", "The webhook does not have this event", "Email.Bounced")},
		},
		"a payload":        {config: acctest.Arguments{"payload": "{ \"a\":\t\"é\" }\n"}, posting: "the payload of 14 bytes", body: "{ \"a\":\t\"é\" }\n"},
		"an empty payload": {config: acctest.Arguments{"payload": ""}, posting: "the payload of 0 bytes"},
		"to a webhook in another account": {
			account: 42, config: inAccount(42), posting: "a sample of List.Created", event: "List.Created",
		},
		"to a webhook in the provider's account": {account: 42, provider: 42, posting: "a sample of List.Created", event: "List.Created"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				receiver := w.Verifying(t)
				webhook := addReceived(w, receiver.Server.URL, test.account, "List.Created")
				config := acctest.With(acctest.Arguments{"webhook_id": webhook.ID}, test.config)
				progress, messages := w.NewCore(t, inAccount(test.provider)).Invoke(t.Context(), config)

				expectProgress(t, w, receiver.Server.URL, progress,
					"Posting "+test.posting+", signed with the webhook's secret, to http://RECEIVER",
					"http://RECEIVER answered 204 No Content after TIME")
				w.ExpectMessages(t, messages, test.warnings...)
				if calls := w.API.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
					t.Errorf("got the calls %v, want one read", w.API.Counts())
				}
				deliveries := receiver.Deliveries()
				if len(deliveries) != 1 || deliveries[0].Method != http.MethodPost || deliveries[0].Path != "/cakemail" || deliveries[0].User != "user" {
					t.Fatalf("the receiver got %+v, want one delivery", deliveries)
				}
				expectBody(t, deliveries[0].Body, form, test.event, test.body)
			})
		})
	}
}

// expectBody wants a sample of the event in this form, or the body itself.
func expectBody(t *testing.T, got string, form cakemailtest.Form, event, body string) {
	t.Helper()
	if event == "" {
		if got != body {
			t.Errorf("the receiver got %q, want %q", got, body)
		}
		return
	}
	var sample map[string]any
	if err := json.Unmarshal([]byte(got), &sample); err != nil {
		t.Fatalf("the receiver got %q: %v", got, err)
	}
	_, hasTimestamp := sample["timestamp"]
	if sample["event"] != event || hasTimestamp != (form == cakemailtest.Guide) {
		t.Errorf("the receiver got %q, want a sample of %s in the form %s", got, event, form)
	}
}

// Nothing is posted if Cakemail would not deliver it, or if it cannot be delivered.
func TestWebhookTestDeliveryAction_IsNotPosted(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(untrusted.Close)
	for name, test := range map[string]struct {
		change           func(*cakemailtest.Webhook)
		fault            cakemailtest.Fault
		provider, config acctest.Arguments
		want             acctest.Message
	}{
		"to an archived webhook": {
			change: func(webhook *cakemailtest.Webhook) { webhook.Archived = true },
			want:   acctest.Warning("webhook_id", "The webhook ID is archived", "nothing was posted"),
		},
		"to an unknown webhook": {
			config: acctest.Arguments{"webhook_id": "no-such-webhook"},
			want:   acctest.Error("webhook_id", "There is no webhook no-such-webhook", ""),
		},
		"to a webhook whose id the API refuses": {
			fault: cakemailtest.Fault{
				Operation: cakemailtest.Show, Status: 422, Body: `{"detail":[{"loc":["path","webhook_id"],"msg":"not a UUID","type":"type_error.uuid"}]}`,
			},
			want: acctest.Error("webhook_id", "The API refused webhook_id", "The API said: type_error.uuid."),
		},
		"when the API keeps the secret to itself": {
			fault: cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"signature"`, `"nothing"`)},
			want:  acctest.Error("", "The webhook ID has no secret", ""),
		},
		"to what is no address": {
			change: func(webhook *cakemailtest.Webhook) { webhook.URL = "ftp://example.com/cakemail" },
			want:   acctest.Error("", "Nothing to post to", "not an http or https address"),
		},
		"to a host with an unknown certificate": {
			change: func(webhook *cakemailtest.Webhook) { webhook.URL = untrusted.URL },
			want:   acctest.Error("", "The receiver's certificate is not trusted", "signed by unknown authority"),
		},
		"of an event without a dot": {config: acctest.Arguments{"event": "added"}, want: acctest.Error("event", "Invalid event name", `"added"`)},
		"without an id":             {config: acctest.Arguments{"webhook_id": ""}, want: acctest.Error("webhook_id", "Invalid webhook_id", "is empty")},
		"in no time":                {config: acctest.Arguments{"timeout": int64(0)}, want: acctest.Error("timeout", "Invalid timeout", "from 1 to 3600")},
		"without known credentials": {provider: acctest.Arguments{"access_token": tftypes.UnknownValue}, want: notKnownYet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			receiver := w.Verifying(t)
			webhook := addReceived(w, receiver.Server.URL, 0, "Contact.Added")
			if test.change != nil {
				w.API.Change(webhook.ID, test.change)
			}
			if test.fault.Operation != "" {
				w.API.SetFaults(test.fault)
			}
			c := w.NewCore(t, test.provider)
			_, messages := c.Invoke(t.Context(), acctest.With(acctest.Arguments{"webhook_id": webhook.ID}, test.config))
			w.ExpectMessages(t, messages, test.want)
			if deliveries := receiver.Deliveries(); len(deliveries) > 0 {
				t.Errorf("the receiver got %+v, want nothing", deliveries)
			}
		})
	}
}

// hanging is a receiver that never answers.
func hanging(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() }

func TestWebhookTestDeliveryAction_IsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer      http.HandlerFunc
		title, fact string
	}{
		"with an answer":  {acctest.Echoing(401), "The receiver answered 401 Unauthorized", "Check that the receiver has this webhook's secret"},
		"with a redirect": {acctest.Echoing(308), "The receiver answered 308 Permanent Redirect", "It redirects to another path on the same host"},
		"by another host": {func(answer http.ResponseWriter, _ *http.Request) {
			answer.Header().Set("Location", "https://"+acctest.UrlCredentials+"@example.org/x?"+acctest.UrlCredentials)
			answer.WriteHeader(http.StatusFound)
		}, "The receiver answered 302 Found", "It redirects to https://example.org."},
		"with a closed connection": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "No answer from the receiver", "the connection closed",
		},
		"by silence": {hanging, "The receiver did not answer in time", "The answer was not complete after 1s."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			receiver := acctest.NewReceiver(t, test.answer)
			webhook := addReceived(w, receiver.Server.URL, 0, "Contact.Added")
			var written strings.Builder
			ctx := tflogtest.RootLogger(t.Context(), &written)
			timeout := int64(60)
			if name == "by silence" {
				timeout = 1
			}
			progress, messages := w.NewCore(t, nil).Invoke(ctx, acctest.Arguments{"webhook_id": webhook.ID, "timeout": timeout})

			w.ExpectMessages(t, messages, acctest.Error("", test.title, test.fact))
			// Only the error shows the answer.
			expectProgress(t, w, receiver.Server.URL, progress,
				"Posting a sample of Contact.Added, signed with the webhook's secret, to http://RECEIVER")
			if deliveries := receiver.Deliveries(); len(deliveries) != 1 || !deliveries[0].Genuine(webhook.Secret) {
				t.Errorf("the receiver got %d deliveries, want one that is genuine", len(deliveries))
			}
			if !strings.Contains(written.String(), "Test delivery") || !strings.Contains(written.String(), "Cakemail API call") {
				t.Error("the log does not hold the delivery, so the test proves nothing")
			}
			expectNoTrace(t, w, "the log", written.String(), receiver)
		})
	}
	t.Run("by Terraform, which is asked to stop", func(t *testing.T) {
		w := acctest.NewWorld(t)
		c := w.NewCore(t, nil)
		receiver := acctest.NewReceiver(t, func(answer http.ResponseWriter, request *http.Request) {
			if _, err := c.Server.StopProvider(context.WithoutCancel(t.Context()), &tfprotov6.StopProviderRequest{}); err != nil {
				t.Error(err)
			}
			hanging(answer, request)
		})
		webhook := addReceived(w, receiver.Server.URL, 0, "Contact.Added")
		started := time.Now()
		_, messages := c.Invoke(t.Context(), acctest.Arguments{"webhook_id": webhook.ID, "timeout": int64(60)})
		w.ExpectMessages(t, messages, acctest.Error("", "The test delivery was stopped", ""))
		if took := time.Since(started); took > 30*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// expectNoTrace fails if the text contains a secret of the API, the credentials in the url, or a signature that the
// receiver echoed.
func expectNoTrace(t *testing.T, w *acctest.World, where, text string, receiver *acctest.Receiver) {
	t.Helper()
	w.ExpectNoSecret(t, where, text)
	hidden := []string{acctest.UrlCredentials}
	for _, delivery := range receiver.Deliveries() {
		hidden = append(hidden, delivery.Header.Get("X-Signature"))
	}
	for _, value := range hidden {
		if strings.Contains(text, value) {
			t.Errorf("%s holds %q", where, value)
		}
	}
}

// linesWith returns the lines that contain the word.
func linesWith(text, word string) string {
	var found strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			found.WriteString(line)
		}
	}
	return found.String()
}

func TestWebhookTestDeliveryAction_InTerraform1_14(t *testing.T) {
	t.Parallel()
	actions.orSkip(t)
	const invoke = "-invoke=action.cakemail_webhook_test_delivery.test"
	t.Run("each change and each invocation delivers once, and no secret is in output or log", func(t *testing.T) {
		w := acctest.NewWorld(t)
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
			{"invocation", []string{"-var", "rate_limit=7", invoke}, 1},
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
			t.Errorf("the log does not hold %d deliveries, so the test proves nothing", deliveries)
		}
		expectNoTrace(t, w, "the provider's log", own, receiver)
		w.ExpectNoSecret(t, "the log", string(log))
	})
	t.Run("a receiver that refuses fails the apply, and leaves the webhook as it should be", func(t *testing.T) {
		w := acctest.NewWorld(t)
		receiver := acctest.NewReceiver(t, acctest.Echoing(401))
		workspace := w.Workspace(t, "test_delivery.tf", "TF_VAR_url="+receiver.Server.URL+"/cakemail")
		output := acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
		if !strings.Contains(output, "The receiver answered 401 Unauthorized") {
			t.Errorf("the output does not say what the receiver answered:\n%s", output)
		}
		expectNoTrace(t, w, "the output", output, receiver)
		if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].Tainted {
			t.Errorf("the state holds %+v, want one webhook that is not tainted", state)
		}
		acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
		expectNoTrace(t, w, "the output", acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve", invoke), receiver)
		if deliveries := receiver.Deliveries(); len(deliveries) != 2 {
			t.Errorf("the receiver got %d deliveries, want 2", len(deliveries))
		}
	})
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// delivered is a delivery that fails: how the receiver answers, and what is said of it.
type delivered struct {
	answer        http.HandlerFunc
	title, advice string
}

func TestTestDeliveryIsRefused(t *testing.T) {
	t.Parallel()
	refused := func(status int, title, advice string) delivered {
		return delivered{acctest.Echoing(status), "The receiver answered " + title, advice}
	}
	for name, test := range map[string]delivered{
		"401":      refused(401, "401 Unauthorized", "Does the receiver have this webhook's secret?"),
		"500":      refused(500, "500 Internal Server Error", "The receiver failed, or a proxy did not reach it."),
		"redirect": refused(308, "308 Permanent Redirect", "It points to another path on the same host, which may differ by a slash at its end alone."),
		"redirect to another host": {
			func(answer http.ResponseWriter, _ *http.Request) {
				answer.Header().Set("Location", "https://"+acctest.UrlCredentials+"@example.org/x?"+acctest.UrlCredentials)
				answer.WriteHeader(http.StatusFound)
			}, "The receiver answered 302 Found", "It points to https://example.org.",
		},
		"closed connection": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"No answer from the receiver", "The cause: the connection was closed before the whole answer had come.",
		},
		"hang": {
			func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() },
			"The receiver did not answer in time", "The whole answer did not come within TIME.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			receiver := acctest.NewReceiver(t, test.answer)
			webhook := addReceived(w, receiver.Server.URL, "Contact.Added")
			var written strings.Builder
			ctx := tflogtest.RootLogger(t.Context(), &written)
			progress, messages := w.NewCore(t, nil).Invoke(ctx, acctest.Arguments{"webhook_id": webhook.ID, "timeout": int64(1)})

			w.ExpectMessages(t, messages, acctest.Error("", test.title, test.advice))
			answered := "No answer from http://RECEIVER after TIME"
			if status, found := strings.CutPrefix(test.title, "The receiver answered "); found {
				answered = "http://RECEIVER answered " + status + " after TIME"
			}
			expectProgress(t, w, receiver.Server.URL, progress,
				"Posting a sample of Contact.Added, signed with the webhook's secret, to http://RECEIVER", answered)
			if deliveries := receiver.Deliveries(); len(deliveries) != 1 || !deliveries[0].Genuine(webhook.Secret) {
				t.Errorf("the receiver got %d deliveries, want one that is genuine", len(deliveries))
			}
			if !strings.Contains(written.String(), "Test delivery") || !strings.Contains(written.String(), "Cakemail API call") {
				t.Error("the log does not hold the delivery, so the test shows nothing")
			}
			expectNoTrace(t, w, "the log", written.String(), receiver)
		})
	}
}

// expectNoTrace fails when the text holds a secret of the API, the credentials in
// the url, or a signature that the receiver got and echoed.
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

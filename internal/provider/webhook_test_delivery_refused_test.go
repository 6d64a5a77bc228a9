package provider_test

import (
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
		return delivered{echoing(status), "The receiver answered " + title, advice}
	}
	for name, test := range map[string]delivered{
		"401":      refused(401, "401 Unauthorized", "Does the receiver have this webhook's secret?"),
		"500":      refused(500, "500 Internal Server Error", "The receiver failed, or a proxy did not reach it."),
		"redirect": refused(308, "308 Permanent Redirect", "It points to another path on the same host, which may differ by a slash at its end alone."),
		"redirect to another host": {
			func(answer http.ResponseWriter, _ *http.Request) {
				answer.Header().Set("Location", "https://"+urlCredentials+"@example.org/x?"+urlCredentials)
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
			w := newWorld(t)
			receiver := newReceiver(t, test.answer)
			webhook := w.addReceived(receiver.server.URL, "Contact.Added")
			var written strings.Builder
			ctx := tflogtest.RootLogger(t.Context(), &written)
			progress, messages := w.newCore(t, nil).invoke(ctx, arguments{"webhook_id": webhook.ID, "timeout": int64(1)})

			w.expectMessages(t, messages, message{"error", "", test.title, test.advice})
			answered := "No answer from http://RECEIVER after TIME"
			if status, found := strings.CutPrefix(test.title, "The receiver answered "); found {
				answered = "http://RECEIVER answered " + status + " after TIME"
			}
			w.expectProgress(t, receiver.server.URL, progress,
				"Posting a sample of Contact.Added, signed with the webhook's secret, to http://RECEIVER", answered)
			if deliveries := receiver.deliveries(); len(deliveries) != 1 || !deliveries[0].genuine(webhook.Secret) {
				t.Errorf("the receiver got %d deliveries, want one that is genuine", len(deliveries))
			}
			if !strings.Contains(written.String(), "Test delivery") || !strings.Contains(written.String(), "Cakemail API call") {
				t.Error("the log does not hold the delivery, so the test shows nothing")
			}
			w.expectNoTrace(t, "the log", written.String(), receiver)
		})
	}
}

// expectNoTrace fails when the text holds a secret of the API, the credentials in
// the url, or a signature that the receiver got and echoed.
func (w *world) expectNoTrace(t *testing.T, where, text string, receiver *receiver) {
	t.Helper()
	w.expectNoSecret(t, where, text)
	hidden := []string{urlCredentials}
	for _, delivery := range receiver.deliveries() {
		hidden = append(hidden, delivery.header.Get("X-Signature"))
	}
	for _, value := range hidden {
		if strings.Contains(text, value) {
			t.Errorf("%s holds %q", where, value)
		}
	}
}

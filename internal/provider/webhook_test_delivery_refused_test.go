package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

func TestTestDeliveryIsRefused(t *testing.T) {
	t.Parallel()
	const attempt = "The test delivery posted a sample of Contact.Added to http://RECEIVER/cakemail?*** (webhook ID).\n\n"
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		summary string
		detail  string
	}{
		"401": {echoing(401), "The receiver answered 401 Unauthorized", "The receiver answered 401 Unauthorized after TIME, and only 2xx means that it took the event.\n\n" +
			"Does the receiver have this webhook's secret? A webhook that was replaced has a new one. Does it verify the body as it came, before decoding it? " +
			"And does everything in front of it, such as a login or a firewall, let deliveries through?"},
		"403": {echoing(403), "The receiver answered 403 Forbidden", "The receiver answered 403 Forbidden after TIME, and only 2xx means that it took the event.\n\n" +
			"Does the receiver have this webhook's secret? A webhook that was replaced has a new one. Does it verify the body as it came, before decoding it? " +
			"And does everything in front of it, such as a login or a firewall, let deliveries through?"},
		"404": {echoing(404), "The receiver answered 404 Not Found", "The receiver answered 404 Not Found after TIME, and only 2xx means that it took the event.\n\n" +
			"Nothing takes events at this path. Check the path in the webhook's url, and the routes of the receiver."},
		"405": {echoing(405), "The receiver answered 405 Method Not Allowed", "The receiver answered 405 Method Not Allowed after TIME, and only 2xx means that it took the event.\n\n" +
			"The receiver does not take POST at this path. Check the path in the webhook's url, including a slash at its end."},
		"415": {echoing(415), "The receiver answered 415 Unsupported Media Type", "The receiver answered 415 Unsupported Media Type after TIME, and only 2xx means that it took the event.\n\n" +
			"Look into the log of the receiver, and of any proxy in front of it."},
		"422": {echoing(422), "The receiver answered 422 Unprocessable Entity", "The receiver answered 422 Unprocessable Entity after TIME, and only 2xx means that it took the event.\n\n" +
			"The receiver refused the body. Look into its log for the reason. The argument payload sets another body."},
		"429": {echoing(429), "The receiver answered 429 Too Many Requests", "The receiver answered 429 Too Many Requests after TIME, and only 2xx means that it took the event.\n\n" +
			"The receiver takes no more events now. Wait, and set the webhook's rate_limit to what the receiver can take."},
		"500": {echoing(500), "The receiver answered 500 Internal Server Error", "The receiver answered 500 Internal Server Error after TIME, and only 2xx means that it took the event.\n\n" +
			"The receiver failed, or a proxy in front of it did not reach it. Look into the receiver's log."},
		"504": {echoing(504), "The receiver answered 504 Gateway Timeout", "The receiver answered 504 Gateway Timeout after TIME, and only 2xx means that it took the event.\n\n" +
			"The receiver failed, or a proxy in front of it did not reach it. Look into the receiver's log."},
		"redirect": {echoing(308), "The receiver answered 308 Permanent Redirect", "The receiver answered 308 Permanent Redirect after TIME, and only 2xx means that it took the event.\n\n" +
			"It points to another path on the same host, which may differ by a slash at its end alone. Deliveries follow no redirect, so set the webhook's url to the final address."},
		"redirect to another host": {
			func(answer http.ResponseWriter, _ *http.Request) {
				answer.Header().Set("Location", "https://"+urlCredentials+"@example.org/x?"+urlCredentials)
				answer.WriteHeader(http.StatusFound)
			},
			"The receiver answered 302 Found", "The receiver answered 302 Found after TIME, and only 2xx means that it took the event.\n\n" +
				"It points to an address at https://example.org. Deliveries follow no redirect, so set the webhook's url to the final address.",
		},
		"closed connection": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "No answer from the receiver",
			"RECEIVER gave no answer (the connection was closed before the whole answer had come). Is the receiver running, and can it be reached from where Terraform runs? " +
				"Check the host and the port in the webhook's url, and firewalls and proxies on the way."},
		"hang": {func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() }, "The receiver did not answer in time",
			"The whole answer did not come within TIME. Let the receiver answer at once and work on the event afterwards, or allow more time with the argument timeout."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			receiver := newReceiver(t, test.answer)
			webhook := w.addReceived(receiver.server.URL, "Contact.Added")
			var written strings.Builder
			ctx := tflogtest.RootLogger(t.Context(), &written)
			progress, messages := w.newCore(t, nil).invoke(ctx, arguments{"webhook_id": webhook.ID, "timeout": int64(1)})

			for index := range messages {
				messages[index].detail = strings.ReplaceAll(plainDelivery(receiver.server.URL, messages[index].detail), webhook.ID, "ID")
			}
			w.expectMessages(t, messages, message{"error", "", test.summary, attempt + test.detail})
			answered := "No answer from http://RECEIVER/cakemail?*** after TIME"
			if status, found := strings.CutPrefix(test.summary, "The receiver answered "); found {
				answered = "http://RECEIVER/cakemail?*** answered " + status + " after TIME"
			}
			w.expectProgress(t, receiver.server.URL, progress,
				"Posting a sample of Contact.Added, signed with the webhook's secret, to http://RECEIVER/cakemail?***", answered)
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

package provider_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

const testDelivery = "cakemail_webhook_test_delivery"

// addReceived puts a webhook into the API whose url is the receiver's, with credentials in it.
func (w *world) addReceived(address string, events ...string) cakemailtest.Webhook {
	address = strings.Replace(address, "://", "://user:"+urlCredentials+"@", 1) + "/cakemail?key=" + urlCredentials
	return w.addTheirs(cakemailtest.Webhook{URL: address, Events: events})
}

var anyTook = regexp.MustCompile(`after [0-9.]+m?s`)

// expectProgress compares the progress, with receivers and times left out.
func (w *world) expectProgress(t *testing.T, receiver string, got []string, want ...string) {
	t.Helper()
	for _, line := range got {
		w.expectNoSecret(t, "the progress", line)
	}
	if told, wanted := plainDelivery(receiver, strings.Join(got, "\n")), strings.Join(want, "\n"); told != wanted {
		t.Errorf("the progress is:\n%s\nwant:\n%s", told, wanted)
	}
}

func plainDelivery(receiver, text string) string {
	if address, err := url.Parse(receiver); err == nil {
		text = strings.ReplaceAll(text, address.Host, "RECEIVER")
	}
	return anyTook.ReplaceAllString(text, "after TIME")
}

func TestTestDelivery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider, config arguments
		account          int64
		events           []string
		posting          string
		// body is what the payload has to be, or the event of the sample.
		body, event string
		warning     message
	}{
		"of the webhook's event": {events: []string{"List.Created"}, posting: "a sample of List.Created", event: "List.Created"},
		"of the event that is asked for": {
			events: []string{"Contact.Added"}, config: arguments{"event": "Contact.Added"}, posting: "a sample of Contact.Added", event: "Contact.Added",
		},
		"of an event that the webhook does not have": {
			events: []string{"Contact.Added"}, config: arguments{"event": "Email.Bounced"}, posting: "a sample of Email.Bounced", event: "Email.Bounced",
			warning: message{"warning", "event", "The webhook does not have this event", "Cakemail never posts Email.Bounced to it."},
		},
		"of a payload": {
			events: []string{"Contact.Added"}, config: arguments{"payload": "{ \"a\":\t\"é\" }\n"}, posting: "the payload of 14 bytes", body: "{ \"a\":\t\"é\" }\n",
		},
		"of an empty payload": {events: []string{"Contact.Added"}, config: arguments{"payload": ""}, posting: "the payload of 0 bytes"},
		"in another account": {
			events: []string{"Contact.Added"}, account: 42, config: arguments{"account_id": int64(42)}, posting: "a sample of Contact.Added", event: "Contact.Added",
		},
		"in the provider's account": {
			events: []string{"Contact.Added"}, account: 42, provider: arguments{"account_id": int64(42)}, posting: "a sample of Contact.Added", event: "Contact.Added",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := newWorld(t, cakemailtest.WithForm(form))
				receiver := w.verifying(t)
				webhook := w.addReceived(receiver.server.URL, test.events...)
				w.api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.AccountID = max(webhook.AccountID, test.account) })
				config := with(arguments{"webhook_id": webhook.ID}, test.config)
				progress, messages := w.newCore(t, test.provider).invoke(t.Context(), config)

				w.expectProgress(t, receiver.server.URL, progress,
					"Posting "+test.posting+", signed with the webhook's secret, to http://RECEIVER",
					"http://RECEIVER answered 204 No Content after TIME")
				var want []message
				if test.warning != (message{}) {
					want = append(want, test.warning)
				}
				w.expectMessages(t, messages, want...)
				if calls := w.api.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
					t.Errorf("got the calls %v, want one read", w.api.Counts())
				}
				deliveries := receiver.deliveries()
				if len(deliveries) != 1 || deliveries[0].method != http.MethodPost || deliveries[0].path != "/cakemail" || deliveries[0].user != "user" {
					t.Fatalf("the receiver got %+v, want one delivery", deliveries)
				}
				expectBody(t, deliveries[0].body, form, test.event, test.body)
			})
		})
	}
}

// expectBody wants a sample of the event in this form, or else the body itself.
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
	_, hasCreatedOn := sample["created_on"]
	if sample["event"] != event || hasTimestamp != (form == cakemailtest.Guide) || hasCreatedOn != (form == cakemailtest.Reference) {
		t.Errorf("the receiver got %q, want a sample of %s in the form %s", got, event, form)
	}
}

// What Cakemail would not deliver, or cannot be delivered, reaches no receiver.
func TestTestDeliveryIsNotPosted(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(untrusted.Close)
	for name, test := range map[string]struct {
		change func(*cakemailtest.Webhook)
		fault  cakemailtest.Fault
		config arguments
		want   message
	}{
		"to an archived webhook": {
			change: func(webhook *cakemailtest.Webhook) { webhook.Archived = true },
			want:   message{"error", "webhook_id", "The webhook ID is archived", ""},
		},
		"to an unknown webhook": {
			config: arguments{"webhook_id": "no-such-webhook"},
			want:   message{"error", "", "There is no webhook no-such-webhook", ""},
		},
		"to a webhook whose id the API refuses": {
			fault: cakemailtest.Fault{Operation: cakemailtest.Show, Status: 422, Body: `{"detail":[{"loc":["path","webhook_id"],"msg":"not a UUID","type":"x"}]}`},
			want:  message{"error", "webhook_id", "The API refused webhook_id", "It said: not a UUID."},
		},
		"when the API keeps the secret to itself": {
			fault: cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: replacing(`"signature"`, `"nothing"`)},
			want:  message{"error", "", "The webhook ID has no secret", ""},
		},
		"to what is no address": {
			change: func(webhook *cakemailtest.Webhook) { webhook.URL = "ftp://example.com/cakemail" },
			want:   message{"error", "", "Nothing to post to", "The cause: the webhook's url is not an http or https address."},
		},
		"to a host with an unknown certificate": {
			change: func(webhook *cakemailtest.Webhook) { webhook.URL = untrusted.URL },
			want:   message{"error", "", "The receiver's certificate is not trusted", "x509: certificate signed by unknown authority"},
		},
		"of an event without a dot": {
			config: arguments{"event": "added"},
			want:   message{"error", "event", "Invalid event name", `Cakemail does not accept the event "added".`},
		},
		"without an id": {
			config: arguments{"webhook_id": ""},
			want:   message{"error", "webhook_id", "Invalid webhook_id", "the id is empty"},
		},
		"in no time": {
			config: arguments{"timeout": int64(0)},
			want:   message{"error", "timeout", "Invalid timeout", "timeout must be from 1 to 3600."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			receiver := w.verifying(t)
			webhook := w.addReceived(receiver.server.URL, "Contact.Added")
			if test.change != nil {
				w.api.Change(webhook.ID, test.change)
			}
			if test.fault.Operation != "" {
				w.api.SetFaults(test.fault)
			}
			_, messages := w.newCore(t, nil).invoke(t.Context(), with(arguments{"webhook_id": webhook.ID}, test.config))
			w.expectMessages(t, messages, test.want)
			if deliveries := receiver.deliveries(); len(deliveries) > 0 {
				t.Errorf("the receiver got %+v, want nothing", deliveries)
			}
		})
	}
}

// While the provider's configuration is unknown, there is nothing to deliver with.
func TestTestDeliveryWithoutCredentials(t *testing.T) {
	t.Parallel()
	c := newWorld(t).unconfigured(t)
	c.configure(arguments{"access_token": tftypes.UnknownValue})
	_, messages := c.invoke(t.Context(), arguments{"webhook_id": "1001"})
	if len(messages) != 1 || !messages[0].has(notKnownYet) {
		t.Errorf("got %s", indented(messages))
	}
}

// Terraform that is asked to stop does not wait for the receiver.
func TestTestDeliveryIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, nil)
	receiver := newReceiver(t, func(_ http.ResponseWriter, request *http.Request) {
		if _, err := c.server.StopProvider(context.WithoutCancel(t.Context()), &tfprotov6.StopProviderRequest{}); err != nil {
			t.Error(err)
		}
		<-request.Context().Done()
	})
	webhook := w.addReceived(receiver.server.URL, "Contact.Added")
	started := time.Now()
	_, messages := c.invoke(t.Context(), arguments{"webhook_id": webhook.ID, "timeout": int64(60)})
	if len(messages) != 1 || messages[0].summary != "The test delivery was stopped" || time.Since(started) > 30*time.Second {
		t.Errorf("got %s after %s", indented(messages), time.Since(started))
	}
}

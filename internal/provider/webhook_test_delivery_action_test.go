package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

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

// addReceived puts a webhook into the API whose url is the receiver's, with credentials in it.
func addReceived(w *acctest.World, address string, events ...string) cakemailtest.Webhook {
	address = strings.Replace(address, "://", "://user:"+acctest.UrlCredentials+"@", 1) + "/cakemail?key=" + acctest.UrlCredentials
	return w.AddTheirs(cakemailtest.Webhook{URL: address, Events: events})
}

var anyTook = regexp.MustCompile(`after [0-9.]+m?s`)

// expectProgress compares the progress, with receivers and times left out.
func expectProgress(t *testing.T, w *acctest.World, receiver string, got []string, want ...string) {
	t.Helper()
	for _, line := range got {
		w.ExpectNoSecret(t, "the progress", line)
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
		provider, config acctest.Arguments
		account          int64
		events           []string
		posting          string
		// body is what the payload has to be, or the event of the sample.
		body, event string
		warning     acctest.Message
	}{
		"of the webhook's event": {events: []string{"List.Created"}, posting: "a sample of List.Created", event: "List.Created"},
		"of the event that is asked for": {
			events: []string{"Contact.Added"}, config: acctest.Arguments{"event": "Contact.Added"}, posting: "a sample of Contact.Added", event: "Contact.Added",
		},
		"of an event that the webhook does not have": {
			events: []string{"Contact.Added"}, config: acctest.Arguments{"event": "Email.Bounced"}, posting: "a sample of Email.Bounced", event: "Email.Bounced",
			warning: acctest.Warning("event", "The webhook does not have this event", "Cakemail never posts Email.Bounced to it."),
		},
		"of a payload": {
			events: []string{"Contact.Added"}, config: acctest.Arguments{"payload": "{ \"a\":\t\"é\" }\n"}, posting: "the payload of 14 bytes", body: "{ \"a\":\t\"é\" }\n",
		},
		"of an empty payload": {events: []string{"Contact.Added"}, config: acctest.Arguments{"payload": ""}, posting: "the payload of 0 bytes"},
		"in another account": {
			events: []string{"Contact.Added"}, account: 42, config: acctest.Arguments{"account_id": int64(42)}, posting: "a sample of Contact.Added", event: "Contact.Added",
		},
		"in the provider's account": {
			events: []string{"Contact.Added"}, account: 42, provider: acctest.Arguments{"account_id": int64(42)}, posting: "a sample of Contact.Added", event: "Contact.Added",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				receiver := w.Verifying(t)
				webhook := addReceived(w, receiver.Server.URL, test.events...)
				w.Api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.AccountID = max(webhook.AccountID, test.account) })
				config := acctest.With(acctest.Arguments{"webhook_id": webhook.ID}, test.config)
				progress, messages := w.NewCore(t, test.provider).Invoke(t.Context(), config)

				expectProgress(t, w, receiver.Server.URL, progress,
					"Posting "+test.posting+", signed with the webhook's secret, to http://RECEIVER",
					"http://RECEIVER answered 204 No Content after TIME")
				var want []acctest.Message
				if test.warning != (acctest.Message{}) {
					want = append(want, test.warning)
				}
				w.ExpectMessages(t, messages, want...)
				if calls := w.Api.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
					t.Errorf("got the calls %v, want one read", w.Api.Counts())
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
		config acctest.Arguments
		want   acctest.Message
	}{
		"to an archived webhook": {
			change: func(webhook *cakemailtest.Webhook) { webhook.Archived = true },
			want:   acctest.Error("webhook_id", "The webhook ID is archived", ""),
		},
		"to an unknown webhook": {
			config: acctest.Arguments{"webhook_id": "no-such-webhook"},
			want:   acctest.Error("webhook_id", "There is no webhook no-such-webhook", ""),
		},
		"to a webhook whose id the API refuses": {
			fault: cakemailtest.Fault{Operation: cakemailtest.Show, Status: 422, Body: `{"detail":[{"loc":["path","webhook_id"],"msg":"not a UUID","type":"x"}]}`},
			want:  acctest.Error("webhook_id", "The API refused webhook_id", "It said: not a UUID."),
		},
		"when the API keeps the secret to itself": {
			fault: cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(`"signature"`, `"nothing"`)},
			want:  acctest.Error("", "The webhook ID has no secret", ""),
		},
		"to what is no address": {
			change: func(webhook *cakemailtest.Webhook) { webhook.URL = "ftp://example.com/cakemail" },
			want:   acctest.Error("", "Nothing to post to", "The cause: the webhook's url is not an http or https address."),
		},
		"to a host with an unknown certificate": {
			change: func(webhook *cakemailtest.Webhook) { webhook.URL = untrusted.URL },
			want:   acctest.Error("", "The receiver's certificate is not trusted", "x509: certificate signed by unknown authority"),
		},
		"of an event without a dot": {
			config: acctest.Arguments{"event": "added"},
			want:   acctest.Error("event", "Invalid event name", `Cakemail does not accept the event "added".`),
		},
		"without an id": {
			config: acctest.Arguments{"webhook_id": ""},
			want:   acctest.Error("webhook_id", "Invalid webhook_id", "the id is empty"),
		},
		"in no time": {
			config: acctest.Arguments{"timeout": int64(0)},
			want:   acctest.Error("timeout", "Invalid timeout", "timeout must be from 1 to 3600."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			receiver := w.Verifying(t)
			webhook := addReceived(w, receiver.Server.URL, "Contact.Added")
			if test.change != nil {
				w.Api.Change(webhook.ID, test.change)
			}
			if test.fault.Operation != "" {
				w.Api.SetFaults(test.fault)
			}
			_, messages := w.NewCore(t, nil).Invoke(t.Context(), acctest.With(acctest.Arguments{"webhook_id": webhook.ID}, test.config))
			w.ExpectMessages(t, messages, test.want)
			if deliveries := receiver.Deliveries(); len(deliveries) > 0 {
				t.Errorf("the receiver got %+v, want nothing", deliveries)
			}
		})
	}
}

// While the provider's configuration is unknown, there is nothing to deliver with.
func TestTestDeliveryWithoutCredentials(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	c.Configure(acctest.Arguments{"access_token": tftypes.UnknownValue})
	_, messages := c.Invoke(t.Context(), acctest.Arguments{"webhook_id": "1001"})
	if len(messages) != 1 || !messages[0].Has(notKnownYet) {
		t.Errorf("got %s", acctest.Indented(messages))
	}
}

// Terraform that is asked to stop does not wait for the receiver.
func TestTestDeliveryIsStopped(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	receiver := acctest.NewReceiver(t, func(_ http.ResponseWriter, request *http.Request) {
		if _, err := c.Server.StopProvider(context.WithoutCancel(t.Context()), &tfprotov6.StopProviderRequest{}); err != nil {
			t.Error(err)
		}
		<-request.Context().Done()
	})
	webhook := addReceived(w, receiver.Server.URL, "Contact.Added")
	started := time.Now()
	_, messages := c.Invoke(t.Context(), acctest.Arguments{"webhook_id": webhook.ID, "timeout": int64(60)})
	if len(messages) != 1 || messages[0].Summary != "The test delivery was stopped" || time.Since(started) > 30*time.Second {
		t.Errorf("got %s after %s", acctest.Indented(messages), time.Since(started))
	}
}

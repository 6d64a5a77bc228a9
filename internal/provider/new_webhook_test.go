package provider_test

import (
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// What reads a webhook in the apply that creates it waits for replicas that lag.
func TestANewWebhookCanBeReadAtOnce(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*core, string) []message{
		"by the ephemeral resource": func(c *core, id string) []message {
			_, messages := c.open(arguments{"id": id})
			return messages
		},
		"by the data source": func(c *core, id string) []message {
			_, messages := c.data("cakemail_webhook", arguments{"id": id})
			return messages
		},
		"by the action": func(c *core, id string) []message {
			_, messages := c.invoke(c.t.Context(), arguments{"webhook_id": id})
			return messages
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The guide's create needs no look at the webhook, so the reader is the first.
			w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
			w.patience = cakemail.Patience{NewWebhook: 30 * time.Second}
			receiver := w.verifying(t)
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Lag: time.Second})
			c := w.newCore(t, nil)
			if problems := c.apply(arguments{"url": receiver.server.URL, "events": []string{"Contact.Added"}}); len(problems) > 0 {
				t.Fatal(indented(problems))
			}
			if messages := read(c, w.api.Active()[0].ID); len(messages) > 0 {
				t.Errorf("it cannot be read:\n%s", indented(messages))
			}
			if looks := w.api.Count(cakemailtest.Show); looks < 2 {
				t.Errorf("%d looks, so nothing lagged", looks)
			}
		})
	}
}

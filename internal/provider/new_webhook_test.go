package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// What reads a webhook in the apply that creates it waits for replicas that lag.
func TestANewWebhookCanBeReadAtOnce(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*acctest.Core, string) []acctest.Message{
		"by the ephemeral resource": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Open(acctest.Arguments{"id": id})
			return messages
		},
		"by the data source": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id})
			return messages
		},
		"by the action": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Invoke(c.T.Context(), acctest.Arguments{"webhook_id": id})
			return messages
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The guide's create needs no look at the webhook, so the reader is the first.
			w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
			w.Patience = cakemail.Patience{NewWebhook: 30 * time.Second}
			receiver := w.Verifying(t)
			w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Lag: time.Second})
			c := w.NewCore(t, nil)
			if problems := c.Apply(acctest.Arguments{"url": receiver.Server.URL, "events": []string{"Contact.Added"}}); len(problems) > 0 {
				t.Fatal(acctest.Indented(problems))
			}
			if messages := read(c, w.Api.Active()[0].ID); len(messages) > 0 {
				t.Errorf("it cannot be read:\n%s", acctest.Indented(messages))
			}
			if looks := w.Api.Count(cakemailtest.Show); looks < 2 {
				t.Errorf("%d looks, so nothing lagged", looks)
			}
		})
	}
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A webhook with several events is not archived where the API takes one event now.
func TestSeveralEventsAreRefusedBeforeTheWebhookIsArchived(t *testing.T) {
	t.Parallel()
	given := hook(acctest.Arguments{"events": []string{"Contact.Added", "Contact.Removed"}})
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	c := w.NewCore(t, nil)
	c.MustApply(given)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: func([]byte) []byte {
		return []byte(
			`{"id":"` + c.Text("id") + `","signature":{"key":"` + c.Text("secret") + `","hash_function":"sha256"},"data":{"url":"https://example.com/cakemail",` +
				`"event":"Contact.Added","rate_limit":100,"rate_limit_period":"hour","status":"active"}}`,
		)
	}})
	w.ExpectMessages(t, c.Refresh())
	first := c.Plan(c.State, acctest.Block(c.Webhook, given))
	w.ExpectMessages(t, acctest.MessagesOf(first.Diagnostics))

	told := acctest.ErrorsIn(c.Replace(given, first.PlannedPrivate))

	if len(told) != 1 || told[0].Summary != "This API takes one event per webhook" {
		t.Errorf("got %s", acctest.Indented(told))
	}
	if archived := w.Api.Count(cakemailtest.Archive); archived > 0 {
		t.Errorf("%d webhooks were archived", archived)
	}
}

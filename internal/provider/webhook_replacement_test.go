package provider_test

import (
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A webhook with several events is not archived where the API takes one event now.
func TestSeveralEventsAreRefusedBeforeTheWebhookIsArchived(t *testing.T) {
	t.Parallel()
	given := hook(arguments{"events": []string{"Contact.Added", "Contact.Removed"}})
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	c := w.newCore(t, nil)
	c.mustApply(given)
	w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: func([]byte) []byte {
		return []byte(`{"id":"` + c.text("id") + `","signature":{"key":"` + c.text("secret") + `","hash_function":"sha256"},"data":{"url":"https://example.com/cakemail",` +
			`"event":"Contact.Added","rate_limit":100,"rate_limit_period":"hour","status":"active"}}`)
	}})
	w.expectMessages(t, c.refresh())
	first := c.plan(c.state, block(c.webhook, given))
	w.expectMessages(t, messagesOf(first.Diagnostics))

	told := errorsIn(c.replace(given, first.PlannedPrivate))

	if len(told) != 1 || told[0].summary != "This API takes one event per webhook" {
		t.Errorf("got %s", indented(told))
	}
	if archived := w.api.Count(cakemailtest.Archive); archived > 0 {
		t.Errorf("%d webhooks were archived", archived)
	}
}

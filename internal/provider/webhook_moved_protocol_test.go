package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A webhook that is not where the move says is not created a second time.
func TestMovedWebhookThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	webhook := w.api.Add(cakemailtest.Webhook{AccountID: 43, URL: "https://example.com/a", Events: []string{"Contact.Added"}})
	i := &identified{core: w.newCore(t, arguments{"account_id": int64(42)})}
	i.moveRestapi(webhook.ID, "")
	messages := errorsIn(i.refresh())
	if len(messages) != 1 || messages[0].summary != "The moved webhook was not found" || !strings.Contains(messages[0].detail, "is not in account 42") {
		t.Errorf("got:\n%s\nwant that it is not in account 42", indented(messages))
	}

	// Once it has been read, one that is gone is created again, as ever.
	w.api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.AccountID = 42 })
	i.read()
	w.api.Remove(webhook.ID)
	if messages := i.refresh(); len(messages) > 0 || !i.state.IsNull() {
		t.Errorf("got messages:\n%s\nand the state %s, want neither", indented(messages), i.state)
	}
}

// Without a refresh, the apply reads what the source's state does not tell.
func TestMovedWebhookWithoutARefresh(t *testing.T) {
	t.Parallel()
	for name, storeSecret := range map[string]bool{"with its secret": true, "without its secret": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			i := &identified{core: w.newCore(t, nil)}
			webhook := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/a", Events: []string{"Contact.Added"}})
			i.moveRestapi(webhook.ID, "")

			i.change(arguments{"url": webhook.URL, "events": webhook.Events, "store_secret": storeSecret})

			before := i.state
			if i.read(); !i.state.Equal(before) {
				t.Errorf("the state is %s, and %s after a refresh", before, i.state)
			}
			// Once it has been read, one that is gone is created again.
			w.api.Remove(webhook.ID)
			if messages := i.refresh(); len(messages) > 0 || !i.state.IsNull() {
				t.Errorf("got messages:\n%s\nand the state %s, want neither", indented(messages), i.state)
			}
		})
	}
}

func TestMovedWebhookIsDestroyedInTheProvidersAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	webhook := w.api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/a", Events: []string{"Contact.Added"}})
	i := &identified{core: w.newCore(t, arguments{"account_id": int64(42)})}
	i.moveRestapi(webhook.ID, "")
	if messages := i.archive(); len(messages) > 0 || len(w.api.Active()) > 0 {
		t.Errorf("got messages:\n%s\nand %d active webhooks, want neither", indented(messages), len(w.api.Active()))
	}
}

// The identity never changes, so it waits for the account.
func TestMovedWebhookWaitsForAnUnknownAccount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ query, severity string }{
		"that the source does not say": {"", "error"},
		"that the source tells":        {"account_id=43", "warning"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &identified{core: newWorld(t).newCore(t, arguments{"account_id": tftypes.UnknownValue})}
			i.moveRestapi("abc", test.query)
			before := i.state
			messages := i.refresh()
			if len(messages) != 1 || messages[0].severity != test.severity || !strings.Contains(messages[0].detail, "account_id will be known only after apply") {
				t.Errorf("got:\n%s\nwant one %s about account_id", indented(messages), test.severity)
			}
			if kept := attributesOf(t, i.state)["account_id"]; !kept.Equal(attributesOf(t, before)["account_id"]) {
				t.Errorf("account_id is %s, want it as it was", kept)
			}
		})
	}
}

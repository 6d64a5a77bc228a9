package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A webhook that is not where the move says is not created a second time.
func TestMovedWebhookThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	webhook := w.Api.Add(cakemailtest.Webhook{AccountID: 43, URL: "https://example.com/a", Events: []string{"Contact.Added"}})
	i := &identified{Core: w.NewCore(t, acctest.Arguments{"account_id": int64(42)})}
	i.moveRestapi(webhook.ID, "")
	messages := acctest.ErrorsIn(i.Refresh())
	if len(messages) != 1 || messages[0].Summary != "The moved webhook was not found" || !strings.Contains(messages[0].Detail, "is not in account 42") {
		t.Errorf("got:\n%s\nwant that it is not in account 42", acctest.Indented(messages))
	}

	// Once it has been read, one that is gone is created again, as ever.
	w.Api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.AccountID = 42 })
	i.read()
	w.Api.Remove(webhook.ID)
	if messages := i.Refresh(); len(messages) > 0 || !i.State.IsNull() {
		t.Errorf("got messages:\n%s\nand the state %s, want neither", acctest.Indented(messages), i.State)
	}
}

// Without a refresh, the apply reads what the source's state does not tell.
func TestMovedWebhookWithoutARefresh(t *testing.T) {
	t.Parallel()
	for name, storeSecret := range map[string]bool{"with its secret": true, "without its secret": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			i := &identified{Core: w.NewCore(t, nil)}
			webhook := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/a", Events: []string{"Contact.Added"}})
			i.moveRestapi(webhook.ID, "")

			i.change(acctest.Arguments{"url": webhook.URL, "events": webhook.Events, "store_secret": storeSecret})

			before := i.State
			if i.read(); !i.State.Equal(before) {
				t.Errorf("the state is %s, and %s after a refresh", before, i.State)
			}
			// Once it has been read, one that is gone is created again.
			w.Api.Remove(webhook.ID)
			if messages := i.Refresh(); len(messages) > 0 || !i.State.IsNull() {
				t.Errorf("got messages:\n%s\nand the state %s, want neither", acctest.Indented(messages), i.State)
			}
		})
	}
}

func TestMovedWebhookIsDestroyedInTheProvidersAccount(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	webhook := w.Api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/a", Events: []string{"Contact.Added"}})
	i := &identified{Core: w.NewCore(t, acctest.Arguments{"account_id": int64(42)})}
	i.moveRestapi(webhook.ID, "")
	if messages := i.Archive(); len(messages) > 0 || len(w.Api.Active()) > 0 {
		t.Errorf("got messages:\n%s\nand %d active webhooks, want neither", acctest.Indented(messages), len(w.Api.Active()))
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
			i := &identified{Core: acctest.NewWorld(t).NewCore(t, acctest.Arguments{"account_id": tftypes.UnknownValue})}
			i.moveRestapi("abc", test.query)
			before := i.State
			messages := i.Refresh()
			if len(messages) != 1 || messages[0].Severity != test.severity || !strings.Contains(messages[0].Detail, "account_id will be known only after apply") {
				t.Errorf("got:\n%s\nwant one %s about account_id", acctest.Indented(messages), test.severity)
			}
			if kept := acctest.AttributesOf(t, i.State)["account_id"]; !kept.Equal(acctest.AttributesOf(t, before)["account_id"]) {
				t.Errorf("account_id is %s, want it as it was", kept)
			}
		})
	}
}

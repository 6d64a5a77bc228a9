package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// Where only some events are the same, importing leads to a replacement.
func TestAPlanSaysThatTheEventsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added", "Email.Bounced"}})
	c := w.newCore(t, nil)

	told := messagesOf(c.plan(c.state, block(c.webhook, hook(arguments{"store_secret": tftypes.UnknownValue}))).Diagnostics)

	if len(told) != 1 || !strings.Contains(told[0].detail, "write its events into the resource") || strings.Contains(told[0].detail, "store_secret=false") {
		t.Errorf("got %s", indented(told))
	}
}

// An apply comes only to what changes, so it cannot tell whom the others belong to.
func TestAnApplyThatHasBegunDoesNotWarn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	applying := w.newCore(t, nil)
	applying.mustApply(hook(arguments{"url": "https://example.com/other"}))

	w.expectMessages(t, messagesOf(applying.plan(tftypes.NewValue(applying.webhook, nil), block(applying.webhook, hook(nil))).Diagnostics))
}

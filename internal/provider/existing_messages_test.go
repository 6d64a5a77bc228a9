package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// What is to be pasted stays one argument, whatever the API calls its webhooks.
func TestAnIDIsQuotedWhereItIsToBePasted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.Add(cakemailtest.Webhook{ID: `a'; touch b #${c}%{d}`, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	c := w.newCore(t, nil)

	told := messagesOf(c.plan(c.state, block(c.webhook, hook(nil))).Diagnostics)

	for _, want := range []string{`terraform import ADDRESS 'a'\''; touch b #${c}%{d}'`, `id = "a'; touch b #$${c}%%{d}"`} {
		if len(told) != 1 || !strings.Contains(told[0].detail, want) {
			t.Errorf("got %s, want %s", indented(told), want)
		}
	}
}

// A resource that has a webhook cannot import another one in its place.
func TestAReplacementWarnsOfAnEqualWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.newCore(t, nil)
	c.mustApply(hook(nil))
	other := w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Email.Bounced"}})
	later := w.newCore(t, nil)
	later.keep(c.state, c.private)

	told := messagesOf(later.plan(later.state, block(c.webhook, hook(arguments{"events": []string{"Email.Bounced"}}))).Diagnostics)

	if got := existing(told); !slices.Equal(got, []string{other.ID}) || strings.Contains(indented(told), "import {") {
		t.Errorf("got %s", indented(told))
	}
}

// Where only some events are the same, importing leads to a replacement.
func TestAPlanSaysThatTheEventsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	w.api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added", "Email.Bounced"}})
	c := w.newCore(t, nil)

	told := messagesOf(c.plan(c.state, block(c.webhook, hook(arguments{"store_secret": tftypes.UnknownValue}))).Diagnostics)

	if len(told) != 1 || !strings.Contains(told[0].detail, "Its events differ from those of this resource.") || strings.Contains(told[0].detail, "store_secret=false") {
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

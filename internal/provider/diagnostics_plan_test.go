package provider_test

import (
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A plan that would change the secret says so, before anything happens.
func TestPlanSaysThatTheSecretWillChange(t *testing.T) {
	t.Parallel()
	warning := func(what, more string) []message {
		return []message{{"warning", "", "The secret of the webhook ID will change", "The API cannot change " + what + " in place, so the webhook ID will be archived and a new one created, " +
			"with a new id and a new secret. Receivers that verify signatures need the new secret. With lifecycle { create_before_destroy = true }, the old webhook delivers until the new one exists." + more}}
	}
	for name, test := range map[string]struct {
		form          cakemailtest.Form
		before, after arguments
		want          []message
	}{
		"another event":               {cakemailtest.Reference, nil, arguments{"events": []string{"Email.Bounced"}}, warning("events", "")},
		"from one account to another": {cakemailtest.Reference, arguments{"account_id": int64(42)}, arguments{"account_id": int64(43)}, warning("account_id", "")},
		"the first account": {cakemailtest.Reference, nil, arguments{"account_id": int64(42)}, warning("account_id",
			"\n\nIt cannot stay as it is, because the API shows no such webhook in account 42.")},
		"another url where it can be changed":    {cakemailtest.Reference, nil, arguments{"url": "https://example.com/new"}, nil},
		"another url where it cannot be changed": {cakemailtest.Guide, nil, arguments{"url": "https://example.com/new"}, warning("url", "")},
		"everything where nothing can be changed": {
			cakemailtest.Guide, nil,
			arguments{"url": "https://example.com/new", "events": []string{"Email.Bounced"}, "rate_limit": int64(7), "rate_limit_period": "minute"},
			warning("events and url and rate_limit and rate_limit_period", ""),
		},
		"a pause": {cakemailtest.Guide, nil, arguments{"archived": true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cakemailtest.WithForm(test.form))
			c := w.newCore(t, nil)
			c.mustApply(hook(test.before))

			planned := c.plan(c.state, block(c.webhook, hook(test.after)))

			w.expectMessages(t, messagesOf(planned.Diagnostics), test.want...)
			if replaced := len(planned.RequiresReplace) > 0; replaced != (len(test.want) > 0) {
				t.Errorf("the plan replaces: %v", planned.RequiresReplace)
			}
		})
	}
}

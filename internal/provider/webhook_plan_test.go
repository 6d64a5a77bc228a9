package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

var bothForms = []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}

// changing is a change by somebody else.
func changing(change func(*cakemailtest.Webhook)) func(*acctest.World, string) {
	return func(w *acctest.World, id string) { w.API.Change(id, change) }
}

// applyLate applies a plan without a refresh after something has happened.
func applyLate(c *acctest.Core, given acctest.Arguments, happens func()) []acctest.Message {
	c.T.Helper()
	config := acctest.Block(c.Webhook, given)
	planned := c.Plan(c.State, config)
	if len(planned.RequiresReplace) > 0 {
		c.T.Errorf("the plan replaces for %s", planned.RequiresReplace)
	}
	happens()
	return c.Change(config, planned.PlannedState, planned.PlannedPrivate)
}

// What a plan does, and what it knows. TestChangeSendsEachSettingAloneOrReplaces has the settings.
func TestWebhookResource_Plan(t *testing.T) {
	t.Parallel()
	elsewhere := changing(func(webhook *cakemailtest.Webhook) { webhook.URL = "https://example.com/elsewhere" })
	events := func(names ...string) acctest.Arguments { return acctest.Arguments{"events": names} }
	address := func(url string) acctest.Arguments { return acctest.Arguments{"url": url} }
	create, update, archive, unarchive := cakemailtest.Create, cakemailtest.Update, cakemailtest.Archive, cakemailtest.Unarchive
	type operations = []cakemailtest.Operation
	paused, unstored, stored := acctest.Arguments{"archived": true}, acctest.Arguments{"store_secret": false}, acctest.Arguments{"store_secret": true}
	for name, test := range map[string]struct {
		before    acctest.Arguments
		elsewhere func(*acctest.World, string)
		after     acctest.Arguments
		want      operations
		forms     []cakemailtest.Form
	}{
		"another account replaces": {nil, nil, acctest.Arguments{"account_id": int64(42)}, operations{archive, create}, bothForms},
		"archived elsewhere is healed in place": {
			nil, changing(func(webhook *cakemailtest.Webhook) { webhook.Archived = true }), nil, operations{unarchive}, bothForms},
		"gone elsewhere is created again":     {nil, func(w *acctest.World, id string) { w.API.Remove(id) }, nil, operations{create}, bothForms},
		"another url elsewhere is set right":  {nil, elsewhere, nil, operations{update}, bothForms[:1]},
		"or replaced where it cannot be":      {nil, elsewhere, nil, operations{archive, create}, bothForms[1:]},
		"an unset rate limit follows the API": {nil, changing(func(webhook *cakemailtest.Webhook) { webhook.RateLimit = 77 }), nil, nil, bothForms},
		"other events elsewhere are replaced": {
			nil, changing(func(webhook *cakemailtest.Webhook) { webhook.Events = []string{"Email.Bounced"} }), nil, operations{archive, create}, bothForms},
		// In the guide's form, the in-memory API returns events in reverse order.
		"events have no order": {
			events("Contact.Added", "Email.Bounced", "Email.Opened"), nil, events("Email.Opened", "Contact.Added", "Email.Bounced"), nil, bothForms[1:]},
		"archived from the start, it stays so": {paused, nil, paused, nil, bothForms},
		"resuming changes nothing else":        {paused, nil, nil, operations{unarchive}, bothForms},
		"no path is an empty path":             {address("https://example.com/"), nil, address("https://example.com"), nil, bothForms},
		"a host has no case":                   {address("https://example.com/hook"), nil, address("HTTPS://Example.COM/hook"), nil, bothForms},
		"nor together with another change": {
			address("https://example.com/hook"), nil, acctest.Arguments{"url": "HTTPS://Example.COM/hook", "archived": true}, operations{archive}, bothForms},
		"a secret that is stored no more": {nil, nil, unstored, nil, bothForms},
		"with another change": {
			nil, nil, acctest.Arguments{"store_secret": false, "url": "https://example.com/new"}, operations{update}, bothForms[:1]},
		"and a pause":             {nil, nil, acctest.Arguments{"store_secret": false, "archived": true}, operations{archive}, bothForms},
		"a secret stays unstored": {unstored, nil, unstored, nil, bothForms},
		"or is stored again":      {unstored, nil, stored, nil, bothForms},
		"together with a change":  {unstored, nil, acctest.Arguments{"url": "https://example.com/new"}, operations{update}, bothForms[:1]},
	} {
		for _, form := range test.forms {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := w.NewCore(t, nil)
				c.MustApply(hook(test.before))
				expectAgreement(t, w, c, test.before)
				before := w.API.Webhooks()[0]
				if test.elsewhere != nil {
					test.elsewhere(w, before.ID)
				}
				w.API.ResetCalls()

				w.ExpectMessages(t, acctest.ErrorsIn(c.Refresh()))
				prior := acctest.AttributesOf(t, c.Merged(acctest.Block(c.Webhook, nil), c.State))
				after := acctest.AttributesOf(t, c.Decode(c.Webhook, c.Plan(c.State, acctest.Block(c.Webhook, hook(test.after))).PlannedState))
				c.MustApply(hook(test.after))

				if got := changesOf(w); !slices.Equal(got, test.want) {
					t.Errorf("got the changes %v, want %v", got, test.want)
				}
				isNew := slices.Contains(test.want, create)
				if after["id"].IsKnown() && !after["id"].Equal(prior["id"]) || isNew == (c.Text("id") == before.ID) {
					t.Errorf("the id was %s and planned as %s, and is %s", before.ID, after["id"], c.Text("id"))
				}
				if isStored := test.before["store_secret"] != false && test.after["store_secret"] != false; isStored && !isNew && !after["secret"].IsKnown() {
					t.Error("the secret, which stays, is unknown in the plan")
				}
				expectAgreement(t, w, c, test.after)
				c.ExpectNoChange(hook(test.after))
			})
		}
	}
}

// The API decides what the configuration does not set, even during a change.
func TestWebhookResource_PlanLeavesToTheAPIWhatIsNotSet(t *testing.T) {
	t.Parallel()
	move := changing(func(webhook *cakemailtest.Webhook) { webhook.RateLimit, webhook.RateLimitPeriod = 70, "minute" })
	for name, change := range map[string]func(w *acctest.World, id string){
		"drifted after the plan": move,
		"moved by the API": func(w *acctest.World, id string) {
			w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: func(body []byte) []byte {
				move(w, id)
				return acctest.Replacing(`"rate_limit":50`, `"rate_limit":70`, `"second"`, `"minute"`)(body)
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := w.NewCore(t, nil)
			c.MustApply(hook(nil))
			given := hook(acctest.Arguments{"url": "https://example.com/new"})

			w.ExpectMessages(t, applyLate(c, given, func() { change(w, c.Text("id")) }))

			w.ExpectMessages(t, c.Refresh())
			expectAgreement(t, w, c, given)
			c.ExpectNoChange(given)
		})
	}
}

func TestWebhookResource_PlanThatIsOvertakenNamesWhatChanged(t *testing.T) {
	t.Parallel()
	unstored := acctest.Arguments{"store_secret": false}
	for name, test := range map[string]struct {
		forms            []cakemailtest.Form
		before, after    acctest.Arguments
		change           func(*cakemailtest.Webhook)
		changed, because string
	}{
		"the rate limit, during a pause": {
			bothForms[:1], acctest.Arguments{"rate_limit": int64(10)}, acctest.Arguments{"rate_limit": int64(10), "archived": true},
			func(webhook *cakemailtest.Webhook) { webhook.RateLimit = 70 }, "rate_limit", "The plan has 10, the API has 70.",
		},
		"a pause, while the secret is read": {
			bothForms, unstored, nil, func(webhook *cakemailtest.Webhook) { webhook.Archived = true }, "archived", "The plan has false, the API has true.",
		},
		"the events, while the secret is read": {
			bothForms, unstored, nil, func(webhook *cakemailtest.Webhook) { webhook.Events = []string{"Email.Bounced"} },
			"events", "The plan has Contact.Added, the API has Email.Bounced.",
		},
		"the hash function, while the secret is read": {
			bothForms, unstored, nil, func(webhook *cakemailtest.Webhook) { webhook.HashFunction = "sha512" },
			"hash_function", `The plan has "sha256", the API has "sha512".`,
		},
	} {
		for _, form := range test.forms {
			t.Run(name+", "+string(form), func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := w.NewCore(t, nil)
				c.MustApply(hook(test.before))

				got := applyLate(c, hook(test.after), func() { w.API.Change(c.Text("id"), test.change) })

				w.ExpectMessages(t, acctest.ErrorsIn(got), acctest.Error(test.changed, "The webhook's "+test.changed+" changed after the plan", test.because))
				c.MustApply(hook(test.after))
				c.ExpectNoChange(hook(test.after))
			})
		}
	}
}

// The message about a secret that changed elsewhere does not show it.
func TestWebhookResource_PlanThatIsOvertakenByAnotherSecret(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	c.MustApply(hook(nil))
	got := applyLate(c, hook(acctest.Arguments{"url": "https://example.com/new"}), func() {
		w.API.SetFaults(
			// The change tells too little, so the show call tells the secret.
			cakemailtest.Fault{Operation: cakemailtest.Update, Processed: true, Rewrite: func([]byte) []byte { return nil }},
			cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(onlyWebhook(t, w).Secret, "another-secret-altogether")},
		)
	})
	w.ExpectMessages(t, got, acctest.Error("secret", "The webhook's secret changed after the plan", "Somebody changed the webhook ID."))
	if c.Text("secret") != "another-secret-altogether" {
		t.Error("the state does not hold the new secret")
	}
}

// A webhook with two events from a time when the API accepted them is left alone until it is to be replaced; then
// the plan fails before it is archived.
func TestWebhookResource_PlanForTwoEventsWhereTheAPINowTakesOne(t *testing.T) {
	t.Parallel()
	given := acctest.Arguments{"events": []string{"Contact.Added", "Contact.Removed"}}
	refused := func(events string) []acctest.Message {
		return []acctest.Message{acctest.Error("events", "This API takes one event per webhook", "for_each = toset(["+events+"])")}
	}
	for name, test := range map[string]struct {
		do   func(*acctest.Core) []acctest.Message
		want []acctest.Message
	}{
		"is left alone": {func(c *acctest.Core) []acctest.Message { c.ExpectNoChange(hook(given)); return nil }, nil},
		"is paused": {func(c *acctest.Core) []acctest.Message {
			return c.Apply(hook(acctest.Arguments{"events": given["events"], "archived": true}))
		}, nil},
		"is destroyed": {(*acctest.Core).Destroy, nil},
		"is not replaced by other events": {func(c *acctest.Core) []acctest.Message {
			return c.Apply(hook(acctest.Arguments{"events": []string{"Contact.Added", "Email.Bounced"}}))
		}, refused(`"Contact.Added", "Email.Bounced"`)},
		"is not replaced by -replace": {func(c *acctest.Core) []acctest.Message {
			return acctest.ErrorsIn(c.Replace(hook(given), c.Plan(c.State, acctest.Block(c.Webhook, hook(given))).PlannedPrivate))
		}, refused(`"Contact.Added", "Contact.Removed"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
			c := w.NewCore(t, nil)
			c.MustApply(hook(given))
			// An API that now follows the reference shows one event.
			w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: func([]byte) []byte {
				return fmt.Appendf(nil, `{"id":%q,"signature":{"key":%q,"hash_function":"sha256"},"data":{"url":"https://example.com/cakemail",`+
					`"event":"Contact.Added","rate_limit":100,"rate_limit_period":"hour","status":"active"}}`, c.Text("id"), c.Text("secret"))
			}})
			w.ExpectMessages(t, c.Refresh())

			w.ExpectMessages(t, test.do(c), test.want...)
			if created, active := w.API.Count(cakemailtest.Create), len(w.API.Active()); created != 1 || test.want != nil && active != 1 {
				t.Errorf("%d webhooks were created and %d are active, want 1", created, active)
			}
		})
	}
}

// Unknown events cannot be counted: they may turn out to be one.
func TestWebhookResource_PlanDoesNotCountUnknownEvents(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).NewCore(t, nil)
	c.MustApply(hook(nil))
	for _, events := range [][]any{{tftypes.UnknownValue, tftypes.UnknownValue}, {"Email.Bounced", tftypes.UnknownValue}} {
		planned := c.Plan(c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"events": events})))
		if problems := acctest.ErrorsIn(acctest.MessagesOf(planned.Diagnostics)); len(problems) > 0 {
			t.Errorf("%v: got %s", events, acctest.Indented(problems))
		}
	}
}

// The list shows the form of the API, and so what it will refuse.
func TestWebhookResource_PlanKnowsTheFormFromTheList(t *testing.T) {
	t.Parallel()
	two := []string{"Contact.Added", "Email.Bounced"}
	for name, test := range map[string]struct {
		form   cakemailtest.Form
		config acctest.Arguments
		want   []acctest.Message
	}{
		"two events": {cakemailtest.Reference, acctest.Arguments{"events": two},
			[]acctest.Message{acctest.Error("events", "This API takes one event per webhook", "")}},
		"an hour": {cakemailtest.Reference, acctest.Arguments{"rate_limit_period": "hour"},
			[]acctest.Message{acctest.Warning("rate_limit_period", `This API accepts only "second" or "minute"`, "")}},
		"a minute":                      {cakemailtest.Reference, acctest.Arguments{"rate_limit_period": "minute"}, nil},
		"two events where it takes two": {cakemailtest.Guide, acctest.Arguments{"events": two, "rate_limit_period": "day"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(test.form))
			w.API.Add(cakemailtest.Webhook{URL: "https://example.com/other", Events: []string{"Contact.Added"}})
			c := w.NewCore(t, nil)
			w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(test.config))).Diagnostics), test.want...)
		})
	}
}

package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// expectExisting fails unless the plan warns of exactly these webhooks.
func expectExisting(t *testing.T, messages []acctest.Message, want ...string) {
	t.Helper()
	var got []string
	for _, message := range messages {
		if id, found := strings.CutSuffix(strings.TrimPrefix(message.Summary, "The webhook "), " already exists"); found && message.Severity == "warning" {
			got = append(got, id)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the plan warns of %q, want %q:\n%s", got, want, acctest.Indented(messages))
	}
}

func TestWebhookResource_ExistsAndIsEqual(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		w.API.Add(cakemailtest.Webhook{URL: "https://EXAMPLE.com/cakemail", Events: []string{"Contact.Added"}, AccountID: 42})

		told := acctest.Tell(t, w.Workspace(t, "webhook.tf", account42), "plan")

		w.ExpectMessages(t, told, acctest.Warning("", "The webhook ID already exists", "  import {\n    to = ADDRESS\n    id = \"42/ID\"\n  }\n"))
	})
}

// If the API rewrites URLs, a webhook from a killed apply has another one.
func TestWebhookResource_ExistsWithAURLThatIsNear(t *testing.T) {
	t.Parallel()
	for url, isNear := range map[string]bool{
		"https://example.com/cakemail/": true, "https://example.com/Cakemail": true, "http://example.com/cakemail#part": true,
		"https://example.com/cakemail?b=1&a=2": false, "https://example.com/cakemail/2": false, "https://example.org/cakemail": false,
	} {
		w := acctest.NewWorld(t)
		near := w.API.Add(cakemailtest.Webhook{URL: url, Events: []string{"Contact.Added"}})
		c := w.NewCore(t, nil)
		var want []string
		if isNear {
			want = []string{near.ID}
		}
		expectExisting(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(nil))).Diagnostics), want...)
	}
}

// The plan ignores webhooks that are not equal, not active or in another account, and plans with unknown values.
func TestWebhookResource_ExistsAndIsNotEqual(t *testing.T) {
	t.Parallel()
	equal := cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}}
	for name, test := range map[string]struct {
		exists cakemailtest.Webhook
		config acctest.Arguments
		lists  int
	}{
		"of another url":        {cakemailtest.Webhook{URL: "https://example.com/other", Events: equal.Events}, nil, 1},
		"of another event":      {cakemailtest.Webhook{URL: equal.URL, Events: []string{"Email.Bounced"}}, nil, 1},
		"of an archived one":    {cakemailtest.Webhook{URL: equal.URL, Events: equal.Events, Archived: true}, nil, 1},
		"of another account":    {cakemailtest.Webhook{URL: equal.URL, Events: equal.Events, AccountID: 42}, nil, 1},
		"with an unknown url":   {equal, acctest.Arguments{"url": tftypes.UnknownValue}, 1},
		"with unknown events":   {equal, acctest.Arguments{"events": tftypes.UnknownValue}, 1},
		"with an unknown event": {equal, acctest.Arguments{"events": []any{tftypes.UnknownValue}}, 1},
		"in an unknown account": {equal, acctest.Arguments{"account_id": tftypes.UnknownValue}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.API.Add(test.exists)
				c := w.NewCore(t, nil)
				w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(test.config))).Diagnostics))
				want := test.lists
				if form == cakemailtest.Guide && len(w.API.Active()) > 0 && test.exists.AccountID == 0 {
					// The guide's list does not say where it ends.
					want *= 2
				}
				if lists := w.API.Count(cakemailtest.List); lists != want {
					t.Errorf("%d lists, want %d", lists, want)
				}
			})
		})
	}
}

// The plan never warns of a webhook in the state, whatever makes Terraform plan it again.
func TestWebhookResource_ExistsInTheState(t *testing.T) {
	t.Parallel()
	moved := "moved {\n  from = cakemail_webhook.test[\"a\"]\n  to   = cakemail_webhook.test[\"b\"]\n}\n"
	for name, test := range map[string]struct {
		configuration, more string
		plan                []string
		lists               bool
	}{
		"and is replaced, the new one created first": {"create_before_destroy.tf", "", []string{"-var", `events=["Contact.Added","Email.Bounced"]`}, true},
		"and so do equal ones, and one more comes":   {"renamed.tf", "", []string{"-var", `names=["a", "c"]`}, true},
		"and is moved, so that nothing is listed":    {"renamed.tf", moved, []string{"-var", `names=["b"]`}, false},
	} {
		for _, refresh := range []string{"-refresh=true", "-refresh=false"} {
			t.Run(name+", "+refresh, func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
				workspace := w.Workspace(t, test.configuration)
				acctest.Terraform(t, workspace, "apply", "-auto-approve")
				addFile(t, workspace, "more.tf", test.more)
				w.API.ResetCalls()
				expectExisting(t, acctest.Tell(t, workspace, slices.Concat([]string{"plan", refresh}, test.plan)...))
				if lists := w.API.Count(cakemailtest.List); lists > 0 != test.lists {
					t.Errorf("%d lists", lists)
				}
			})
		}
	}
}

// A replacement can double a webhook too.
func TestWebhookResource_ExistsWhereAReplacementWouldDoubleIt(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		c := w.NewCore(t, nil)
		c.MustApply(hook(nil))
		other := w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Email.Bounced"}})
		replaced := acctest.Block(c.Webhook, hook(acctest.Arguments{"events": other.Events}))
		expectExisting(t, acctest.MessagesOf(later(w, c, nil).Plan(c.State, replaced).Diagnostics), other.ID)
	})
}

// The plan says once that an account cannot be listed.
func TestWebhookResource_ExistsWhereNothingCanBeListed(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]acctest.Message{
		401: acctest.Error("", "The credentials were refused", "Cannot list the webhooks."),
		503: acctest.Warning("", "The API answered 503 Service Unavailable", "The plan cannot check for existing webhooks."),
	} {
		w := acctest.NewWorld(t)
		w.API.SetFaults(cakemailtest.Fault{Status: status})
		c := w.NewCore(t, acctest.Arguments{"max_retries": int64(0)})
		var told []acctest.Message
		for range 3 {
			told = append(told, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(nil))).Diagnostics)...)
		}
		w.ExpectMessages(t, told, want)
		if lists := w.API.Count(cakemailtest.List); lists != 1 {
			t.Errorf("%d lists, want 1", lists)
		}
	}
}

// addFile adds another file to the configuration.
func addFile(t *testing.T, workspace *terraformcli.Workspace, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(workspace.Folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The API may refuse events from older lists for a new webhook. An existing webhook keeps them.
func TestWebhookResource_ExistsInAnOlderListOfEvents(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := w.NewCore(t, nil)
	opened := acctest.Warning("events", "Event missing from Cakemail's newest list", "Cakemail might not accept Email.Opened for a new webhook.")
	for _, test := range []struct {
		config acctest.Arguments
		want   []acctest.Message
	}{
		{acctest.Arguments{"events": []string{"Email.Opened"}}, []acctest.Message{opened}},
		{acctest.Arguments{"events": []string{"Email.Opened"}, "url": tftypes.UnknownValue}, []acctest.Message{opened}},
		{acctest.Arguments{"events": []string{"Email.Clicked"}}, nil},
	} {
		w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(test.config))).Diagnostics), test.want...)
	}
	there := hook(acctest.Arguments{"events": []string{"Email.Opened"}})
	c.MustApply(there)
	there["rate_limit"] = int64(7)
	w.ExpectMessages(t, acctest.MessagesOf(later(w, c, nil).Plan(c.State, acctest.Block(c.Webhook, there)).Diagnostics))
	guide := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	guide.API.Add(cakemailtest.Webhook{URL: "https://example.com/other", Events: []string{"List.Created"}})
	c = guide.NewCore(t, nil)
	there = hook(acctest.Arguments{"events": []string{"Email.Opened"}})
	w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, there)).Diagnostics))
}

// If only some events are the same, an import leads to a replacement.
func TestWebhookResource_ExistsWithOtherEvents(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added", "Email.Bounced"}})
	c := w.NewCore(t, nil)

	told := acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"store_secret": tftypes.UnknownValue}))).Diagnostics)

	if len(told) != 1 || !strings.Contains(told[0].Detail, "Import it with its events") || strings.Contains(told[0].Detail, "store_secret=false") {
		t.Errorf("got %s", acctest.Indented(told))
	}
}

// An apply also plans, but only what is to be created: the webhooks that a rotation replaces seem to be in no state.
func TestWebhookResource_ExistsIsNotSaidInTheApplyOfARotation(t *testing.T) {
	t.Parallel()
	applies.orSkip(t)
	equal := acctest.Warning("", "The state has an identical webhook: ID", "Ignore this when rotating")
	for configuration, test := range map[string]struct {
		rotate string
		want   []acctest.Message
	}{
		readExample(t, "guides/rotate-in-two-steps/main.tf"): {`secrets=["2026-05", "2026-11"]`, []acctest.Message{equal}},
		string(readTestdata(t, "rotate_at_once.tf")):         {"rotation=2026-12", nil},
	} {
		w := acctest.NewWorld(t)
		workspace := w.Workspace(t, "released.tf")
		writeExample(t, workspace, "main.tf", configuration)
		acctest.Terraform(t, workspace, "apply", "-auto-approve")
		w.ExpectMessages(t, acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", test.rotate), test.want...)
	}
}

func TestWebhookResource_ExistsIsNotSaidInAnApply(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	c := w.Unconfigured(t)
	c.DeferralAllowed = true
	w.ExpectMessages(t, c.Configure(nil))
	w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(nil))).Diagnostics))
}

// An apply sees only what changes, so it cannot tell whose the other webhooks are.
func TestWebhookResource_ExistsIsNotSaidByAnApplyThatHasBegun(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	c := w.NewCore(t, nil)
	c.MustApply(hook(acctest.Arguments{"url": "https://example.com/other"}))
	w.ExpectMessages(t, acctest.MessagesOf(c.Plan(tftypes.NewValue(c.Webhook, nil), acctest.Block(c.Webhook, hook(nil))).Diagnostics))
}

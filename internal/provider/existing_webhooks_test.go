package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// existing are the ids of the webhooks that a plan warns of, in order.
func existing(messages []acctest.Message) []string {
	var ids []string
	for _, message := range messages {
		if id, found := strings.CutSuffix(strings.TrimPrefix(message.Summary, "The webhook "), " exists already"); found && message.Severity == "warning" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// expectExisting fails unless the plan warns of these webhooks and no others.
func expectExisting(t *testing.T, messages []acctest.Message, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := existing(messages); !slices.Equal(got, want) {
		t.Errorf("the plan warns of %q, want %q:\n%s", got, want, acctest.Indented(messages))
	}
}

func TestAPlanWarnsOfAnEqualWebhook(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		w.Api.Add(
			cakemailtest.Webhook{ID: "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9", URL: "https://EXAMPLE.com/cakemail", Events: []string{"Contact.Added"}, AccountID: 42},
		)
		workspace := w.Workspace(t, "webhook.tf", account42)

		told := acctest.Tell(t, workspace, "plan")

		w.ExpectMessages(t, told, acctest.Warning("", "The webhook ID exists already",
			"Both would deliver Contact.Added to https://EXAMPLE.com.\nTo manage it with this resource, add this block and plan again:\n"+
				"  import {\n    to = ADDRESS\n    id = \"42/ID\"\n  }\nIf another resource manages it"))
	})
}

// What is not equal, not active, not in this account or not known is nobody's business.
func TestAPlanDoesNotWarn(t *testing.T) {
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
		"with an unknown url":   {equal, acctest.Arguments{"url": tftypes.UnknownValue}, 0},
		"with unknown events":   {equal, acctest.Arguments{"events": tftypes.UnknownValue}, 0},
		"with an unknown event": {equal, acctest.Arguments{"events": []any{tftypes.UnknownValue}}, 0},
		"in an unknown account": {equal, acctest.Arguments{"account_id": tftypes.UnknownValue}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Api.Add(test.exists)
				c := w.NewCore(t, nil)
				w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(test.config))).Diagnostics))
				want := test.lists
				if form == cakemailtest.Guide && len(w.Api.Active()) > 0 && test.exists.AccountID == 0 {
					// The guide's list does not say where it ends.
					want *= 2
				}
				if lists := w.Api.Count(cakemailtest.List); lists != want {
					t.Errorf("%d lists, want %d", lists, want)
				}
			})
		})
	}
}

// What the state manages is never warned of, in whatever way Terraform plans it anew.
func TestAPlanDoesNotWarnOfWhatTheStateManages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		configuration string
		prepare, plan []string
	}{
		"a replacement, created first": {"create_before_destroy.tf", nil, []string{"-var", `events=["Contact.Added","Email.Bounced"]`}},
		"equal ones, and one more":     {"renamed.tf", nil, []string{"-var", `names=["a", "c"]`}},
	} {
		for _, refresh := range []string{"-refresh=true", "-refresh=false"} {
			t.Run(name+", "+refresh, func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
				workspace := w.Workspace(t, test.configuration)
				acctest.Terraform(t, workspace, "apply", "-auto-approve")
				if test.prepare != nil {
					acctest.Terraform(t, workspace, test.prepare...)
				}
				expectExisting(t, acctest.Tell(t, workspace, slices.Concat([]string{"plan", refresh}, test.plan)...))
				if w.Api.Count(cakemailtest.List) == 0 {
					t.Error("nothing was listed")
				}
			})
		}
	}
}

// A moved block creates nothing, so nothing is listed.
func TestAMoveListsNothing(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "renamed.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	addFile(t, workspace, "moved.tf", "moved {\n  from = cakemail_webhook.test[\"a\"]\n  to   = cakemail_webhook.test[\"b\"]\n}\n")
	w.Api.ResetCalls()

	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-detailed-exitcode", "-var", `names=["b"]`))
	if lists := w.Api.Count(cakemailtest.List); lists > 0 {
		t.Errorf("%d lists", lists)
	}
}

// A replacement that would double a webhook is a creation too.
func TestAReplacementThatWouldDoubleAWebhook(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		c := w.NewCore(t, nil)
		c.MustApply(hook(nil))
		other := w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Email.Bounced"}})
		later := w.NewCore(t, nil)
		later.State, later.Private = c.State, c.Private
		expectExisting(
			t,
			acctest.MessagesOf(later.Plan(later.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"events": []string{"Email.Bounced"}}))).Diagnostics),
			other.ID,
		)
	})
}

// An account that cannot be listed is a warning, once, that leads with the cause.
func TestAPlanThatCannotListTheAccount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		title string
	}{
		"a wrong token":    {cakemailtest.Fault{Status: 401}, "The credentials were refused"},
		"a wrong account":  {cakemailtest.Fault{Status: 403}, "The credentials do not permit this call"},
		"a wrong base_url": {cakemailtest.Fault{Status: 404}, "There is no Cakemail webhook API at HOST"},
		"a proxy":          {cakemailtest.Fault{Status: 200, Body: "<html>", ContentType: "text/html"}, "HOST does not answer as Cakemail does"},
		"a redirect": {cakemailtest.Fault{Status: 301, Header: map[string][]string{"Location": {"https://other.example.com/"}}},
			"HOST redirects to other.example.com"},
		"no answer":     {cakemailtest.Fault{Cut: true}, "No answer from HOST"},
		"a failing API": {cakemailtest.Fault{Status: 500}, "The API answered 500 Internal Server Error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.Api.SetFaults(test.fault)
			workspace := w.Workspace(t, "many.tf")
			w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-var", "max_retries=0"),
				acctest.Warning("", test.title, "The plan cannot tell whether the webhooks to create exist already."))
			if lists := w.Api.Count(cakemailtest.List); lists != 1 {
				t.Errorf("%d lists, want 1", lists)
			}
		})
	}
}

// The list shows the form of the API, and so what it will refuse.
func TestAPlanKnowsTheFormFromTheList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form   cakemailtest.Form
		config acctest.Arguments
		want   []string
	}{
		"two events": {cakemailtest.Reference, acctest.Arguments{"events": []string{"Contact.Added", "Email.Bounced"}},
			[]string{"error: This API takes one event per webhook"}},
		"an hour": {cakemailtest.Reference, acctest.Arguments{"rate_limit_period": "hour"},
			[]string{`warning: This API accepts only "second" or "minute"`}},
		"a minute": {cakemailtest.Reference, acctest.Arguments{"rate_limit_period": "minute"}, nil},
		"two events where it takes two": {cakemailtest.Guide, acctest.Arguments{"events": []string{"Contact.Added", "Email.Bounced"},
			"rate_limit_period": "day"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t, cakemailtest.WithForm(test.form))
			w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/other", Events: []string{"Contact.Added"}})
			c := w.NewCore(t, nil)
			var got []string
			for _, message := range acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(test.config))).Diagnostics) {
				got = append(got, message.Severity+": "+message.Summary)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A plan that creates 100 webhooks reads each page of the account's list once.
func TestAPlanListsEachPageOnce(t *testing.T) {
	t.Parallel()
	for have, pages := range map[int]int{0: 1, 20: 1, 120: 3} {
		t.Run(fmt.Sprint(have), func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			for number := range have {
				w.Api.Add(cakemailtest.Webhook{URL: fmt.Sprintf("https://example.com/theirs/%d", number), Events: []string{"Contact.Added"}})
			}
			w.ExpectMessages(t, acctest.Tell(t, w.Workspace(t, "many.tf"), "plan", "-var", "number=100"))
			if lists := w.Api.Count(cakemailtest.List); lists != pages {
				t.Errorf("%d lists, want %d", lists, pages)
			}
		})
	}
}

// addFile puts another file beside the configuration.
func addFile(t *testing.T, workspace *terraformcli.Workspace, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(workspace.Folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where only some events are the same, importing leads to a replacement.
func TestAPlanSaysThatTheEventsDiffer(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
	w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added", "Email.Bounced"}})
	c := w.NewCore(t, nil)

	told := acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"store_secret": tftypes.UnknownValue}))).Diagnostics)

	if len(told) != 1 || !strings.Contains(told[0].Detail, "write its events into the resource") || strings.Contains(told[0].Detail, "store_secret=false") {
		t.Errorf("got %s", acctest.Indented(told))
	}
}

// An apply comes only to what changes, so it cannot tell whom the others belong to.
func TestAnApplyThatHasBegunDoesNotWarn(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.Api.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
	applying := w.NewCore(t, nil)
	applying.MustApply(hook(acctest.Arguments{"url": "https://example.com/other"}))

	w.ExpectMessages(t, acctest.MessagesOf(applying.Plan(tftypes.NewValue(applying.Webhook, nil), acctest.Block(applying.Webhook, hook(nil))).Diagnostics))
}

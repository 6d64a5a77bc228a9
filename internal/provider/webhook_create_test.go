package provider_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// The provider finds the webhook although the API rewrites its URL. TestSameURL has the spellings.
func TestWebhookResource_CreateThatIsLostAndSavedWithAnotherURL(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: func(body []byte) []byte {
		w.API.Change(onlyWebhook(t, w).ID, func(webhook *cakemailtest.Webhook) { webhook.URL = "https://xn--bcher-kva.example/hook%2F" })
		return body
	}})
	w.NewCore(t, nil).MustApply(hook(acctest.Arguments{"url": "https://bücher.example:443/old/../%68ook%2f"}))
	if creates := w.API.Count(cakemailtest.Create); creates != 1 {
		t.Errorf("%d creates, want 1", creates)
	}
}

// The creation time is remembered without anything secret. A wrong clock does no harm beyond the minute.
func TestWebhookResource_CreateRemembersItsTime(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.Patience = cakemail.Patience{NewWebhook: 1500 * time.Millisecond}
	created := w.NewCore(t, nil)
	created.MustApply(hook(nil))
	w.API.Remove(onlyWebhook(t, w).ID)
	var private map[string][]byte
	if err := json.Unmarshal(created.Private, &private); err != nil || private["created"] == nil {
		t.Fatalf("the private state is %s (%v)", created.Private, err)
	}
	for name, test := range map[string]struct {
		created string
		waits   bool
	}{
		"in the future": {time.Now().Add(1000 * time.Hour).Format(time.RFC3339Nano), true},
		"long ago":      {"2000-01-01T00:00:00Z", false},
		"unreadable":    {"yesterday", false},
	} {
		t.Run(name, func(t *testing.T) {
			changed, _ := json.Marshal(acctest.With(private, map[string][]byte{"created": []byte(strconv.Quote(test.created))}))
			c := w.NewCore(t, nil)
			c.Keep(created.State, changed)
			w.API.ResetCalls()
			if problems := acctest.ErrorsIn(c.Refresh()); len(problems) > 0 || !c.State.IsNull() {
				t.Errorf("%s, and the state is %s; want the webhook gone", problems, c.State)
			}
			if looks := w.API.Count(cakemailtest.Show); (looks > 1) != test.waits || looks > 10 {
				t.Errorf("%d looks", looks)
			}
		})
	}
}

// A read in the same apply as the create waits for lagging replicas.
func TestWebhookResource_CreateCanBeReadAtOnce(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*acctest.Core, string) []acctest.Message{
		"by the ephemeral resource": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Open(acctest.Arguments{"id": id})
			return messages
		},
		"by the data source": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id})
			return messages
		},
		"by the action": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Invoke(c.T.Context(), acctest.Arguments{"webhook_id": id})
			return messages
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The guide's create does not read the webhook, so the reader is the first.
			w := acctest.NewWorld(t, cakemailtest.WithForm(cakemailtest.Guide))
			w.Patience = cakemail.Patience{NewWebhook: 30 * time.Second}
			receiver := w.Verifying(t)
			w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Lag: time.Second})
			c := w.NewCore(t, nil)
			c.MustApply(hook(acctest.Arguments{"url": receiver.Server.URL}))
			w.ExpectMessages(t, read(c, c.Text("id")))
			if looks := w.API.Count(cakemailtest.Show); looks < 2 {
				t.Errorf("%d looks, so nothing lagged", looks)
			}
		})
	}
}

// unlisted is a create of unknown outcome: the answer is lost, and lists fail.
func unlisted(w *acctest.World, isProcessed bool) {
	w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Processed: isProcessed, Status: 502, Rewrite: func(body []byte) []byte {
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Status: 403})
		return body
	}})
}

// If several webhooks can be the pending one, every plan fails until the user follows the message.
func TestWebhookResource_PendingThatSeveralCouldBe(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
	workspace := w.Workspace(t, "configured.tf")
	unlisted(w, true)
	acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
	w.API.SetFaults()
	equal := w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})

	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan"), acctest.Error("", "There is more than one new webhook",
		"  terraform state rm ADDRESS\n  terraform import ADDRESS ID\n  terraform import ADDRESS ID"))

	acctest.Terraform(t, workspace, "state", "rm", acctest.TestWebhook)
	acctest.Terraform(t, workspace, "import", acctest.TestWebhook, equal.ID)
	acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")
}

// A replacement without a refresh does not know which equal webhooks were there before its create of unknown
// outcome, so it archives none.
func TestWebhookResource_PendingIsNotMistakenForAnother(t *testing.T) {
	t.Parallel()
	for name, isProcessed := range map[string]bool{"somebody else's": false, "what the create made": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
			if !isProcessed {
				w.API.Add(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
			}
			workspace := w.Workspace(t, "configured.tf")
			unlisted(w, isProcessed)
			acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
			if state := acctest.StateOf(t, workspace); len(state) != 1 || state[0].ID != "" {
				t.Fatalf("the state holds %+v, want a webhook of unknown outcome", state)
			}
			w.API.SetFaults()
			before := onlyWebhook(t, w)
			for _, refresh := range []string{"-refresh=false", "-refresh=true"} {
				told := acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve", refresh))
				w.ExpectMessages(t, told, acctest.Error("", "The webhook ID may be this resource's", "  terraform import ADDRESS ID"))
			}
			if onlyWebhook(t, w).ID != before.ID {
				t.Fatal("the webhook was archived")
			}
		})
	}
}

// Removing the block of a pending webhook also archives what was made.
func TestWebhookResource_PendingThatIsTakenAway(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
	workspace := w.Workspace(t, "equal_in_turn.tf")
	unlisted(w, true)
	acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
	w.API.SetFaults()

	output := acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", "number=0")

	if active, state := w.API.Active(), acctest.StateOf(t, workspace); len(active) > 0 || len(state) > 0 || !strings.Contains(output, " destroyed") {
		t.Errorf("active are %+v, the state holds %+v\n%s", active, state, output)
	}
}

// If a pending webhook is untainted by hand and changed without a refresh, the change finds it.
func TestWebhookResource_PendingThatIsUntaintedAndChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"another url": "url=https://example.com/new", "a limit": "rate_limit=7", "a pause": "archived=true", "no secret": "store_secret=false",
	} {
		for _, isProcessed := range []bool{true, false} {
			t.Run(name+", "+strconv.FormatBool(isProcessed), func(t *testing.T) {
				t.Parallel()
				w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
				workspace := w.Workspace(t, "webhook.tf")
				unlisted(w, isProcessed)
				acctest.RefusedTerraform(t, workspace, "apply", "-auto-approve")
				w.API.SetFaults()
				acctest.Terraform(t, workspace, "untaint", acctest.TestWebhook)

				told := acctest.ErrorsIn(acctest.Tell(t, workspace, "apply", "-auto-approve", "-refresh=false", "-var", change))

				if !isProcessed {
					w.ExpectMessages(t, told, acctest.Error("", "The unanswered create made no webhook", "Plan again with a refresh"))
				} else {
					w.ExpectMessages(t, told)
				}
				acctest.Terraform(t, workspace, "apply", "-auto-approve", "-var", change)
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode", "-var", change)
				if webhooks, state := w.API.Webhooks(), acctest.StateOf(t, workspace); len(webhooks) != 1 || len(state) != 1 ||
					state[0].ID != webhooks[0].ID {
					t.Errorf("the API has %+v, the state %+v", webhooks, state)
				}
			})
		}
	}
}

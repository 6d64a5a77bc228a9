package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// Whatever reads a webhook by id knows its account if this process has made or read it, or Terraform has shown it.
func TestWebhookResource_OwnersAccountIsKnown(t *testing.T) {
	t.Parallel()
	readers := map[string]func(*acctest.Core, string) []acctest.Message{
		"the ephemeral resource": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Open(acctest.Arguments{"id": id})
			// The warning says that an apply may not know.
			return slices.DeleteFunc(messages, func(m acctest.Message) bool { return m.Severity == "warning" && m.Summary == "account_id is missing" })
		},
		"the data source": func(c *acctest.Core, id string) []acctest.Message {
			read, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id})
			if account, _ := read["account_id"].(int64); len(messages) == 0 && account != 42 {
				c.T.Errorf("the data source has %v", read)
			}
			return messages
		},
		"the action": func(c *acctest.Core, id string) []acctest.Message {
			_, messages := c.Invoke(c.T.Context(), acctest.Arguments{"webhook_id": id})
			return messages
		},
	}
	for name, read := range readers {
		for when, know := range map[string]func(*acctest.World, *acctest.Core) *acctest.Core{
			"made":  func(_ *acctest.World, c *acctest.Core) *acctest.Core { return c },
			"read":  func(w *acctest.World, c *acctest.Core) *acctest.Core { c = later(w, c, nil); c.Refresh(); return c },
			"shown": func(w *acctest.World, c *acctest.Core) *acctest.Core { c = later(w, c, nil); show(c); return c },
			"shown, where another one is the default": func(w *acctest.World, c *acctest.Core) *acctest.Core {
				c = later(w, c, inAccount(43))
				show(c)
				return c
			},
		} {
			t.Run(name+"/"+when, func(t *testing.T) {
				t.Parallel()
				acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
					t.Helper()
					w := acctest.NewWorld(t, cakemailtest.WithForm(form))
					receiver := w.Verifying(t)
					made := w.NewCore(t, nil)
					made.MustApply(hook(acctest.Arguments{"account_id": int64(42), "url": receiver.Server.URL}))
					c := know(w, made)
					w.API.ResetCalls()
					w.ExpectMessages(t, read(c, c.Text("id")))
					if calls := w.API.Calls(); len(calls) != 1 || calls[0].Operation != cakemailtest.Show {
						t.Errorf("got the calls %v, want one read", w.API.Counts())
					}
				})
			})
		}
		t.Run(name+"/not at all", func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			webhook := w.API.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
			told := read(w.NewCore(t, nil), webhook.ID)
			if len(told) != 1 || !strings.Contains(told[0].Detail, "It is not in the account of the credentials.") {
				t.Errorf("got %s", acctest.Indented(told))
			}
		})
	}
}

// show lets the provider see the state, as Terraform does before it plans or applies.
func show(c *acctest.Core) {
	c.T.Helper()
	state := []byte(acctest.InJSON(acctest.PlainValue(c.T, c.State)))
	_, err := c.Server.UpgradeResourceState(c.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: "cakemail_webhook", RawState: &tfprotov6.RawState{JSON: state},
	})
	if err != nil {
		c.T.Fatal(err)
	}
}

// Other credentials do not find the webhooks in a state: the refresh says which ones it drops.
func TestWebhookResource_OwnersCredentialsAreOthers(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		for name, test := range map[string]struct {
			do   func(*acctest.Core) []acctest.Message
			want acctest.Message
			// isLost means that the state is empty afterwards.
			isLost bool
		}{
			"a refresh": {(*acctest.Core).Refresh, acctest.Warning("", "The webhook ID was not found in account 42", "stop: the webhook may still deliver"), true},
			"a saved destroy": {
				(*acctest.Core).Archive, acctest.Warning("", "The webhook ID was not found, so nothing was archived", "  terraform import ADDRESS 42/ID"), true,
			},
			"a saved replacement": {func(c *acctest.Core) []acctest.Message {
				planned := c.Plan(c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"account_id": int64(42), "events": []string{"Email.Bounced"}})))
				return c.Replace(hook(acctest.Arguments{"account_id": int64(42), "events": []string{"Email.Bounced"}}), planned.PlannedPrivate)
			}, acctest.Error("", "There is no webhook ID", "It is not in account 42. It was removed, or the credentials changed."), false},
			"a saved change": {func(c *acctest.Core) []acctest.Message {
				return applyLate(c, hook(acctest.Arguments{"account_id": int64(42), "archived": true}), func() {})
			}, acctest.Error("", "There is no webhook ID", "It is not in account 42. It was removed, or the credentials changed."), false},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				mine, theirs := acctest.NewWorld(t, cakemailtest.WithForm(form)), acctest.NewWorld(t, cakemailtest.WithForm(form))
				c := mine.NewCore(t, nil)
				c.MustApply(hook(acctest.Arguments{"account_id": int64(42)}))
				other := later(theirs, c, nil)
				mine.ExpectMessages(t, test.do(other), test.want)
				if other.State.IsNull() != test.isLost || len(theirs.API.Webhooks()) > 0 || len(mine.API.Active()) != 1 {
					t.Errorf("the state is %s, the other account has %+v", other.State, theirs.API.Webhooks())
				}
			})
		}
	})
}

// An import that finds nothing says where it looked.
func TestWebhookResource_OwnersOfAnImport(t *testing.T) {
	t.Parallel()
	const id = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
	for name, test := range map[string]struct {
		given string
		// title is the title of the error, or "" if the import succeeds.
		title, fact string
	}{
		"another account":              {"99999999-4f50-4617-8293-a4b5c6d7e8f9", `There is no webhook "ID"`, "use ACCOUNT_ID/ID"},
		"a colon":                      {"42:" + id, `There is no webhook "42:ID"`, "use ACCOUNT_ID/ID"},
		"quotation marks":              {`"` + id + `"`, "", ""},
		"those of another shell":       {"'" + id + "'", "", ""},
		"blanks around it":             {" " + id + "\r\n", "", ""},
		"capitals, which count":        {strings.ToUpper(id), `There is no webhook "` + strings.ToUpper(id) + `"`, "case, spaces"},
		"a blank in it":                {"0b1c2d3e 4f50", `There is no webhook "0b1c2d3e 4f50"`, "spaces and quotation marks matter"},
		"quotes with another's number": {`"1/` + id + `?store_secret=false"`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			w.API.Add(cakemailtest.Webhook{ID: id, URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
			c := w.NewCore(t, nil)
			if test.title == "" {
				w.ExpectMessages(t, c.ImportState(test.given))
				if c.Text("id") != id {
					t.Errorf("imported was %s", c.State)
				}
				return
			}
			w.ExpectMessages(t, c.ImportState(test.given), acctest.Error("", test.title, test.fact))
		})
	}
	t.Run("an id that the API refuses", func(t *testing.T) {
		t.Parallel()
		w := acctest.NewWorld(t)
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 422, Body: `{"detail":[{"loc":["path","webhook_id"],"msg":"not a UUID"}]}`})
		w.ExpectMessages(t, w.NewCore(t, nil).ImportState("42:7"), acctest.Error("", `There is no webhook "42:7"`, "use ACCOUNT_ID/ID"))
	})
	t.Run("capitals, which do not count", func(t *testing.T) {
		t.Parallel()
		w := acctest.NewWorld(t)
		made := w.API.Add(cakemailtest.Webhook{ID: strings.ToUpper(id), URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: acctest.Replacing(made.ID, id)})
		c := w.NewCore(t, nil)
		w.ExpectMessages(t, c.ImportState(made.ID))
		if c.Text("id") != id {
			t.Errorf("imported was %s", c.State)
		}
	})
}

// A warning names a webhook at two addresses, and its advice does no harm.
func TestWebhookResource_OwnersAreTwo(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t).WithPatience(acctest.ShortPatience)
	workspace := w.Workspace(t, "configured.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	made := onlyWebhook(t, w)
	addFile(
		t,
		workspace,
		"more.tf",
		"resource \"cakemail_webhook\" \"again\" {\n  url = \"https://example.com/cakemail\"\n  events = [\"Contact.Added\"]\n}\n",
	)
	acctest.Terraform(t, workspace, "import", "cakemail_webhook.again", made.ID)
	twice := acctest.Warning("", "Two resources manage the webhook ID", "  terraform state rm ADDRESS")

	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan"), twice)
	addFile(t, workspace, "more.tf", "")
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan"), twice)
	acctest.Terraform(t, workspace, "state", "rm", "cakemail_webhook.again")
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan"))
	if onlyWebhook(t, w).ID != made.ID {
		t.Error("the webhook was touched")
	}
}

// The same for an import block for a webhook that is already in the state.
func TestWebhookResource_OwnersAreTwoByAnImportBlockInTerraform1_5(t *testing.T) {
	t.Parallel()
	importBlocks.orSkip(t)
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "configured.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	addFile(t, workspace, "more.tf", "import {\n  to = cakemail_webhook.again\n  id = \""+onlyWebhook(t, w).ID+"\"\n}\n"+
		"resource \"cakemail_webhook\" \"again\" {\n  url = \"https://example.com/cakemail\"\n  events = [\"Contact.Added\"]\n}\n")
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan"), acctest.Warning("", "Two resources manage the webhook ID", "  terraform state rm ADDRESS"))
}

// A renamed resource would get a new webhook and a new secret: the plan says how to keep them.
func TestWebhookResource_OwnersAreRenamed(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	workspace := w.Workspace(t, "renamed.tf")
	acctest.Terraform(t, workspace, "apply", "-auto-approve")
	// Terraform may plan the new resource before it shows the old one.
	if told := acctest.Tell(t, workspace, "plan", "-var", `names=["b"]`); len(told) != 1 || !strings.Contains(told[0].Detail, "moved block") {
		t.Errorf("got %s", acctest.Indented(told))
	}
	addFile(t, workspace, "more.tf", "moved {\n  from = cakemail_webhook.test[\"a\"]\n  to   = cakemail_webhook.test[\"b\"]\n}\n")
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-var", `names=["b"]`))
	w.ExpectMessages(t, acctest.Tell(t, workspace, "plan", "-replace", `cakemail_webhook.test["b"]`, "-var", `names=["b"]`))
}

// The plan knows the same about what Terraform has shown.
func TestWebhookResource_OwnersOfAnEqualWebhook(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	made := w.NewCore(t, nil)
	made.MustApply(hook(nil))
	renamed := acctest.Warning("", "The state has an identical webhook: ID", "add a moved block")
	for _, test := range []struct {
		config acctest.Arguments
		want   []acctest.Message
	}{
		{nil, []acctest.Message{renamed}},
		{acctest.Arguments{"url": "HTTPS://EXAMPLE.com/cakemail"}, []acctest.Message{renamed}},
		{acctest.Arguments{"url": "https://example.com/other"}, nil},
		{acctest.Arguments{"events": []string{"Email.Bounced"}}, nil},
		{acctest.Arguments{"account_id": int64(42)}, nil},
		{acctest.Arguments{"account_id": cakemailtest.DefaultAccountID}, []acctest.Message{renamed}},
	} {
		c := later(w, made, nil)
		show(c)
		planned := c.Plan(tftypes.NewValue(c.Webhook, nil), acctest.Block(c.Webhook, hook(test.config)))
		w.ExpectMessages(t, acctest.MessagesOf(planned.Diagnostics), test.want...)
	}
}

// The same for an archived webhook, which no list shows.
func TestWebhookResource_OwnersOfAnArchivedWebhook(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	made := w.NewCore(t, nil)
	paused := hook(acctest.Arguments{"archived": true})
	made.MustApply(paused)
	c := later(w, made, nil)
	show(c)
	for _, config := range []acctest.Arguments{paused, hook(nil)} {
		planned := c.Plan(tftypes.NewValue(c.Webhook, nil), acctest.Block(c.Webhook, config))
		w.ExpectMessages(t, acctest.MessagesOf(planned.Diagnostics), acctest.Warning("", "The state has an identical webhook: ID", "add a moved block"))
	}
}

// A create of unknown outcome says nothing about another API or other credentials.
func TestWebhookResource_OwnersOfAPendingCreateElsewhere(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(*acctest.World){
		"another address":   func(*acctest.World) {},
		"other credentials": func(theirs *acctest.World) { theirs.WithPassword() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mine, theirs := acctest.NewWorld(t), acctest.NewWorld(t)
			move(theirs)
			equal := theirs.AddTheirs(cakemailtest.Webhook{URL: "https://example.com/cakemail", Events: []string{"Contact.Added"}})
			unlisted(mine, false)
			c := mine.NewCore(t, nil)
			if len(acctest.ErrorsIn(c.Apply(hook(nil)))) == 0 {
				t.Fatal("the create is not pending")
			}
			other := later(theirs, c, nil)
			for _, do := range []func() []acctest.Message{func() []acctest.Message { return other.Apply(hook(nil)) }, other.Destroy} {
				mine.ExpectMessages(t, acctest.ErrorsIn(do()), acctest.Error("", "The webhook ID may be this resource's", "  terraform state rm ADDRESS"))
			}
			if onlyWebhook(t, theirs).ID != equal.ID {
				t.Error("somebody else's webhook was taken")
			}
		})
	}
}

// The operator of the old host still has the secret.
func TestWebhookResource_OwnersOfAnotherHost(t *testing.T) {
	t.Parallel()
	warning := acctest.Warning("url", "The old host still knows the secret", "from https://example.com to https://example.org")
	for url, want := range map[string][]acctest.Message{
		"https://example.org/cakemail": {warning}, "https://example.com/other": nil, "https://EXAMPLE.com:443/cakemail": nil,
		"https://example.com:8443/cakemail": {acctest.Warning("url", warning.Summary, "to https://example.com:8443.")},
	} {
		w := acctest.NewWorld(t)
		c := w.NewCore(t, nil)
		c.MustApply(hook(nil))
		w.ExpectMessages(t, acctest.MessagesOf(c.Plan(c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"url": url}))).Diagnostics), want...)
	}
}

// A value that is known only in the apply can turn out to be wrong after the old webhook was archived: the message
// says how to get it back.
func TestWebhookResource_OwnersOfAReplacementThatIsInvalid(t *testing.T) {
	t.Parallel()
	terraformData.orSkip(t)
	for name, test := range map[string]struct {
		url   string
		fault cakemailtest.Fault
		title string
	}{
		"to the provider": {"not a url", cakemailtest.Fault{}, "Invalid url"},
		"to the API": {
			"https://example.com/refused", cakemailtest.Fault{Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","url"],"msg":"no"}]}`},
			"The API refused url",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			workspace := w.Workspace(t, "unknown_url.tf")
			acctest.Terraform(t, workspace, "apply", "-auto-approve")
			made := onlyWebhook(t, w)
			w.API.SetFaults(test.fault)

			told := acctest.Tell(t, workspace, "apply", "-auto-approve", "-var", "url="+test.url, "-var", `events=["Email.Bounced"]`)

			slices.SortFunc(told, func(one, other acctest.Message) int { return strings.Compare(one.Summary, other.Summary) })
			want := []acctest.Message{
				acctest.Warning("", "The replaced webhook ID is archived", "  terraform import ADDRESS ID"),
				acctest.Warning("", "The secret of the webhook ID will change", "  terraform import ADDRESS ID"),
			}
			w.ExpectMessages(t, told, append([]acctest.Message{acctest.Error("url", test.title, "")}, want...)...)
			w.API.SetFaults()
			acctest.Terraform(t, workspace, "import", acctest.TestWebhook, made.ID)
			acctest.Terraform(t, workspace, "apply", "-auto-approve")
			if again := onlyWebhook(t, w); again.ID != made.ID || again.Secret != made.Secret {
				t.Errorf("the API has %+v, want the old webhook", again)
			}
		})
	}
}

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// answer is what the provider says to one request while its configuration is unknown.
type answer struct {
	deferred *tfprotov6.Deferred
	messages []acctest.Message
}

// requests are all that Terraform asks while it plans, by what they are for.
var requests = map[string]func(*acctest.Core) answer{
	"refresh of a webhook": func(c *acctest.Core) answer {
		c.T.Helper()
		read, err := c.Server.ReadResource(c.T.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: "cakemail_webhook", CurrentState: c.Encode(c.Webhook, c.State), Private: c.Private,
		})
		if err != nil {
			c.T.Fatal(err)
		}
		if after := c.Decode(c.Webhook, read.NewState); !after.Equal(c.State) {
			c.T.Errorf("the state became %s, want %s", after, c.State)
		}
		return answer{read.Deferred, acctest.MessagesOf(read.Diagnostics)}
	},
	"plan of a creation": func(c *acctest.Core) answer {
		planned := c.Plan(tftypes.NewValue(c.Webhook, nil), acctest.Block(c.Webhook, configured))
		return answer{planned.Deferred, acctest.MessagesOf(planned.Diagnostics)}
	},
	"plan of a change": func(c *acctest.Core) answer {
		planned := c.Plan(c.State, acctest.Block(c.Webhook, acctest.With(configured, acctest.Arguments{"url": "https://example.com/new"})))
		return answer{planned.Deferred, acctest.MessagesOf(planned.Diagnostics)}
	},
	"plan of a destruction": func(c *acctest.Core) answer {
		planned := c.Plan(c.State, tftypes.NewValue(c.Webhook, nil))
		return answer{planned.Deferred, acctest.MessagesOf(planned.Diagnostics)}
	},
	"import of a webhook": func(c *acctest.Core) answer {
		c.T.Helper()
		imported, err := c.Server.ImportResourceState(c.T.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: "cakemail_webhook", ID: "1001"})
		if err != nil {
			c.T.Fatal(err)
		}
		if imported.Deferred != nil && c.Decode(c.Webhook, imported.ImportedResources[0].State).IsKnown() {
			c.T.Error("the imported webhook is known, although nothing was read")
		}
		return answer{imported.Deferred, acctest.MessagesOf(imported.Diagnostics)}
	},
	"action cakemail_webhook_test_delivery": func(c *acctest.Core) answer {
		c.T.Helper()
		server, ok := c.Server.(tfprotov6.ActionServer)
		if !ok {
			c.T.Fatal("the provider has no actions")
		}
		object := c.ObjectOf(c.Schemas().ActionSchemas[acctest.TestDelivery].Schema)
		planned, err := server.PlanAction(c.T.Context(), &tfprotov6.PlanActionRequest{
			ActionType: acctest.TestDelivery, Config: c.Encode(object, acctest.Block(object, acctest.Arguments{"webhook_id": "1001"})),
		})
		if err != nil {
			c.T.Fatal(err)
		}
		return answer{planned.Deferred, acctest.MessagesOf(planned.Diagnostics)}
	},
	"data source cakemail_webhook": func(c *acctest.Core) answer {
		return readData(c, "cakemail_webhook", acctest.Arguments{"id": "1001"})
	},
	"data source cakemail_webhooks": func(c *acctest.Core) answer {
		return readData(c, "cakemail_webhooks", nil)
	},
	"ephemeral resource cakemail_webhook_secret": func(c *acctest.Core) answer {
		c.T.Helper()
		const name = "cakemail_webhook_secret"
		object := c.ObjectOf(c.Schemas().EphemeralResourceSchemas[name])
		opened, err := c.Server.OpenEphemeralResource(c.T.Context(), &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: name, Config: c.Encode(object, acctest.Block(object, acctest.Arguments{"id": "1001"})),
		})
		if err != nil {
			c.T.Fatal(err)
		}
		return answer{opened.Deferred, acctest.MessagesOf(opened.Diagnostics)}
	},
}

func readData(c *acctest.Core, name string, given acctest.Arguments) answer {
	c.T.Helper()
	object := c.ObjectOf(c.Schemas().DataSourceSchemas[name])
	read, err := c.Server.ReadDataSource(c.T.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: c.Encode(object, acctest.Block(object, given))})
	if err != nil {
		c.T.Fatal(err)
	}
	return answer{read.Deferred, acctest.MessagesOf(read.Diagnostics)}
}

var configured = acctest.Arguments{"url": "https://example.com/cakemail", "events": []string{"Contact.Added"}}

// unknownProvider is a provider whose token is known only after apply, with a
// webhook in the state from before.
func unknownProvider(t *testing.T, w *acctest.World, deferralAllowed bool) *acctest.Core {
	t.Helper()
	before := w.NewCore(t, nil)
	if problems := before.Apply(configured); len(problems) > 0 {
		t.Fatal(problems)
	}
	c := w.Unconfigured(t)
	c.State, c.Private, c.DeferralAllowed = before.State, before.Private, deferralAllowed
	if problems := c.Configure(acctest.Arguments{"access_token": tftypes.UnknownValue}); len(problems) > 0 {
		t.Fatalf("the provider cannot be configured: %s", problems)
	}
	return c
}

func TestUnknownProviderConfigurationIsDeferred(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	c := unknownProvider(t, w, true)
	calls := len(w.Api.Calls())
	for name, request := range requests {
		got := request(c)
		if got.deferred == nil || got.deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown || len(got.messages) > 0 {
			t.Errorf("%s: got %+v and the messages %s, want that it is deferred", name, got.deferred, acctest.Indented(got.messages))
		}
	}
	if after := len(w.Api.Calls()); after != calls {
		t.Errorf("the API was called: %v", w.Api.Counts())
	}
}

// Without the capability, Terraform takes a deferral for a defect of the provider.
func TestNothingIsDeferredUnasked(t *testing.T) {
	t.Parallel()
	c := unknownProvider(t, acctest.NewWorld(t), false)
	says := map[string]acctest.Message{
		"refresh of a webhook": {Severity: "warning", Summary: "The webhook was not refreshed"},
		"plan of a creation":   {}, "plan of a change": {}, "plan of a destruction": {}, "action cakemail_webhook_test_delivery": {},
		"import of a webhook":                        {Severity: "error", Summary: "The provider's configuration is not known yet"},
		"data source cakemail_webhook":               {Severity: "error", Summary: "The provider's configuration is not known yet"},
		"data source cakemail_webhooks":              {Severity: "error", Summary: "The provider's configuration is not known yet"},
		"ephemeral resource cakemail_webhook_secret": {Severity: "error", Summary: "The provider's configuration is not known yet"},
	}
	for name, request := range requests {
		got := request(c)
		want := []acctest.Message{says[name]}
		if says[name] == (acctest.Message{}) {
			want = nil
		}
		for index := range got.messages {
			got.messages[index].Detail = ""
		}
		if got.deferred != nil || !slices.Equal(got.messages, want) {
			t.Errorf("%s: got %+v and the messages %s, want %s", name, got.deferred, acctest.Indented(got.messages), acctest.Indented(want))
		}
	}
}

// A provider whose configuration is known has nothing to defer.
func TestKnownProviderConfigurationIsNotDeferred(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		c := acctest.NewWorld(t, cakemailtest.WithForm(form)).Unconfigured(t)
		c.DeferralAllowed = true
		if problems := c.Configure(nil); len(problems) > 0 {
			t.Fatal(problems)
		}
		if problems := c.Apply(configured); len(problems) > 0 || c.State.IsNull() {
			t.Errorf("the webhook was not created: %s", acctest.Indented(problems))
		}
	})
}

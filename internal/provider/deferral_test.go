package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// answer is the provider's answer to one request while its configuration is unknown.
type answer struct {
	deferred *tfprotov6.Deferred
	messages []acctest.Message
}

func planning(c *acctest.Core, before, after tftypes.Value) answer {
	planned := c.Plan(before, after)
	return answer{planned.Deferred, acctest.MessagesOf(planned.Diagnostics)}
}

func readData(c *acctest.Core, name string, given acctest.Arguments) answer {
	_, config := c.Encoded("data", name, given)
	read := protocol.Must(c.Server.ReadDataSource(c.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config}))
	return answer{read.Deferred, acctest.MessagesOf(read.Diagnostics)}
}

// requests are all requests of a plan, by purpose.
var requests = map[string]func(*acctest.Core) answer{
	"refresh of a webhook": func(c *acctest.Core) answer {
		read := protocol.Must(c.Server.ReadResource(c.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: "cakemail_webhook", CurrentState: c.Encode(c.Webhook, c.State), Private: c.Private,
		}))
		if after := c.Decode(c.Webhook, read.NewState); !after.Equal(c.State) {
			c.T.Errorf("the state became %s, want %s", after, c.State)
		}
		return answer{read.Deferred, acctest.MessagesOf(read.Diagnostics)}
	},
	"plan of a creation": func(c *acctest.Core) answer {
		return planning(c, tftypes.NewValue(c.Webhook, nil), acctest.Block(c.Webhook, hook(nil)))
	},
	"plan of a change": func(c *acctest.Core) answer {
		return planning(c, c.State, acctest.Block(c.Webhook, hook(acctest.Arguments{"url": "https://example.com/new"})))
	},
	"plan of a destruction": func(c *acctest.Core) answer { return planning(c, c.State, tftypes.NewValue(c.Webhook, nil)) },
	"import of a webhook": func(c *acctest.Core) answer {
		request := &tfprotov6.ImportResourceStateRequest{TypeName: "cakemail_webhook", ID: "1001"}
		imported := protocol.Must(c.Server.ImportResourceState(c.Context(), request))
		if imported.Deferred != nil && c.Decode(c.Webhook, imported.ImportedResources[0].State).IsKnown() {
			c.T.Error("the imported webhook is known, although nothing was read")
		}
		return answer{imported.Deferred, acctest.MessagesOf(imported.Diagnostics)}
	},
	"action cakemail_webhook_test_delivery": func(c *acctest.Core) answer {
		server, ok := c.Server.(tfprotov6.ActionServer)
		if !ok {
			c.T.Fatal("the provider has no actions")
		}
		_, config := c.Encoded("action", acctest.TestDelivery, acctest.Arguments{"webhook_id": "1001"})
		planned := protocol.Must(server.PlanAction(c.Context(), &tfprotov6.PlanActionRequest{ActionType: acctest.TestDelivery, Config: config}))
		return answer{planned.Deferred, acctest.MessagesOf(planned.Diagnostics)}
	},
	"data source cakemail_webhook": func(c *acctest.Core) answer {
		return readData(c, "cakemail_webhook", acctest.Arguments{"id": "1001"})
	},
	"data source cakemail_webhooks": func(c *acctest.Core) answer { return readData(c, "cakemail_webhooks", nil) },
	"ephemeral resource cakemail_webhook_secret": func(c *acctest.Core) answer {
		const name = "cakemail_webhook_secret"
		_, config := c.Encoded("ephemeral", name, acctest.Arguments{"id": "1001"})
		request := &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config}
		opened := protocol.Must(c.Server.OpenEphemeralResource(c.Context(), request))
		return answer{opened.Deferred, acctest.MessagesOf(opened.Diagnostics)}
	},
}

// unknownProvider is a provider with a token that is known only after apply, and a webhook that is already in the state.
func unknownProvider(t *testing.T, w *acctest.World, deferralAllowed bool) *acctest.Core {
	t.Helper()
	before := w.NewCore(t, nil)
	before.MustApply(hook(nil))
	c := w.Unconfigured(t)
	c.State, c.Private, c.DeferralAllowed = before.State, before.Private, deferralAllowed
	if problems := c.Configure(acctest.Arguments{"access_token": tftypes.UnknownValue}); len(problems) > 0 {
		t.Fatalf("the provider cannot be configured: %s", problems)
	}
	return c
}

func TestProvider_UnknownConfiguration(t *testing.T) {
	t.Parallel()
	notKnown := acctest.Error("", "The provider's configuration is not known yet", "")
	// Without the capability, Terraform reports a deferral as a defect of the provider.
	unasked := map[string][]acctest.Message{
		"refresh of a webhook":         {acctest.Warning("", "The webhook was not refreshed", "")},
		"import of a webhook":          {notKnown},
		"data source cakemail_webhook": {notKnown}, "data source cakemail_webhooks": {notKnown},
		"ephemeral resource cakemail_webhook_secret": {notKnown},
	}
	for name, test := range map[string]struct {
		isAllowed bool
		says      map[string][]acctest.Message
	}{"is deferred": {true, nil}, "is not deferred unasked": {false, unasked}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorld(t)
			c := unknownProvider(t, w, test.isAllowed)
			w.API.ResetCalls()
			for name, request := range requests {
				got := request(c)
				isDeferred := got.deferred != nil && got.deferred.Reason == tfprotov6.DeferredReasonProviderConfigUnknown
				if isDeferred != test.isAllowed || got.deferred != nil && !test.isAllowed {
					t.Errorf("%s: got %+v, want deferred: %t", name, got.deferred, test.isAllowed)
				}
				w.ExpectMessages(t, got.messages, test.says[name]...)
			}
			if calls := w.API.Calls(); len(calls) > 0 {
				t.Errorf("the API was called: %v", w.API.Counts())
			}
		})
	}
}

func TestProvider_KnownConfigurationIsNotDeferred(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		c := acctest.NewWorld(t, cakemailtest.WithForm(form)).Unconfigured(t)
		c.DeferralAllowed = true
		if problems := c.Configure(nil); len(problems) > 0 {
			t.Fatal(problems)
		}
		if problems := c.Apply(hook(nil)); len(problems) > 0 || c.State.IsNull() {
			t.Errorf("the webhook was not created: %s", acctest.Indented(problems))
		}
	})
}

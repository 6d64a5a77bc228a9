package provider_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// answer is what the provider says to one request while its configuration is unknown.
type answer struct {
	deferred *tfprotov6.Deferred
	messages []message
}

// requests are all that Terraform asks while it plans, by what they are for.
var requests = map[string]func(*core) answer{
	"refresh of a webhook": func(c *core) answer {
		c.t.Helper()
		read, err := c.server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: "cakemail_webhook", CurrentState: c.encode(c.webhook, c.state), Private: c.private,
		})
		if err != nil {
			c.t.Fatal(err)
		}
		if after := c.decode(c.webhook, read.NewState); !after.Equal(c.state) {
			c.t.Errorf("the state became %s, want %s", after, c.state)
		}
		return answer{read.Deferred, messagesOf(read.Diagnostics)}
	},
	"plan of a creation": func(c *core) answer {
		planned := c.plan(tftypes.NewValue(c.webhook, nil), block(c.webhook, configured))
		return answer{planned.Deferred, messagesOf(planned.Diagnostics)}
	},
	"plan of a change": func(c *core) answer {
		planned := c.plan(c.state, block(c.webhook, with(configured, arguments{"url": "https://example.com/new"})))
		return answer{planned.Deferred, messagesOf(planned.Diagnostics)}
	},
	"plan of a destruction": func(c *core) answer {
		planned := c.plan(c.state, tftypes.NewValue(c.webhook, nil))
		return answer{planned.Deferred, messagesOf(planned.Diagnostics)}
	},
	"import of a webhook": func(c *core) answer {
		c.t.Helper()
		imported, err := c.server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: "cakemail_webhook", ID: "1001"})
		if err != nil {
			c.t.Fatal(err)
		}
		if imported.Deferred != nil && c.decode(c.webhook, imported.ImportedResources[0].State).IsKnown() {
			c.t.Error("the imported webhook is known, although nothing was read")
		}
		return answer{imported.Deferred, messagesOf(imported.Diagnostics)}
	},
	"action cakemail_webhook_test_delivery": func(c *core) answer {
		c.t.Helper()
		server, ok := c.server.(tfprotov6.ActionServer)
		if !ok {
			c.t.Fatal("the provider has no actions")
		}
		object := c.objectOf(c.schemas().ActionSchemas[testDelivery].Schema)
		planned, err := server.PlanAction(c.t.Context(), &tfprotov6.PlanActionRequest{
			ActionType: testDelivery, Config: c.encode(object, block(object, arguments{"webhook_id": "1001"})),
		})
		if err != nil {
			c.t.Fatal(err)
		}
		return answer{planned.Deferred, messagesOf(planned.Diagnostics)}
	},
	"data source cakemail_webhook": func(c *core) answer {
		return c.readData("cakemail_webhook", arguments{"id": "1001"})
	},
	"data source cakemail_webhooks": func(c *core) answer {
		return c.readData("cakemail_webhooks", nil)
	},
	"ephemeral resource cakemail_webhook_secret": func(c *core) answer {
		c.t.Helper()
		const name = "cakemail_webhook_secret"
		object := c.objectOf(c.schemas().EphemeralResourceSchemas[name])
		opened, err := c.server.OpenEphemeralResource(c.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: name, Config: c.encode(object, block(object, arguments{"id": "1001"})),
		})
		if err != nil {
			c.t.Fatal(err)
		}
		return answer{opened.Deferred, messagesOf(opened.Diagnostics)}
	},
}

func (c *core) readData(name string, given arguments) answer {
	c.t.Helper()
	object := c.objectOf(c.schemas().DataSourceSchemas[name])
	read, err := c.server.ReadDataSource(c.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: c.encode(object, block(object, given))})
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{read.Deferred, messagesOf(read.Diagnostics)}
}

var configured = arguments{"url": "https://example.com/cakemail", "events": []string{"Contact.Added"}}

// unknownProvider is a provider whose token is known only after apply, with a
// webhook in the state from before.
func (w *world) unknownProvider(t *testing.T, deferralAllowed bool) *core {
	t.Helper()
	before := w.newCore(t, nil)
	if problems := before.apply(configured); len(problems) > 0 {
		t.Fatal(problems)
	}
	c := w.unconfigured(t)
	c.state, c.private, c.deferralAllowed = before.state, before.private, deferralAllowed
	if problems := c.configure(arguments{"access_token": tftypes.UnknownValue}); len(problems) > 0 {
		t.Fatalf("the provider cannot be configured: %s", problems)
	}
	return c
}

func TestUnknownProviderConfigurationIsDeferred(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.unknownProvider(t, true)
	calls := len(w.api.Calls())
	for name, request := range requests {
		got := request(c)
		if got.deferred == nil || got.deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown || len(got.messages) > 0 {
			t.Errorf("%s: got %+v and the messages %s, want that it is deferred", name, got.deferred, indented(got.messages))
		}
	}
	if after := len(w.api.Calls()); after != calls {
		t.Errorf("the API was called: %v", w.api.Counts())
	}
}

// Without the capability, Terraform takes a deferral for a defect of the provider.
func TestNothingIsDeferredUnasked(t *testing.T) {
	t.Parallel()
	c := newWorld(t).unknownProvider(t, false)
	says := map[string]message{
		"refresh of a webhook": {severity: "warning", summary: "The webhook was not refreshed"},
		"plan of a creation":   {}, "plan of a change": {}, "plan of a destruction": {}, "action cakemail_webhook_test_delivery": {},
		"import of a webhook":                        {severity: "error", summary: "The provider's configuration is not known yet"},
		"data source cakemail_webhook":               {severity: "error", summary: "The provider's configuration is not known yet"},
		"data source cakemail_webhooks":              {severity: "error", summary: "The provider's configuration is not known yet"},
		"ephemeral resource cakemail_webhook_secret": {severity: "error", summary: "The provider's configuration is not known yet"},
	}
	for name, request := range requests {
		got := request(c)
		want := []message{says[name]}
		if says[name] == (message{}) {
			want = nil
		}
		for index := range got.messages {
			got.messages[index].detail = ""
		}
		if got.deferred != nil || !slices.Equal(got.messages, want) {
			t.Errorf("%s: got %+v and the messages %s, want %s", name, got.deferred, indented(got.messages), indented(want))
		}
	}
}

// A provider whose configuration is known has nothing to defer.
func TestKnownProviderConfigurationIsNotDeferred(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		c := newWorld(t, cakemailtest.WithForm(form)).unconfigured(t)
		c.deferralAllowed = true
		if problems := c.configure(nil); len(problems) > 0 {
			t.Fatal(problems)
		}
		if problems := c.apply(configured); len(problems) > 0 || c.state.IsNull() {
			t.Errorf("the webhook was not created: %s", indented(problems))
		}
	})
}

package server_test

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// probe is a provider whose Configure, and whose only action, do what a test wants
// to do with the context that reaches them.
type probe struct {
	provider.Provider
	does func(ctx context.Context)
}

func (*probe) Metadata(context.Context, provider.MetadataRequest, *provider.MetadataResponse) {}
func (*probe) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)       {}
func (p *probe) Configure(ctx context.Context, _ provider.ConfigureRequest, _ *provider.ConfigureResponse) {
	p.does(ctx)
}
func (*probe) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (*probe) Resources(context.Context) []func() resource.Resource       { return nil }
func (p *probe) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return probeAction{p} }}
}

type probeAction struct{ probe *probe }

func (probeAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "probe"
}
func (probeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{}
}
func (a probeAction) Invoke(ctx context.Context, _ action.InvokeRequest, _ *action.InvokeResponse) {
	a.probe.does(ctx)
}

// configure makes a call that ends when the provider's Configure returns.
func configure(ctx context.Context, t *testing.T, server tfprotov6.ProviderServer) {
	t.Helper()
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: nothing(t)})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatalf("the provider cannot be configured: %v, %v", configured, err)
	}
}

// invoke makes a call that goes on after it returned: while its events are read.
func invoke(ctx context.Context, t *testing.T, server tfprotov6.ProviderServer) {
	t.Helper()
	actions, ok := server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the server offers no actions")
	}
	stream, err := actions.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: "probe", Config: nothing(t)})
	if err != nil {
		t.Fatal(err)
	}
	for event := range stream.Events {
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok && len(completed.Diagnostics) > 0 {
			t.Fatalf("the action fails: %v", completed.Diagnostics)
		}
	}
}

type callFunction func(context.Context, *testing.T, tfprotov6.ProviderServer)

// calls are the two kinds of calls: those that return with their answer, and streams.
var calls = map[string]callFunction{"answer": configure, "stream": invoke}

// eachCall runs the test with both.
func eachCall(t *testing.T, test func(t *testing.T, call callFunction)) {
	t.Helper()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, call)
		})
	}
}

// nothing is the configuration of an empty schema.
func nothing(t *testing.T) *tfprotov6.DynamicValue {
	t.Helper()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, map[string]tftypes.Value{}))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

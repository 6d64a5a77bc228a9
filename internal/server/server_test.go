package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

// probe is a provider with one action. When it is planned or invoked, it calls the test's function with the context
// that reaches it.
type probe struct {
	provider.Provider
	does func(ctx context.Context)
}

func (*probe) Metadata(context.Context, provider.MetadataRequest, *provider.MetadataResponse) {}
func (*probe) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)       {}
func (*probe) DataSources(context.Context) []func() datasource.DataSource                     { return nil }
func (*probe) Resources(context.Context) []func() resource.Resource                           { return nil }
func (p *probe) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return probeAction{p} }}
}

type probeAction struct{ probe *probe }

func (probeAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "probe"
}
func (probeAction) Schema(context.Context, action.SchemaRequest, *action.SchemaResponse) {}
func (a probeAction) ModifyPlan(ctx context.Context, _ action.ModifyPlanRequest, _ *action.ModifyPlanResponse) {
	a.probe.does(ctx)
}
func (a probeAction) Invoke(ctx context.Context, _ action.InvokeRequest, _ *action.InvokeResponse) {
	a.probe.does(ctx)
}

// probing serves a probe.
func probing(does func(ctx context.Context)) tfprotov6.ProviderServer {
	return server.New(&probe{does: does})
}

// nothing is the configuration of an empty schema: an empty map in MessagePack.
var nothing = &tfprotov6.DynamicValue{MsgPack: []byte{0x80}}

type callFunction func(context.Context, *testing.T, tfprotov6.ProviderServer)

// eachCall runs the test with both kinds of calls: those that return with their answer, and streams, which go on
// while they are read.
func eachCall(t *testing.T, test func(t *testing.T, call callFunction)) {
	t.Helper()
	for name, call := range map[string]callFunction{"answer": plan, "stream": invoke} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, call)
		})
	}
}

func plan(ctx context.Context, t *testing.T, serving tfprotov6.ProviderServer) {
	t.Helper()
	actions, _ := serving.(tfprotov6.ActionServer)
	planned, err := actions.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: "probe", Config: nothing})
	if err != nil || len(planned.Diagnostics) > 0 {
		t.Fatalf("planning fails: %v, %v", err, planned)
	}
}

func invoke(ctx context.Context, t *testing.T, serving tfprotov6.ProviderServer) {
	t.Helper()
	actions, _ := serving.(tfprotov6.ActionServer)
	stream, err := actions.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: "probe", Config: nothing})
	if err != nil {
		t.Fatal(err)
	}
	for event := range stream.Events {
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok && len(completed.Diagnostics) > 0 {
			t.Fatalf("invoking fails: %v", completed.Diagnostics)
		}
	}
}

func TestLogAndMasksReachTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		var log bytes.Buffer
		ctx := tflogtest.RootLogger(t.Context(), &log)
		ctx = tflog.SetField(ctx, "tf_req_id", "the-request")
		ctx = tflog.MaskMessageStrings(ctx, "hunter2")
		call(ctx, t, probing(func(ctx context.Context) { tflog.Trace(ctx, "the password is hunter2") }))
		for _, want := range []string{`"@level":"trace"`, `"tf_req_id":"the-request"`, "the password is ***"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, log.String())
			}
		}
	})
}

func TestTheRequestEndsTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		ctx, cancel := context.WithCancelCause(t.Context())
		call(ctx, t, probing(func(ctx context.Context) {
			if ctx.Err() != nil {
				t.Errorf("the call starts with %v", ctx.Err())
			}
			cancel(io.EOF)
			expectCancelled(ctx, t)
			if !errors.Is(context.Cause(ctx), io.EOF) {
				t.Errorf("it ended because of %v", context.Cause(ctx))
			}
		}))
	})
}

// Terraform asks the provider to stop after a Ctrl-C.
func TestStopReachesTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		var serving tfprotov6.ProviderServer
		serving = probing(func(ctx context.Context) {
			if _, err := serving.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
				t.Error(err)
			}
			expectCancelled(ctx, t)
		})
		call(t.Context(), t, serving)
	})
}

// It looks at all goroutines, so no other test may run at the same time.
func TestCallStartsNoGoroutine(t *testing.T) {
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		call(t.Context(), t, probing(func(context.Context) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			// The context package starts a goroutine if it does not know the parent.
			if bytes.Contains(stacks, []byte("created by context.(*cancelCtx).propagateCancel")) {
				t.Errorf("a goroutine waits for the request's end:\n%s", stacks)
			}
		}))
	})
}

func TestWorkInTheBackgroundOutlivesTheAnswer(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		var log bytes.Buffer
		var work sync.WaitGroup
		answered := make(chan struct{})
		request, cancel := context.WithTimeout(tflogtest.RootLogger(t.Context(), &log), time.Hour)
		defer cancel()
		call(request, t, probing(func(ctx context.Context) {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("the deadline does not reach the call")
			}
			work.Go(func() {
				<-answered
				expectCancelled(ctx, t)
				if deadline, ok := ctx.Deadline(); ok {
					t.Errorf("after the answer, there is a deadline: %s", deadline)
				}
				child, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				expectCancelled(child, t)
				tflog.Info(context.WithoutCancel(child), "too late")
			})
		}))
		close(answered)
		work.Wait()
		if strings.Contains(log.String(), "too late") {
			t.Errorf("the log of a request that was answered goes on:\n%s", log.String())
		}
	})
}

// expectCancelled does not wait: a cancel ends all derived contexts before it returns.
func expectCancelled(ctx context.Context, t *testing.T) {
	t.Helper()
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("the context ended with %v", ctx.Err())
	} else {
		<-ctx.Done()
	}
}

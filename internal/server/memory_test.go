package server_test

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// oncePerProcess are the framework's calls that are not wrapped: their number does not grow with the number of
// webhooks, and the provider has no state store.
var oncePerProcess = []string{
	"GetMetadata", "GetProviderSchema", "GetResourceIdentitySchemas", "GetFunctions", "ValidateProviderConfig", "ConfigureProvider", "StopProvider",
	"ValidateStateStoreConfig", "ConfigureStateStore", "GetStates", "ReadStateBytes", "WriteStateBytes", "DeleteState", "LockState", "UnlockState",
}

// kept makes calls, and returns how many of their contexts the server keeps in memory.
func kept(t *testing.T, serving any, calls int, call func(ctx context.Context)) int {
	t.Helper()
	type key struct{}
	type request struct{ _ [64]byte } // stands for the loggers and the stream in a context
	var requests []weak.Pointer[request]
	for range calls {
		held := &request{}
		requests = append(requests, weak.Make(held))
		call(context.WithValue(t.Context(), key{}, held))
	}
	runtime.GC()
	left := slices.DeleteFunc(requests, func(one weak.Pointer[request]) bool { return one.Value() == nil })
	runtime.KeepAlive(serving)
	return len(left)
}

// It makes every call that the framework serves, with an empty request.
func TestNoRequestIsKept(t *testing.T) {
	t.Parallel()
	serving := probing(nil)
	framework := reflect.TypeOf(providerserver.NewProtocol6(&probe{})())
	for method := range framework.Methods() {
		t.Run(method.Name, func(t *testing.T) {
			call := reflect.ValueOf(serving).MethodByName(method.Name)
			switch {
			case !call.IsValid():
				t.Error("the framework serves it, and this server does not")
			case slices.Contains(oncePerProcess, method.Name):
			case kept(t, serving, 1, func(ctx context.Context) { callEmpty(ctx, call) }) > 0:
				t.Error("the request is kept: wrap the call, or name it in oncePerProcess")
			}
		})
	}
}

// callEmpty makes the call with an empty request, and reads the stream if there is one.
func callEmpty(ctx context.Context, call reflect.Value) {
	answers := call.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.New(call.Type().In(1).Elem())})
	switch stream := answers[0].Interface().(type) {
	case *tfprotov6.ListResourceServerStream:
		stream.Results(func(tfprotov6.ListResourceResult) bool { return true })
	case *tfprotov6.InvokeActionServerStream:
		stream.Events(func(tfprotov6.InvokeActionEvent) bool { return true })
	}
}

// It fails when the framework no longer has the defect that this package works around.
func TestFrameworkKeepsRequests(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		left := func(serving tfprotov6.ProviderServer) int {
			return kept(t, serving, 100, func(ctx context.Context) { call(ctx, t, serving) })
		}
		idle := func(context.Context) {}
		if left(providerserver.NewProtocol6(&probe{does: idle})()) == 0 {
			t.Error("terraform-plugin-framework no longer keeps requests: serve the provider with its providerserver, and remove this package")
		}
		if left(probing(idle)) > 0 {
			t.Error("this server keeps requests too")
		}
	})
}

// The framework keeps one more context of its own, and what that refers to.
func TestFewWordsAreLeftOfARequest(t *testing.T) {
	const requests, most = 20_000, 160
	var before, after runtime.MemStats
	serving := probing(nil)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range requests {
		if _, err := serving.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if left := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / requests; left > most {
		t.Errorf("%d bytes are left of a request, want at most %d", left, most)
	}
	runtime.KeepAlive(serving)
}

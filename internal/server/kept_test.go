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

	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

// enough is how many requests show whether they are kept.
const enough = 1000

// request stands for what a request's context holds: its loggers and its stream.
type request struct{ _ [64]byte }

// kept makes calls, and returns how many of their contexts are still in memory.
func kept(t *testing.T, calls int, call func(ctx context.Context)) int {
	t.Helper()
	type key struct{}
	var requests []weak.Pointer[request]
	for range calls {
		held := &request{}
		requests = append(requests, weak.Make(held))
		call(context.WithValue(t.Context(), key{}, held))
	}
	runtime.GC()
	return len(slices.DeleteFunc(requests, func(one weak.Pointer[request]) bool { return one.Value() == nil }))
}

func TestNoRequestIsKept(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		serving := server.New(&probe{does: func(context.Context) {}})
		if left := kept(t, enough, func(ctx context.Context) { call(ctx, t, serving) }); left > 0 {
			t.Errorf("of %d requests, %d are kept", enough, left)
		}
		runtime.KeepAlive(serving)
	})
}

// What the framework keeps is one more context of its own, and what that refers to.
func TestFewWordsAreLeftOfARequest(t *testing.T) {
	const requests, most = 20_000, 160
	serving := server.New(&probe{does: func(context.Context) {}})
	before := heap()
	for range requests {
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := serving.GetMetadata(ctx, &tfprotov6.GetMetadataRequest{}); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	if left := (heap() - before) / requests; left > most {
		t.Errorf("%d bytes are left of a request, want at most %d", left, most)
	}
	runtime.KeepAlive(serving)
}

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}

// TestFrameworkKeepsRequests fails when the defect is gone that this package works around.
func TestFrameworkKeepsRequests(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		serving := providerserver.NewProtocol6(&probe{does: func(context.Context) {}})()
		if left := kept(t, enough, func(ctx context.Context) { call(ctx, t, serving) }); left == 0 {
			t.Error("terraform-plugin-framework keeps no request any more: serve the provider by its providerserver, and remove this package")
		}
		runtime.KeepAlive(serving)
	})
}

// TestEveryCallIsHandedOn makes every call that the framework serves, with an empty request.
func TestEveryCallIsHandedOn(t *testing.T) {
	t.Parallel()
	tested := &probe{does: func(context.Context) {}}
	serving := server.New(tested)
	framework := reflect.TypeOf(providerserver.NewProtocol6(tested)())
	for method := range framework.Methods() {
		t.Run(method.Name, func(t *testing.T) {
			call := reflect.ValueOf(serving).MethodByName(method.Name)
			if !call.IsValid() {
				t.Fatal("the framework serves it, and this server does not")
			}
			if left := kept(t, 1, func(ctx context.Context) { answer(ctx, t, call) }); left > 0 {
				t.Error("the request is kept")
			}
			runtime.KeepAlive(serving)
		})
	}
}

// answer makes the call with an empty request, and reads what it streams.
func answer(ctx context.Context, t *testing.T, call reflect.Value) {
	t.Helper()
	request := reflect.New(call.Type().In(1).Elem())
	if stream, ok := reflect.TypeAssert[*tfprotov6.WriteStateBytesStream](request); ok {
		stream.Chunks = func(func(*tfprotov6.WriteStateBytesChunk, []*tfprotov6.Diagnostic) bool) {}
	}
	answers := call.Call([]reflect.Value{reflect.ValueOf(ctx), request})
	switch stream := answers[0].Interface().(type) {
	case *tfprotov6.ListResourceServerStream:
		for range stream.Results {
		}
	case *tfprotov6.InvokeActionServerStream:
		for range stream.Events {
		}
	case *tfprotov6.ReadStateBytesStream:
		for range stream.Chunks {
		}
	}
}

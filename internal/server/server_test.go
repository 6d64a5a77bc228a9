package server_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

func TestLogAndMasksReachTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		var log bytes.Buffer
		ctx := tflogtest.RootLogger(t.Context(), &log)
		ctx = tflog.SetField(ctx, "tf_req_id", "the-request")
		ctx = tflog.MaskMessageStrings(ctx, "hunter2")

		call(ctx, t, server.New(&probe{does: func(ctx context.Context) { tflog.Trace(ctx, "the password is hunter2") }}))

		for _, want := range []string{`"@level":"trace"`, `"tf_req_id":"the-request"`, "the password is ***"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, log.String())
			}
		}
	})
}

func TestDeadlineReachesTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		want, _ := ctx.Deadline()

		call(ctx, t, server.New(&probe{does: func(ctx context.Context) {
			if got, ok := ctx.Deadline(); !ok || !got.Equal(want) {
				t.Errorf("got the deadline %s, %t, want %s", got, ok, want)
			}
			<-ctx.Done()
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				t.Errorf("got %v, because of %v", ctx.Err(), context.Cause(ctx))
			}
		}}))
	})
}

func TestCancelledRequestEndsTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("the connection is gone")

		call(ctx, t, server.New(&probe{does: func(ctx context.Context) {
			if ctx.Err() != nil {
				t.Errorf("the call starts with %v", ctx.Err())
			}
			cancel(cause)
			expectDone(ctx, t)
			if !errors.Is(ctx.Err(), context.Canceled) || !errors.Is(context.Cause(ctx), cause) {
				t.Errorf("got %v, because of %v", ctx.Err(), context.Cause(ctx))
			}
		}}))
	})
}

// Terraform asks the provider to stop after a Ctrl-C.
func TestStopReachesTheCall(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		probe := &probe{}
		serving := server.New(probe)
		probe.does = func(ctx context.Context) {
			if _, err := serving.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
				t.Error(err)
			}
			expectDone(ctx, t)
			if !errors.Is(ctx.Err(), context.Canceled) {
				t.Errorf("got %v", ctx.Err())
			}
		}

		call(t.Context(), t, serving)
	})
}

// It looks at all goroutines, so no other test may run beside it.
func TestCallStartsNoGoroutine(t *testing.T) {
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		call(t.Context(), t, server.New(&probe{does: func(context.Context) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			// The context package starts one where it does not recognize the parent.
			if bytes.Contains(stacks, []byte("created by context.(*cancelCtx).propagateCancel")) {
				t.Errorf("a goroutine waits for the request's end:\n%s", stacks)
			}
		}}))
	})
}

func TestWorkInTheBackgroundOutlivesTheAnswer(t *testing.T) {
	t.Parallel()
	eachCall(t, func(t *testing.T, call callFunction) {
		t.Helper()
		var log bytes.Buffer
		answered, finished := make(chan struct{}), make(chan struct{})
		work := func(ctx context.Context) {
			defer close(finished)
			<-answered
			expectDone(ctx, t)
			if !errors.Is(ctx.Err(), context.Canceled) {
				t.Errorf("after the answer, the context says %v", ctx.Err())
			}
			if deadline, ok := ctx.Deadline(); ok {
				t.Errorf("after the answer, there is a deadline: %s", deadline)
			}
			child, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			expectDone(child, t)
			tflog.Info(context.WithoutCancel(child), "too late")
		}

		call(tflogtest.RootLogger(t.Context(), &log), t, server.New(&probe{does: func(ctx context.Context) { go work(ctx) }}))

		close(answered)
		<-finished
		if strings.Contains(log.String(), "too late") {
			t.Errorf("the log of a request that was answered goes on:\n%s", log.String())
		}
	})
}

// expectDone does not wait: cancelling ends all contexts beneath before it returns.
func expectDone(ctx context.Context, t *testing.T) {
	t.Helper()
	select {
	case <-ctx.Done():
	default:
		t.Error("the context has not ended")
	}
}

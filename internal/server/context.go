package server

import (
	"context"
	"iter"
	"sync/atomic"
	"time"
)

// requestContext uses the context of a request until it is released. Then it refers to nothing, so a kept one costs
// only a few words of memory.
type requestContext struct {
	current atomic.Pointer[context.Context]
}

// released is the context of every request that has ended.
var released = func() *context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return &ctx
}()

// newRequestContext returns a context for one call, and a function that ends and releases it.
func newRequestContext(request context.Context) (ctx context.Context, release func()) {
	request, cancel := context.WithCancel(request)
	result := &requestContext{}
	result.current.Store(&request)
	return result, func() {
		cancel()
		result.current.Store(released)
	}
}

// Done is the request's own channel, so that [context.WithCancel] starts no goroutine.
func (c *requestContext) Done() <-chan struct{}       { return (*c.current.Load()).Done() }
func (c *requestContext) Deadline() (time.Time, bool) { return (*c.current.Load()).Deadline() }
func (c *requestContext) Err() error                  { return (*c.current.Load()).Err() }
func (c *requestContext) Value(key any) any           { return (*c.current.Load()).Value(key) }

// answer makes the call with a context that is released when the call returns.
func answer[Request, Response any](ctx context.Context, call func(context.Context, Request) (Response, error), request Request) (Response, error) {
	ctx, release := newRequestContext(ctx)
	defer release()
	return call(ctx, request)
}

// thenRelease passes on the rest of a stream, and then releases its context.
func thenRelease[Item any](stream iter.Seq[Item], release func()) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		defer release()
		stream(yield)
	}
}

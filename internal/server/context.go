package server

import (
	"context"
	"sync/atomic"
	"time"
)

// lentContext answers from the context of a request until it is taken back.
// After that it refers to nothing, so keeping it costs only a few words of memory.
type lentContext struct {
	// request is nil once it is taken back.
	request atomic.Pointer[context.Context]
}

// ended is the channel of all contexts that are taken back.
var ended = func() <-chan struct{} {
	channel := make(chan struct{})
	close(channel)
	return channel
}()

// lend returns a context for one call, and the function that ends it and takes it back.
func lend(ctx context.Context) (lent context.Context, takeBack func()) {
	request, cancel := context.WithCancel(ctx)
	result := &lentContext{}
	result.request.Store(&request)
	return result, func() {
		cancel()
		result.request.Store(nil)
	}
}

// Deadline implements [context.Context].
func (c *lentContext) Deadline() (time.Time, bool) {
	if request := c.request.Load(); request != nil {
		return (*request).Deadline()
	}
	return time.Time{}, false
}

// Done implements [context.Context]. The channel is the request's own, so that
// [context.WithCancel] starts no goroutine; it is closed before it is replaced.
func (c *lentContext) Done() <-chan struct{} {
	if request := c.request.Load(); request != nil {
		return (*request).Done()
	}
	return ended
}

// Err implements [context.Context].
func (c *lentContext) Err() error {
	if request := c.request.Load(); request != nil {
		return (*request).Err()
	}
	return context.Canceled
}

// Value implements [context.Context].
func (c *lentContext) Value(key any) any {
	if request := c.request.Load(); request != nil {
		return (*request).Value(key)
	}
	return nil
}

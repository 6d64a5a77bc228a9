package cakemail

import (
	"context"

	"golang.org/x/sync/singleflight"
)

// once makes one call for everyone who asks for this name at the same time. A call
// that somebody else began can stop with them, or give what is of no use here: then
// it is made again. A nil isUseful takes what comes. Who finishes what has begun waits
// for it although Terraform stops.
func once[T any](ctx context.Context, group *singleflight.Group, name, action string, call func() (T, error), isUseful func(T) bool) (T, error) {
	done := ctx.Done()
	if isFinishing(ctx) {
		done = nil
	}
	for {
		mine := false
		made := group.DoChan(name, func() (any, error) {
			mine = true
			return call()
		})
		select {
		case result := <-made:
			value, _ := result.Val.(T)
			if mine || !IsKind(result.Err, Stopped) && (result.Err != nil || isUseful == nil || isUseful(value)) {
				return value, result.Err
			}
		case <-done:
			var none T
			return none, stopped(ctx, action)
		}
	}
}

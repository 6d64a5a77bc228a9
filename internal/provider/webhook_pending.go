package provider

import (
	"cmp"
	"context"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// find reads the webhook of a resource in the state.
func find(ctx context.Context, client *cakemail.Client, state webhookResourceModel, private privateReader) (cakemail.Webhook, error) {
	ref, err := findRef(ctx, client, state, private)
	if err != nil {
		return cakemail.Webhook{}, err
	}
	return client.Get(ctx, ref)
}

// findRef names the webhook of a resource in the state. It looks for a pending one, unless the plan of its destroy
// has found it. The error is of kind [cakemail.Gone] if the create made none.
func findRef(ctx context.Context, client *cakemail.Client, state webhookResourceModel, private privateReader) (cakemail.Ref, error) {
	ref := state.ref(recall[time.Time](ctx, private, privateCreated))
	ref.ID = cmp.Or(ref.ID, recall[string](ctx, private, privateFound))
	if ref.ID != "" {
		return ref, nil
	}
	if ref.Created.IsZero() {
		// Without a refresh, a replacement does not learn when the create was, so it may be very recent.
		ref.Created = time.Now()
	}
	known := recall[[]string](ctx, private, privatePending)
	if mark := recall[string](ctx, private, privateMark); mark != "" && mark != client.Mark() {
		// In another account, these ids say nothing about what was there before.
		known = nil
	}
	found, err := client.FindCreated(ctx, ref, state.asked(), known)
	if err == nil && found.ID == "" {
		err = &cakemail.Error{Kind: cakemail.Gone, Action: "find the webhook"}
	}
	ref.ID = found.ID
	return ref, err
}

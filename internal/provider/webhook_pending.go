package provider

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// find reads the webhook; the one of a create of unknown outcome is looked for first.
func (r *webhookResource) find(ctx context.Context, client *cakemail.Client, state webhookResourceModel, private privateReader) (cakemail.Webhook, error) {
	id := cmp.Or(state.ID.ValueString(), recall[string](ctx, private, privateFound), r.connection.found.id(ctx, state, private))
	if id == "" {
		pending, err := r.findPending(ctx, client, state, recall[[]string](ctx, private, privatePending))
		if err != nil {
			return cakemail.Webhook{}, err
		}
		id = pending.ID
		r.connection.found.add(ctx, state, private, id)
	}
	return client.Get(ctx, state.account(), id)
}

// foundWebhooks are those that this process found for creates of unknown outcome. Its zero
// value is ready for use.
type foundWebhooks struct{ ids sync.Map }

// foundKey tells such creates apart: equal ones never wait at the same time.
type foundKey struct {
	created     time.Time
	url, events string
}

func newFoundKey(ctx context.Context, state webhookResourceModel, private privateReader) foundKey {
	return foundKey{recall[time.Time](ctx, private, privateCreated), state.URL.ValueString(), strings.Join(eventNames(state.Events), " ")}
}

// add remembers nothing where Terraform does not tell when the create was.
func (f *foundWebhooks) add(ctx context.Context, state webhookResourceModel, private privateReader, id string) {
	if key := newFoundKey(ctx, state, private); !key.created.IsZero() {
		f.ids.Store(key, id)
	}
}

// id is "" where none was found.
func (f *foundWebhooks) id(ctx context.Context, state webhookResourceModel, private privateReader) string {
	found, _ := f.ids.Load(newFoundKey(ctx, state, private))
	id, _ := found.(string)
	return id
}

// findPending finds what a create of unknown outcome made, given what was there
// before. The error is of kind [cakemail.Gone] when that is nothing. What other
// resources of the state manage was made by other creates.
func (r *webhookResource) findPending(ctx context.Context, client *cakemail.Client, state webhookResourceModel, before []string) (cakemail.Webhook, error) {
	const action = "find the webhook"
	found, err := client.Resolve(ctx, state.account(), state.asked(), before)
	candidates := []cakemail.Webhook{found}
	if failure, ok := errors.AsType[*cakemail.Error](err); ok && failure.Kind == cakemail.Ambiguous {
		candidates = failure.Candidates
	} else if err != nil {
		return cakemail.Webhook{}, err
	}
	if found.ID == "" && err == nil {
		return cakemail.Webhook{}, &cakemail.Error{Kind: cakemail.Gone, Action: action}
	}
	candidates = r.connection.managed.without(ctx, candidates)
	switch {
	case ctx.Err() != nil:
		return cakemail.Webhook{}, &cakemail.Error{Kind: cakemail.Stopped, Action: action, Cause: context.Cause(ctx)}
	case len(candidates) == 0:
		return cakemail.Webhook{}, &cakemail.Error{Kind: cakemail.Gone, Action: action}
	case len(candidates) > 1 || before == nil:
		// Terraform does not tell a replacement without a refresh what was there before.
		return cakemail.Webhook{}, &cakemail.Error{Kind: cakemail.Ambiguous, Action: "create the webhook", Candidates: candidates}
	}
	return candidates[0], nil
}

package provider

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// checkExisting says of a webhook that is to be created what the account knows already:
// one with the same URL and event that Terraform has not shown as part of the state, and
// whether the API takes the values.
func (r *webhookResource) checkExisting(ctx context.Context, plan webhookResourceModel, isReplacement bool, diags *diag.Diagnostics) {
	if r.connection.api == nil || plan.URL.IsUnknown() || plan.AccountID.IsUnknown() || !known(plan.Events) {
		return
	}
	existing, err, first := r.connection.existing.in(plan.account(), func() (cakemail.Listed, error) {
		started := time.Now()
		defer func() { r.connection.managed.slowDown(time.Since(started)) }()
		return r.connection.api.Existing(ctx, plan.account())
	})
	if err != nil {
		if first && !r.connection.applying.Load() {
			add(diags, message.NotListed(err, message.Subject{Account: plan.account()}, r.connection.facts)...)
		}
		return
	}
	checkForm(plan, existing.Form, diags)
	events := eventNames(plan.Events)
	equal := slices.DeleteFunc(slices.Clone(existing.At(plan.URL.ValueString())), func(webhook cakemail.Webhook) bool {
		if plan.Archived.ValueBool() {
			// It delivers nothing twice, but a killed create can have left the webhook active.
			return !slices.Equal(events, webhook.Events)
		}
		return !slices.ContainsFunc(events, func(event string) bool { return slices.Contains(webhook.Events, event) })
	})
	if r.connection.applying.Load() || isReplacement && plan.Archived.ValueBool() {
		// The plan has warned, and an apply comes only to what changes.
		return
	}
	warn := message.Exists
	if isReplacement {
		warn = message.ReplacementExists
	}
	for _, webhook := range r.connection.managed.without(ctx, equal) {
		add(diags, warn(message.Existing{
			Webhook: webhook, Account: plan.account(), IsPaused: plan.Archived.ValueBool(),
			HasOtherEvents: !slices.Equal(events, webhook.Events), WithoutSecret: !plan.StoreSecret.IsUnknown() && !plan.StoreSecret.ValueBool(),
		}))
	}
}

// checkForm says what an API of the reference's form will refuse.
func checkForm(plan webhookResourceModel, form cakemail.Form, diags *diag.Diagnostics) {
	checkOneEvent(plan, form, diags)
	if period := plan.RateLimitPeriod.ValueString(); form == cakemail.FormReference && (period == "hour" || period == "day") {
		add(diags, message.Period(period))
	}
}

// existingWebhooks are the webhooks that each account had when a plan first asked,
// or why they cannot be listed: one list a process and account, also when it fails.
// Its zero value is ready for use.
type existingWebhooks struct {
	mu       sync.Mutex
	accounts map[int64]*existingList
}

type existingList struct {
	done     chan struct{}
	webhooks cakemail.Listed
	err      error
}

// in returns the account's webhooks, and whether the caller is the first to ask.
func (e *existingWebhooks) in(account int64, list func() (cakemail.Listed, error)) (webhooks cakemail.Listed, err error, first bool) {
	e.mu.Lock()
	if e.accounts == nil {
		e.accounts = map[int64]*existingList{}
	}
	listed, asked := e.accounts[account]
	if !asked {
		listed = &existingList{done: make(chan struct{})}
		e.accounts[account] = listed
	}
	e.mu.Unlock()
	if asked {
		<-listed.done
		return listed.webhooks, listed.err, false
	}
	defer close(listed.done)
	listed.webhooks, listed.err = list()
	return listed.webhooks, listed.err, true
}

// managedWebhooks are the ids of the webhooks in the state, as far as Terraform has
// come to them.
type managedWebhooks struct {
	mu    sync.Mutex
	ids   map[string]bool
	added chan struct{}
	// settling is how long Terraform gets to come to the next one, and settled ends that time.
	settling time.Duration
	settled  time.Time
}

func newManagedWebhooks() *managedWebhooks {
	return &managedWebhooks{ids: map[string]bool{}, added: make(chan struct{}), settling: shortestSettling}
}

// A plan waits this long for Terraform to come to another webhook of the state, before
// it takes one for a stranger: resources come in any order, and behind calls of the API.
const (
	shortestSettling = time.Second
	longestSettling  = 5 * time.Second
)

// slowDown gives Terraform the time of several calls that each take so long.
func (m *managedWebhooks) slowDown(call time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settling = max(m.settling, min(3*call, longestSettling))
}

func (m *managedWebhooks) add(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id == "" || m.ids[id] {
		return
	}
	m.ids[id] = true
	if !m.settled.IsZero() {
		m.settled = time.Now().Add(m.settling)
	}
	close(m.added)
	m.added = make(chan struct{})
}

// addState adds the webhook of a state as Terraform keeps it.
func (m *managedWebhooks) addState(state []byte) {
	var webhook struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(state, &webhook) == nil {
		m.add(webhook.ID)
	}
}

// without returns the webhooks that the state does not have.
func (m *managedWebhooks) without(ctx context.Context, webhooks []cakemail.Webhook) []cakemail.Webhook {
	for {
		m.mu.Lock()
		webhooks = slices.DeleteFunc(webhooks, func(webhook cakemail.Webhook) bool { return m.ids[webhook.ID] })
		if len(webhooks) > 0 && m.settled.IsZero() {
			m.settled = time.Now().Add(m.settling)
		}
		added, left := m.added, time.Until(m.settled)
		m.mu.Unlock()
		if len(webhooks) == 0 || left <= 0 {
			return webhooks
		}
		select {
		case <-added:
		case <-time.After(left):
		case <-ctx.Done():
			return nil
		}
	}
}

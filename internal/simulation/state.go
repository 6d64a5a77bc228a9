package simulation

import (
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// Taint is `terraform taint`.
func (t *Terraform) Taint(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found, exists := t.state[address]; exists {
		found.tainted = true
		t.state[address] = found
		t.world.Tell("terraform taint %s", address)
	}
}

// Remove is `terraform state rm`. From then on, the webhook is somebody else's, unless a pending create can have made it.
func (t *Terraform) Remove(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if removed, exists := t.state[address]; exists {
		delete(t.state, address)
		id := idOf(removed)
		switch {
		case len(t.addressesOf(id)) > 0:
		case id == "" || t.hasPending():
			t.hasLeft, t.unseen = true, time.Now()
		default:
			t.world.Give(id)
		}
		t.world.Tell("terraform state rm %s", address)
	}
}

// Rename is a moved block: it moves the webhook to another address, if that is free.
func (t *Terraform) Rename(from, to string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, exists := t.state[from]
	if _, taken := t.state[to]; !exists || taken {
		return
	}
	delete(t.state, from)
	t.state[to] = found
	t.world.Tell("%s has moved to %s", from, to)
}

// PartOwners is `terraform state rm` for all addresses of a webhook but one.
func (t *Terraform) PartOwners() {
	for _, address := range t.Addresses() {
		found, _ := t.at(address)
		t.mu.Lock()
		addresses := t.addressesOf(idOf(found))
		t.mu.Unlock()
		if len(addresses) > 1 {
			t.Remove(address)
		}
	}
}

// idOf returns the id, or "" if the create is pending.
func idOf(kept instance) string {
	id, _ := protocol.Plain(protocol.Attributes(kept.value)["id"]).(string)
	return id
}

// hasPending reports whether the state has a create of unknown outcome. The caller holds the lock.
func (t *Terraform) hasPending() bool {
	for _, kept := range t.state {
		if idOf(kept) == "" {
			return true
		}
	}
	return false
}

// addressesOf returns the addresses of a webhook. The caller holds the lock.
func (t *Terraform) addressesOf(id string) []string {
	var addresses []string
	for address, kept := range t.state {
		if id != "" && idOf(kept) == id {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// Import is `terraform import` of a webhook to a free address. The webhook may already be in the state.
func (t *Terraform) Import(address, id string) bool {
	if _, taken := t.at(address); taken {
		return false
	}
	t.world.Tell("terraform import %s %s", address, id)
	c := &command{Terraform: t}
	if !c.start() {
		return false
	}
	imported := protocol.Must(c.process.server.ImportResourceState(c.process.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: webhookType, ID: id}))
	if !c.tell(address, imported.Diagnostics) {
		return false
	}
	found := imported.ImportedResources[0]
	now, ok := c.refresh(address, instance{value: protocol.Decode(t.webhook, found.State), private: found.Private})
	if !ok || now.value.IsNull() {
		return false
	}
	if !slices.Contains(t.ids(), id) {
		t.world.Take(id)
	}
	c.keep(address, now)
	return true
}

// ids returns the webhooks in the state.
func (t *Terraform) ids() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for _, found := range t.state {
		if id := idOf(found); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

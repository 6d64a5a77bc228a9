package simulation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

type action string

const (
	create  action = "create"
	update  action = "update"
	replace action = "replace"
	destroy action = "destroy"
)

// change is a planned change of one resource.
type change struct {
	address string
	action  action
	// before is the state before the plan.
	before  tftypes.Value
	planned tftypes.Value
	private []byte
}

// plan refreshes and plans everything. It writes nothing.
func (c *command) plan() ([]change, bool) {
	c.world.Tell("Terraform plans")
	before := len(c.messages)
	c.managed = c.ids()
	if !c.start() {
		return nil, false
	}
	addresses := map[string]bool{}
	for address := range c.blocks {
		addresses[address] = true
	}
	for _, address := range c.Addresses() {
		addresses[address] = true
	}
	var mu sync.Mutex
	var changes []change
	c.refreshed = map[string]*instance{}
	ok := c.walk(slices.Collect(maps.Keys(addresses)), func(address string) bool {
		planned, now, ok := c.planOne(address)
		mu.Lock()
		defer mu.Unlock()
		c.refreshed[address] = now
		if planned != nil {
			changes = append(changes, *planned)
			c.world.Tell("%s: the plan is to %s it", address, planned.action)
		}
		return ok
	})
	if !ok {
		return nil, false
	}
	c.expectOwners(c.messages[before:])
	c.expectEquals(changes, c.messages[before:])
	sort.Slice(changes, func(one, other int) bool { return changes[one].address < changes[other].address })
	return changes, true
}

// expectOwners records a plan that reads a webhook at two addresses and does not say so.
func (c *command) expectOwners(told []Message) {
	read := map[string]int{}
	for _, now := range c.refreshed {
		if id := idOf(*now); id != "" {
			read[id]++
		}
	}
	for id, times := range read {
		isTold := func(message Message) bool { return message.Summary == "Two resources manage the webhook "+id }
		if times > 1 && !c.NoRefresh && !slices.ContainsFunc(told, isTold) {
			c.breaks("%s is at two addresses, and the plan does not say so", id)
		}
	}
}

// expectEquals records a plan that makes a webhook equal to one in the state and does not say so.
func (c *command) expectEquals(changes []change, told []Message) {
	if !c.world.weather.IsQuiet() || len(c.Targets) > 0 {
		return
	}
	for _, change := range changes {
		planned, _ := protocol.Plain(change.planned).(map[string]any)
		for _, now := range c.refreshed {
			there, _ := protocol.Plain(now.value).(map[string]any)
			isTold := func(message Message) bool {
				return message.Address == change.address && strings.Contains(message.Summary, fmt.Sprint(there["id"]))
			}
			isEqual := there != nil && there["archived"] == false && areAlike(planned["url"], there["url"]) && areAlike(planned["events"], there["events"]) &&
				areAlike(planned["account_id"], there["account_id"])
			if change.action == create && isEqual && !slices.ContainsFunc(told, isTold) {
				c.breaks("%s is to be made like %s, and the plan does not say so", change.address, there["id"])
			}
		}
	}
}

// planOne plans one resource, and returns the refreshed resource.
func (c *command) planOne(address string) (*change, *instance, bool) {
	nothing := tftypes.NewValue(c.webhook, nil)
	now := &instance{value: nothing}
	before, exists := c.at(address)
	if exists {
		now = &before
		c.upgrade(before)
	}
	block, wanted := c.blocks[address]
	var orphan *change
	if !wanted && c.OrphansFirst && !c.Destroy {
		var ok bool
		if orphan, ok = c.planDestroy(address, before); !ok {
			return nil, now, false
		}
	}
	if exists && !c.NoRefresh {
		var ok bool
		if now, ok = c.refresh(address, before); !ok {
			return nil, now, false
		}
	}
	switch {
	case !wanted && now.value.IsNull():
		return nil, now, true
	case orphan != nil:
		return orphan, now, true
	case !wanted:
		planned, ok := c.planDestroy(address, *now)
		return planned, now, ok
	}
	planned, ok := c.planBlock(address, block, *now)
	return planned, now, ok
}

// upgrade shows the provider a state, as Terraform does with each state that it reads.
func (c *command) upgrade(read instance) {
	protocol.Must(c.process.server.UpgradeResourceState(c.process.ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: webhookType, RawState: &tfprotov6.RawState{JSON: protocol.Must(json.Marshal(protocol.Plain(read.value)))},
	}))
}

func (c *command) refresh(address string, before instance) (*instance, bool) {
	c.pace(address)
	read := protocol.Must(c.process.server.ReadResource(c.process.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: webhookType, CurrentState: protocol.Encode(c.webhook, before.value), Private: before.private,
	}))
	if !c.tell(address, read.Diagnostics) {
		return &before, false
	}
	now := &instance{value: protocol.Decode(c.webhook, read.NewState), private: read.Private, tainted: before.tainted}
	if now.value.IsNull() {
		c.world.Tell("%s: the refresh drops it", address)
	}
	return now, true
}

func (c *command) planBlock(address string, block Block, now instance) (*change, bool) {
	config := protocol.Block(c.webhook, block.Arguments)
	request := &tfprotov6.ValidateResourceConfigRequest{TypeName: webhookType, Config: protocol.Encode(c.webhook, config)}
	validated := protocol.Must(c.process.server.ValidateResourceConfig(c.process.ctx, request))
	if !c.tell(address, validated.Diagnostics) {
		return nil, false
	}
	nothing := tftypes.NewValue(c.webhook, nil)
	switch {
	case now.value.IsNull():
		planned, private, _, ok := c.planFrom(address, nothing, config, nil)
		return &change{address: address, action: create, planned: planned, private: private}, ok
	case now.tainted:
		planned, private, _, ok := c.planFrom(address, nothing, config, nil)
		return &change{address: address, action: replace, before: now.value, planned: planned, private: private}, ok
	}
	planned, private, replaces, ok := c.planFrom(address, now.value, config, now.private)
	switch {
	case !ok:
		return nil, false
	case replaces:
		planned, private, _, ok = c.planFrom(address, nothing, config, private)
		return &change{address: address, action: replace, before: now.value, planned: planned, private: private}, ok
	case planned.Equal(now.value):
		return nil, true
	}
	return &change{address: address, action: update, before: now.value, planned: planned, private: private}, true
}

// planFrom plans from this state, with this private data.
func (c *command) planFrom(address string, prior, config tftypes.Value, private []byte) (planned tftypes.Value, plannedPrivate []byte, replaces, ok bool) {
	c.pace(address)
	answered := protocol.Must(c.process.server.PlanResourceChange(c.process.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: webhookType, PriorState: protocol.Encode(c.webhook, prior), ProposedNewState: protocol.Encode(c.webhook, protocol.Proposed(prior, config)),
		Config: protocol.Encode(c.webhook, config), PriorPrivate: private,
	}))
	ok = c.tell(address, answered.Diagnostics)
	return protocol.Decode(c.webhook, answered.PlannedState), answered.PlannedPrivate, len(answered.RequiresReplace) > 0, ok
}

func (c *command) planDestroy(address string, now instance) (*change, bool) {
	nothing := tftypes.NewValue(c.webhook, nil)
	_, private, _, ok := c.planFrom(address, now.value, nothing, now.private)
	return &change{address: address, action: destroy, before: now.value, planned: nothing, private: private}, ok
}

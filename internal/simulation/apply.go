package simulation

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// apply writes what the plan read, and makes the changes, in its own process.
func (c *command) apply(changes []change) bool {
	for address, now := range c.refreshed {
		c.keep(address, now)
	}
	if len(changes) == 0 {
		return true
	}
	c.world.Tell("Terraform applies")
	c.world.ForgetPlans()
	c.managed, c.isApplying = nil, true
	if !c.start() {
		return false
	}
	byAddress, addresses := map[string]change{}, []string{}
	for _, change := range changes {
		byAddress[change.address] = change
		addresses = append(addresses, change.address)
	}
	return c.walk(addresses, func(address string) bool { return c.applyOne(byAddress[address]) })
}

func (c *command) applyOne(planned change) bool {
	block := c.blocks[planned.address]
	if now, exists := c.at(planned.address); exists {
		c.upgrade(now)
	}
	switch planned.action {
	case destroy:
		return c.applyDestroy(planned.address, planned.before, planned.private)
	case replace:
		if block.CreateBeforeDestroy {
			return c.replaceLater(planned, block)
		}
		return c.applyDestroy(planned.address, planned.before, planned.private) && !c.isEnded() && c.applyCreate(planned, block)
	case create:
		return c.applyCreate(planned, block)
	}
	now, _ := c.at(planned.address)
	c.world.Plan(changed(now.value, planned.planned))
	final, private, _, ok := c.planFrom(planned.address, now.value, protocol.Block(c.webhook, block.Arguments), now.private)
	return ok && c.isConsistent(planned, final) && c.change(planned.address, now, protocol.Block(c.webhook, block.Arguments), final, private)
}

// changed returns the attributes of a webhook that a plan changes.
func changed(before, planned tftypes.Value) (id string, names []string) {
	then := protocol.Attributes(before)
	for name, value := range protocol.Attributes(planned) {
		if !value.Equal(then[name]) {
			names = append(names, name)
		}
	}
	id, _ = protocol.Plain(then["id"]).(string)
	return id, names
}

// replaceLater creates before it destroys.
func (c *command) replaceLater(planned change, block Block) bool {
	old, _ := c.at(planned.address)
	deposed := c.deposed(planned.address)
	c.keep(planned.address, nil)
	c.keep(deposed, &old)
	if !c.applyCreate(planned, block) {
		if _, made := c.at(planned.address); !made {
			c.keep(deposed, nil)
			c.keep(planned.address, &old)
		}
		return false
	}
	if c.isEnded() {
		return false
	}
	gone, ok := c.planDestroy(planned.address, old)
	return ok && c.applyDestroy(deposed, old.value, gone.private)
}

// applyCreate plans again, without state and private data, and creates.
func (c *command) applyCreate(planned change, block Block) bool {
	config, nothing := protocol.Block(c.webhook, block.Arguments), tftypes.NewValue(c.webhook, nil)
	final, private, _, ok := c.planFrom(planned.address, nothing, config, nil)
	return ok && c.isConsistent(planned, final) && c.change(planned.address, instance{value: nothing}, config, final, private)
}

// isConsistent reports whether everything known in the plan is the same in the apply.
func (c *command) isConsistent(planned change, final tftypes.Value) bool {
	values := protocol.Attributes(final)
	for name, value := range protocol.Attributes(planned.planned) {
		if value.IsFullyKnown() && !value.Equal(values[name]) {
			c.breaks("%s: Provider produced inconsistent final plan: %s was %s, and is now %s", planned.address, name, value, values[name])
			return false
		}
	}
	return true
}

func (c *command) applyDestroy(address string, before tftypes.Value, private []byte) bool {
	nothing := tftypes.NewValue(c.webhook, nil)
	now, _ := c.at(address)
	now.value = before
	return c.change(address, now, nothing, nothing, private)
}

// change makes the provider apply one change, and keeps the result.
func (c *command) change(address string, before instance, config, planned tftypes.Value, private []byte) bool {
	c.pace(address)
	answered := protocol.Must(c.process.server.ApplyResourceChange(c.process.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: webhookType, PriorState: protocol.Encode(c.webhook, before.value), PlannedState: protocol.Encode(c.webhook, planned),
		Config: protocol.Encode(c.webhook, config), PlannedPrivate: private,
	}))
	creating := before.value.IsNull()
	ok := c.tell(address, answered.Diagnostics)
	after := instance{value: protocol.Decode(c.webhook, answered.NewState), private: answered.Private}
	after.tainted = creating && !ok || before.tainted && !creating
	c.keep(address, &after)
	if c.isDead() {
		return false
	}
	if ok {
		c.expect(address, planned, after.value)
	}
	if !creating && !planned.IsNull() {
		c.expectSame(address, before.value, after.value)
	}
	return ok
}

// expect records a state that differs from the plan.
func (c *command) expect(address string, planned, after tftypes.Value) {
	if planned.IsNull() || after.IsNull() {
		if planned.IsNull() != after.IsNull() {
			c.breaks("%s: Provider produced inconsistent result after apply: planned was %s, the state is %s", address, planned, after)
		}
		return
	}
	values := protocol.Attributes(after)
	for name, value := range protocol.Attributes(planned) {
		if value.IsFullyKnown() && !value.Equal(values[name]) {
			c.breaks("%s: Provider produced inconsistent result after apply: %s was planned as %s, the state has %s", address, name, value, values[name])
		}
	}
}

// expectSame records a change in place that resulted in another webhook.
func (c *command) expectSame(address string, before, after tftypes.Value) {
	if after.IsNull() {
		c.breaks("%s: a change in place lost the webhook", address)
		return
	}
	then, now := protocol.Attributes(before), protocol.Attributes(after)
	if !then["id"].Equal(now["id"]) {
		c.breaks("%s: a change in place turned %s into %s", address, then["id"], now["id"])
	}
}

package simulation

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// webhookType is the resource type that Terraform manages here.
const webhookType = "cakemail_webhook"

// Arguments are the arguments of a block; missing ones are null.
type Arguments = protocol.Arguments

// Block is a resource block.
type Block struct {
	Arguments           Arguments
	CreateBeforeDestroy bool
}

// Configuration has the blocks by address.
type Configuration map[string]Block

// Message is a diagnostic and its address.
type Message struct {
	Address, Summary, Detail string
	IsError                  bool
}

func (m Message) text() string { return m.Summary + "\n" + m.Detail }

func (m Message) String() string { return m.Address + ": " + m.Summary + "\n" + m.Detail }

// Run is how Terraform is run.
type Run struct {
	// Destroy destroys everything.
	Destroy bool
	// NoRefresh is -refresh=false.
	NoRefresh bool
	// Targets are the addresses for -target; none means all.
	Targets []string
	// Saved applies a saved plan after this time; 0 applies at once.
	Saved time.Duration
	// Interrupt and Kill are times after the start, InterruptAt and KillAt numbers of arrived calls; 0 means never.
	Interrupt, Kill     time.Duration
	InterruptAt, KillAt int
	// OthersPlan and OthersApply use somebody else's credentials: for the whole run, or only for its apply.
	OthersPlan, OthersApply bool
	// Order changes the order in which Terraform handles the resources.
	Order int
	// OrphansFirst plans the destroy of resources without a block before it refreshes them, as Terraform 1.11 does.
	OrphansFirst bool
}

// instance is a resource in the state.
type instance struct {
	value   tftypes.Value
	private []byte
	tainted bool
}

// Terraform stands in for the real one. It calls the provider over the plugin protocol, in Terraform's order and with
// its values, for many resources at a time, each command in its own processes, and checks the answers as Terraform does.
type Terraform struct {
	world    *World
	serve    func(*Process) tfprotov6.ProviderServer
	provider Arguments
	webhook  tftypes.Object
	config   tftypes.Object

	mu       sync.Mutex
	state    map[string]instance
	messages []Message
	broken   []string
	logs     logs
	// lastRun is the number of messages before the last run, and lastBlocks its configuration.
	lastRun    int
	lastBlocks Configuration
	// hasLeft means that a run was killed, or that a create of unknown outcome was removed from the state, so that only a
	// message can tell what was made.
	hasLeft bool
	// hasStrayed means that a run had somebody else's credentials.
	hasStrayed bool
	// unseen is the time until which nobody planned what was left.
	unseen time.Time
}

// NewTerraform returns a Terraform with an empty state. The function serves the provider to a process.
func NewTerraform(world *World, provider Arguments, serve func(*Process) tfprotov6.ProviderServer) *Terraform {
	t := &Terraform{world: world, serve: serve, provider: provider, state: map[string]instance{}}
	schemas, err := serve(world.NewProcess()).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		panic(err)
	}
	t.webhook = protocol.ObjectOf(schemas.ResourceSchemas[webhookType])
	t.config = protocol.ObjectOf(schemas.Provider)
	return t
}

// logs are the provider's logs at TRACE.
type logs struct {
	mu      sync.Mutex
	written bytes.Buffer
}

// Write implements [io.Writer].
func (l *logs) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.Write(line)
}

// LookAfterKill plans again after a kill. The plan names what was made and is not in the state; if it fails, nobody may
// ever know.
func (t *Terraform) LookAfterKill(blocks Configuration) {
	if _, ok := t.Plan(blocks); !ok {
		t.unseen = time.Now()
	}
}

// Execute runs Terraform, and reports whether it succeeded.
func (t *Terraform) Execute(blocks Configuration, run Run) bool {
	c := &command{Terraform: t, Run: run, blocks: blocks}
	if run.Destroy {
		c.blocks = Configuration{}
	}
	for _, end := range []struct {
		after time.Duration
		call  int
		do    func()
	}{{run.Interrupt, run.InterruptAt, c.interrupt}, {run.Kill, run.KillAt, c.kill}} {
		if end.after > 0 {
			defer time.AfterFunc(end.after, end.do).Stop()
		}
		if end.call > 0 {
			defer t.world.OnCall(end.call, end.do)()
		}
	}
	t.lastRun, t.lastBlocks = len(t.messages), blocks
	t.hasStrayed = t.hasStrayed || run.OthersApply
	before, managed := len(t.world.API.Calls()), len(t.Addresses())
	changes, ok := c.plan()
	if ok {
		time.Sleep(run.Saved)
		ok = c.apply(changes)
	}
	if c.isEnded() {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !ok && t.world.weather.IsFaultless() && !t.hasStrayed && !t.isExcused() {
		t.broken = append(t.broken, "a run fails in good weather: "+t.lastError())
	}
	if t.world.weather.IsQuiet() && !t.hasStrayed {
		t.broken = append(t.broken, needless(t.world.API.Calls()[before:], changes, managed)...)
	}
	return ok
}

// Plan is `terraform plan`. It returns the name of each change, and whether the plan succeeded.
func (t *Terraform) Plan(blocks Configuration) (changes []string, ok bool) {
	planned, ok := (&command{Terraform: t, blocks: blocks}).plan()
	for _, change := range planned {
		changes = append(changes, fmt.Sprintf("%s %s", change.action, change.address))
	}
	return changes, ok
}

// lastError returns the last error message.
func (t *Terraform) lastError() string {
	for _, message := range slices.Backward(t.messages) {
		if message.IsError {
			return message.String()
		}
	}
	return "there is no error"
}

// breaks records what Terraform would call a bug in the provider.
func (t *Terraform) breaks(format string, arguments ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = append(t.broken, fmt.Sprintf(format, arguments...))
}

func (t *Terraform) at(address string) (instance, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.state[address]
	return found, ok
}

// Addresses returns the addresses in the state, sorted.
func (t *Terraform) Addresses() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.state))
}

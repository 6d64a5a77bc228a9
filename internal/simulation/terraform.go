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

// webhookType is the resource that Terraform manages here.
const webhookType = "cakemail_webhook"

// Arguments are the arguments of a block; those left out are null.
type Arguments = protocol.Arguments

// Block is a resource block.
type Block struct {
	Arguments           Arguments
	CreateBeforeDestroy bool
}

// Configuration has the blocks by their addresses.
type Configuration map[string]Block

// Message is a diagnostic, and the address that it is about.
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
	// Targets are the addresses of -target; none means all.
	Targets []string
	// Saved applies a saved plan so long after it was made; 0 applies at once.
	Saved time.Duration
	// Interrupt and Kill come so long after the start, if at all, and InterruptAt and KillAt
	// when so many calls have arrived.
	Interrupt, Kill     time.Duration
	InterruptAt, KillAt int
	// Others are the credentials of somebody else: for the whole run, or for its apply alone.
	OthersPlan, OthersApply bool
	// Order turns the order round in which Terraform comes to the resources.
	Order int
	// OrphansFirst plans the destroy of what has no block before it refreshes it, as
	// Terraform 1.11 does.
	OrphansFirst bool
}

// instance is a resource as the state has it.
type instance struct {
	value   tftypes.Value
	private []byte
	tainted bool
}

// Terraform stands in for the real one: it calls the provider over the plugin protocol, in
// the order and with the values that Terraform uses, for many resources at a time, each
// command in processes of its own, and checks the answers as Terraform does.
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
	// hasLeft tells that a run was killed, or that a create of unknown outcome was taken out of
	// the state, so that only a message can tell what was made.
	hasLeft bool
	// hasStrayed tells that a run had the credentials of somebody else.
	hasStrayed bool
	// unseen tells until when nobody planned what was left so.
	unseen time.Time
}

// NewTerraform returns one with an empty state. The function serves the provider to a process.
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

// logs are what the provider logs at TRACE.
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

// LookAfterKill plans again what was killed, which names what it made without a trace in the
// state. If that fails, nobody may ever know.
func (t *Terraform) LookAfterKill(blocks Configuration) {
	if _, ok := t.Plan(blocks); !ok {
		t.unseen = time.Now()
	}
}

// Execute runs Terraform, and tells whether it succeeded.
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

// Plan is `terraform plan`: whether it succeeds, and names each change.
func (t *Terraform) Plan(blocks Configuration) (changes []string, ok bool) {
	planned, ok := (&command{Terraform: t, blocks: blocks}).plan()
	for _, change := range planned {
		changes = append(changes, fmt.Sprintf("%s %s", change.action, change.address))
	}
	return changes, ok
}

// lastError is the last message that is one.
func (t *Terraform) lastError() string {
	for _, message := range slices.Backward(t.messages) {
		if message.IsError {
			return message.String()
		}
	}
	return "there is no error"
}

// breaks takes note of what Terraform would call a bug in the provider.
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

// Addresses are those of the state, sorted.
func (t *Terraform) Addresses() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.state))
}

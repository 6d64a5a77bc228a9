package simulation

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// webhookType is the resource that Terraform manages here.
const webhookType = "cakemail_webhook"

// Arguments are the arguments of a block; those left out are null.
type Arguments map[string]any

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
	// wasKilled tells that a run was, so that only a message can tell what it made.
	wasKilled bool
	// unseen tells until when nobody planned what a killed run had begun.
	unseen time.Time
}

// NewTerraform returns one with an empty state. The function serves the provider to a process.
func NewTerraform(world *World, provider Arguments, serve func(*Process) tfprotov6.ProviderServer) *Terraform {
	t := &Terraform{world: world, serve: serve, provider: provider, state: map[string]instance{}}
	schemas, err := serve(world.NewProcess()).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		panic(err)
	}
	t.webhook = objectOf(schemas.ResourceSchemas[webhookType])
	t.config = objectOf(schemas.Provider)
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

// command is a run that is under way.
type command struct {
	*Terraform
	Run
	blocks Configuration
	// ended tells that the run is to begin nothing more, and dead that it was killed.
	mu          sync.Mutex
	ended, dead bool
	process     *process
	// managed are the webhooks of the state when a plan began, nil in an apply.
	managed []string
}

type process struct {
	*Process
	server tfprotov6.ProviderServer
	cancel context.CancelFunc
	ctx    context.Context
}

// deposed is the address of what a replacement has not destroyed yet.
func deposed(address string) string { return address + " (deposed)" }

// LookAfterKill plans again what was killed, which names what it made without a trace in the
// state. If that fails, nobody may ever know.
func (t *Terraform) LookAfterKill(blocks Configuration) {
	t.wasKilled = true
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
	before := len(t.world.API.Calls())
	changes, ok := c.plan()
	if !ok {
		return false
	}
	time.Sleep(run.Saved)
	ok = c.apply(changes)
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.ended {
		return false
	}
	if !ok && t.world.weather.IsFaultless() {
		t.broken = append(t.broken, "an apply fails in good weather: "+t.lastError())
	}
	if t.world.weather.IsQuiet() {
		t.broken = append(t.broken, needless(t.world.API.Calls()[before:], changes, len(t.state))...)
	}
	return ok
}

// needless names the calls that a run did not need.
func needless(calls []cakemailtest.Call, changes []change, managed int) []string {
	counts, changed := map[string]int{}, map[action]int{}
	for _, call := range calls {
		name := string(call.Operation)
		if call.Operation == cakemailtest.List && !strings.Contains(call.RawQuery, "page=1&") {
			continue
		}
		counts[name]++
	}
	for _, change := range changes {
		changed[change.action]++
	}
	creates, ends := changed[create]+changed[replace], changed[destroy]+changed[replace]
	most := map[string]int{
		"create": creates, "update": changed[update], "token": 2,
		"show":    managed + creates + 2*(ends+changed[update]),
		"archive": ends + changed[update] + creates, "unarchive": changed[update],
	}
	if creates > 0 {
		// One list a process and account, again where an archive shifts it.
		most["list"] = 4 + 2*ends
	}
	var broken []string
	for name, count := range counts {
		if count > most[name] {
			broken = append(broken, fmt.Sprintf("%d calls to %s, where %d are needed for %v", count, name, most[name], changed))
		}
	}
	return broken
}

// Plan is `terraform plan`: whether it succeeds, and names each change.
func (t *Terraform) Plan(blocks Configuration) (changes []string, ok bool) {
	planned, ok := (&command{Terraform: t, blocks: blocks}).plan()
	for _, change := range planned {
		changes = append(changes, fmt.Sprintf("%s %s", change.action, change.address))
	}
	return changes, ok
}

// interrupt is Ctrl-C: Terraform waits for what has begun, and begins nothing more.
func (c *command) interrupt() {
	c.mu.Lock()
	c.ended = true
	process := c.process
	c.mu.Unlock()
	c.world.Tell("Terraform is interrupted")
	if process != nil {
		_, _ = process.server.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
	}
}

// kill ends all processes; what was not answered is lost.
func (c *command) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended, c.dead = true, true
	c.world.Tell("Terraform is killed")
	if c.process != nil {
		c.process.Kill()
		c.process.cancel()
	}
}

func (c *command) isEnded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

func (c *command) isDead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// start starts a provider process, configured.
func (c *command) start() bool {
	ctx, cancel := context.WithCancel(context.Background())
	if c.world.weather.Logged {
		ctx = tflogtest.RootLogger(ctx, &c.logs)
	}
	started := &process{Process: c.world.NewProcess(), ctx: ctx, cancel: cancel}
	started.server = c.serve(started.Process)
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		cancel()
		return false
	}
	c.process = started
	c.mu.Unlock()
	configured, err := started.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{
		Config: encode(c.config, object(c.config, c.provider)), TerraformVersion: "1.11.4",
	})
	if err != nil {
		panic(err)
	}
	return c.tell("provider", configured.Diagnostics)
}

// tell takes note of messages, and tells whether there is no error among them.
func (c *command) tell(address string, diagnostics []*tfprotov6.Diagnostic) bool {
	ok := true
	for _, diagnostic := range diagnostics {
		message := Message{Address: address, Summary: diagnostic.Summary, Detail: diagnostic.Detail, IsError: diagnostic.Severity == tfprotov6.DiagnosticSeverityError}
		ok = ok && !message.IsError
		if c.isDead() {
			continue
		}
		c.Terraform.mu.Lock()
		c.messages = append(c.messages, message)
		c.Terraform.mu.Unlock()
		for _, id := range c.managed {
			if len(c.Targets) == 0 && !c.isEnded() && message.Summary == "The webhook "+id+" exists already" {
				c.breaks("the plan warns of a webhook that the state has: %s", id)
			}
		}
		kind := "warns"
		if message.IsError {
			kind = "fails"
		}
		c.world.Tell("%s %s: %s", address, kind, firstLine(message))
	}
	return ok
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

func firstLine(message Message) string {
	text, _, _ := strings.Cut(message.Detail, "\n\n")
	return message.Summary + " | " + text[:min(len(text), 160)]
}

// breaks takes note of what Terraform would call a bug in the provider.
func (t *Terraform) breaks(format string, arguments ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = append(t.broken, fmt.Sprintf(format, arguments...))
}

// keep writes the state, unless Terraform is dead.
func (c *command) keep(address string, kept *instance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return
	}
	c.Terraform.mu.Lock()
	defer c.Terraform.mu.Unlock()
	if kept == nil || kept.value.IsNull() {
		delete(c.state, address)
		return
	}
	if !kept.value.IsFullyKnown() {
		c.broken = append(c.broken, address+": the state holds unknown values")
	}
	c.state[address] = *kept
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

// walk does something for each address, at the same time, as far as targets allow, in an
// order that the run says. Nothing begins once the run has ended.
func (c *command) walk(addresses []string, do func(address string) bool) bool {
	slices.Sort(addresses)
	var mu sync.Mutex
	var walkers sync.WaitGroup
	all := true
	for index, address := range addresses {
		base, _, _ := strings.Cut(address, " ")
		if len(c.Targets) > 0 && !slices.Contains(c.Targets, base) {
			continue
		}
		walkers.Go(func() {
			// Terraform comes to one after the other, soon.
			time.Sleep(time.Duration((index*(1+c.Order%3)+c.Order)%len(addresses)) * time.Millisecond)
			done := !c.isEnded() && do(address)
			mu.Lock()
			defer mu.Unlock()
			all = all && done
		})
	}
	walkers.Wait()
	return all && !c.isEnded()
}

package simulation

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// command is a run in progress.
type command struct {
	*Terraform
	Run
	blocks Configuration
	// ended means that the run begins nothing more, dead that it was killed.
	mu          sync.Mutex
	ended, dead bool
	process     *process
	// managed are the webhooks in the state when a plan began, or nil in an apply.
	managed    []string
	isApplying bool
	// refreshed is what a plan read. Its apply writes that into the state.
	refreshed map[string]*instance
}

type process struct {
	*Process
	server tfprotov6.ProviderServer
	cancel context.CancelFunc
	ctx    context.Context
}

// deposed returns a free address for what a replacement has not destroyed yet.
func (t *Terraform) deposed(address string) string {
	for number := 1; ; number++ {
		key := fmt.Sprintf("%s (deposed %d)", address, number)
		if _, taken := t.at(key); !taken {
			return key
		}
	}
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

// kill ends all processes; unanswered calls are lost.
func (c *command) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended, c.dead, c.hasLeft = true, true, true
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

// start starts and configures a provider process.
func (c *command) start() bool {
	ctx, cancel := context.WithCancel(context.Background())
	if c.world.weather.Logged {
		ctx = tflogtest.RootLogger(ctx, &c.logs)
	}
	started := &process{Process: c.world.NewProcess(), ctx: ctx, cancel: cancel}
	started.IsOthers = c.OthersPlan || c.OthersApply && c.isApplying
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
		Config: protocol.Encode(c.config, protocol.Block(c.config, c.provider)), TerraformVersion: "1.11.4",
	})
	if err != nil {
		panic(err)
	}
	return c.tell("provider", configured.Diagnostics)
}

// tell records messages, and reports whether none is an error.
func (c *command) tell(address string, diagnostics []*tfprotov6.Diagnostic) bool {
	ok := true
	for _, diagnostic := range diagnostics {
		message := Message{Address: address, Summary: diagnostic.Summary, Detail: diagnostic.Detail}
		message.IsError = diagnostic.Severity == tfprotov6.DiagnosticSeverityError
		ok = ok && !message.IsError
		if c.isDead() {
			continue
		}
		c.Terraform.mu.Lock()
		c.messages = append(c.messages, message)
		c.Terraform.mu.Unlock()
		for _, id := range c.managed {
			if len(c.Targets) == 0 && !c.isEnded() && message.Summary == "The webhook "+id+" already exists" {
				c.breaks("the plan warns of a webhook that the state has: %s", id)
			}
		}
		c.doubt(message)
		kind := "warns"
		if message.IsError {
			kind = "fails"
		}
		c.world.Tell("%s %s: %s", address, kind, firstLine(message))
	}
	return ok
}

// doubt records a message that says something false about the API.
func (c *command) doubt(message Message) {
	changes := []Deed{ChangesURL, ChangesRate}
	isChanging := slices.ContainsFunc(c.world.weather.Acts, func(act Act) bool { return slices.Contains(changes, act.Deed) })
	if strings.Contains(message.Summary, "did not save") && !c.world.weather.IsStubborn() && !isChanging {
		c.breaks("the API has saved it: %s", message)
	}
	for _, webhook := range c.world.API.Webhooks() {
		isNamed := strings.HasPrefix(message.Summary, "The webhook "+webhook.ID+" was not found")
		// No list may show yet what somebody has just unarchived.
		if isNamed && !c.world.IsTouched(webhook.ID) && !webhook.Archived && webhook.AccountID != otherAccount && !c.process.IsOthers {
			c.breaks("the webhook is there: %s", message)
		}
	}
}

func firstLine(message Message) string {
	text, _, _ := strings.Cut(message.Detail, "\n")
	return message.Summary + " | " + text[:min(len(text), 160)]
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

// pace delays each address by its own time: addresses that waited for the same call must not go on at the same moment,
// or the scheduler would choose the order.
func (c *command) pace(address string) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(address))
	time.Sleep(time.Duration(100+hash.Sum32()%797) * time.Microsecond)
}

// walk does something for each targeted address at the same time, in the run's order. Nothing begins once the run
// has ended.
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
			// Terraform starts them shortly one after another.
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

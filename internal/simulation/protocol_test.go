package simulation_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"pgregory.net/rapid"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/server"
	"github.com/cakemail/terraform-provider-cakemail/internal/simulation"
)

// addresses are the possible addresses in a configuration.
var addresses = []string{"a", "b", "c", "d"}

// edit changes, adds or removes one block of a configuration.
type edit struct {
	Address, Argument string
	// Value is the number of one of the argument's values.
	Value int
}

// values are the possible values of an argument; nil leaves it out.
var values = map[string][]any{
	"url":          {"https://example.com/0", "https://example.com/1", "https://example.com/2"},
	"events":       {[]string{"Contact.Added"}, []string{"Email.Clicked"}, []string{"Contact.Added"}},
	"rate_limit":   {nil, 10, 20},
	"archived":     {nil, true, false},
	"account_id":   {nil, 42, 1},
	"store_secret": {nil, false, true},
}

const (
	wholeBlock          = "block"
	createBeforeDestroy = "create_before_destroy"
)

// step is something that is done to the state or with it.
type step struct {
	Kind  stepKind
	Edits []edit
	Run   simulation.Run
	// Address is the object of an import, taint, rename or removal from the state.
	Address string
	// Webhook is the number of the webhook that is imported, or whose block goes.
	Webhook int
	Pause   time.Duration
}

type stepKind string

const (
	apply       stepKind = "apply"
	taint       stepKind = "taint"
	importState stepKind = "import"
	removeState stepKind = "state rm"
	rename      stepKind = "moved"
	dropBlock   stepKind = "apply without the block"
)

// protocolHistory is what happens to a configuration and its state.
type protocolHistory struct {
	Weather    simulation.Weather
	Blocks     []edit
	Before     []int
	Steps      []step
	MaxRetries int
}

var edits = rapid.Custom(func(t *rapid.T) edit {
	arguments := append(slices.Sorted(maps.Keys(values)), wholeBlock, wholeBlock, createBeforeDestroy)
	return edit{
		Address:  rapid.SampledFrom(addresses).Draw(t, "address"),
		Argument: rapid.SampledFrom(arguments).Draw(t, "argument"),
		Value:    rapid.IntRange(0, 2).Draw(t, "value"),
	}
})

// sometimes draws a time in one of six cases.
func sometimes(t *rapid.T, label string, longest int) time.Duration {
	if rapid.IntRange(0, 5).Draw(t, label+"?") < 5 {
		return 0
	}
	// Nothing else happens at such a moment.
	return time.Duration(1000+len(label)*37)*time.Microsecond + seconds(longest).Draw(t, label)
}

// sometimesAt draws the number of a call in one of six cases.
func sometimesAt(t *rapid.T, label string) int {
	return max(0, rapid.IntRange(-75, 15).Draw(t, label))
}

func (s step) isKilled() bool { return s.Run.Kill > 0 || s.Run.KillAt > 0 }

var steps = rapid.Custom(func(t *rapid.T) step {
	kinds := []stepKind{apply, apply, apply, apply, apply, apply, taint, importState, removeState, rename, dropBlock, dropBlock}
	drawn := step{
		Kind:    rapid.SampledFrom(kinds).Draw(t, "kind"),
		Edits:   rapid.SliceOfN(edits, 0, 3).Draw(t, "edits"),
		Address: rapid.SampledFrom(addresses).Draw(t, "address"),
		Webhook: rapid.IntRange(0, 5).Draw(t, "webhook"),
		Pause:   simulation.ListsMayLag + seconds(60).Draw(t, "pause"),
	}
	drawn.Run = simulation.Run{
		Destroy:      rapid.IntRange(0, 7).Draw(t, "destroy") == 7,
		NoRefresh:    rapid.IntRange(0, 4).Draw(t, "no refresh") == 4,
		Saved:        sometimes(t, "saved", 90),
		Interrupt:    sometimes(t, "interrupt", 40),
		Kill:         sometimes(t, "kill", 40),
		InterruptAt:  sometimesAt(t, "interrupt at"),
		KillAt:       sometimesAt(t, "kill at"),
		Order:        rapid.IntRange(0, 11).Draw(t, "order"),
		OrphansFirst: rapid.Bool().Draw(t, "orphans first"),
	}
	switch rapid.IntRange(0, 19).Draw(t, "others") {
	case 18:
		drawn.Run.OthersPlan, drawn.Run.OthersApply = true, true
	case 19:
		drawn.Run.OthersApply = true
	}
	if rapid.Bool().Draw(t, "an hour later") {
		drawn.Pause += time.Hour
	}
	if drawn.isKilled() {
		drawn.Run.OthersPlan, drawn.Run.OthersApply = false, false
		// Calls under way may still be carried out.
		drawn.Pause += time.Minute
	}
	if rapid.IntRange(0, 5).Draw(t, "targeted") == 5 {
		drawn.Run.Targets = rapid.SliceOfNDistinct(rapid.SampledFrom(addresses), 1, 2, rapid.ID).Draw(t, "targets")
	}
	return drawn
})

func drawProtocolHistory(t *rapid.T) protocolHistory {
	history := protocolHistory{
		Weather:    weathers.Draw(t, "weather"),
		Blocks:     rapid.SliceOfN(edits, 0, 8).Draw(t, "blocks"),
		Before:     rapid.SliceOfN(rapid.IntRange(0, 2), 0, 2).Draw(t, "before"),
		Steps:      rapid.SliceOfN(steps, 1, 4).Draw(t, "steps"),
		MaxRetries: rapid.IntRange(0, cakemail.DefaultMaxRetries).Draw(t, "max retries"),
	}
	if history.Weather.Has(simulation.AnswersTasks) {
		// If every answer is lost, nobody can tell equal webhooks in one account with two names apart.
		history.nameAccountsOnce()
	}
	if rapid.IntRange(0, 5).Draw(t, "begins with a lost create") == 5 {
		history = history.afterLostCreates(rapid.SampledFrom([]stepKind{dropBlock, dropBlock, apply, taint}).Draw(t, "then"))
	}
	return history
}

// nameAccountsOnce removes the number of the account of the credentials.
func (h protocolHistory) nameAccountsOnce() {
	groups := [][]edit{h.Blocks}
	for _, step := range h.Steps {
		groups = append(groups, step.Edits)
	}
	for _, edits := range groups {
		for index := range edits {
			if edits[index].Argument == "account_id" {
				edits[index].Value %= 2
			}
		}
	}
}

// afterLostCreates begins with creates whose outcome stays unknown, which is rare otherwise.
func (h protocolHistory) afterLostCreates(then stepKind) protocolHistory {
	// The plan and the apply each list the account once, in one page or two.
	lists := 2
	if h.Weather.Uncounted || h.Weather.Form == cakemailtest.Guide {
		lists = 3
	}
	h.Weather.Spells, h.Weather.PageSize = nil, 0
	h.Weather.Blows = []simulation.Blow{
		{Operation: cakemailtest.Create, Times: 5, Fault: simulation.CutAfter},
		{Operation: cakemailtest.List, From: lists, Times: 2, Fault: simulation.Forbidden},
	}
	h.Steps = append([]step{{Kind: apply, Pause: time.Minute}}, h.Steps...)
	h.Steps[1].Kind = then
	return h
}

// edited returns the configuration after the edits.
func edited(blocks simulation.Configuration, edits []edit) simulation.Configuration {
	changed := maps.Clone(blocks)
	for _, edit := range edits {
		block, exists := changed[edit.Address]
		switch {
		case edit.Argument == wholeBlock && edit.Value == 0:
			delete(changed, edit.Address)
			continue
		case !exists:
			block = simulation.Block{Arguments: simulation.Arguments{"url": values["url"][0], "events": values["events"][0]}}
		}
		switch edit.Argument {
		case wholeBlock:
		case createBeforeDestroy:
			block.CreateBeforeDestroy = edit.Value > 0
		default:
			block.Arguments = maps.Clone(block.Arguments)
			block.Arguments[edit.Argument] = values[edit.Argument][edit.Value]
		}
		changed[edit.Address] = block
	}
	return changed
}

func (h protocolHistory) live() (broken []string, story string) {
	world := simulation.NewWorld(h.Weather)
	defer world.Close()
	terraform := simulation.NewTerraform(world, simulation.Arguments{"max_retries": h.MaxRetries}, func(process *simulation.Process) tfprotov6.ProviderServer {
		credentials := process.Credentials()
		environment := map[string]string{
			"CAKEMAIL_API_BASE": world.API.URL(), "CAKEMAIL_ACCESS_TOKEN": credentials.AccessToken,
			"CAKEMAIL_EMAIL": credentials.Email, "CAKEMAIL_PASSWORD": credentials.Password,
		}
		return server.New(provider.New("test",
			provider.WithEnvironment(func(name string) string { return environment[name] }), provider.WithClient(process.Configure))())
	})
	blocks := edited(simulation.Configuration{"a": {Arguments: simulation.Arguments{"url": values["url"][0], "events": values["events"][0]}}}, h.Blocks)
	for _, number := range h.Before {
		world.Add(cakemailtest.Webhook{URL: fmt.Sprint(values["url"][number]), Events: []string{"Contact.Added"}})
	}
	world.Begin()
	for _, step := range h.Steps {
		blocks = edited(blocks, step.Edits)
		if there := slices.Sorted(maps.Keys(blocks)); step.Kind == dropBlock && len(there) > 0 {
			delete(blocks, there[step.Webhook%len(there)])
		}
		step.take(world, terraform, blocks)
		time.Sleep(step.Pause)
		if step.isKilled() {
			terraform.LookAfterKill(blocks)
			time.Sleep(simulation.ListsMayLag)
		}
	}
	world.Calm()
	time.Sleep(time.Minute)
	terraform.Execute(blocks, simulation.Run{})
	terraform.PartOwners()
	ok, made := false, 0
	for range 3 {
		made = world.API.Count(cakemailtest.Create)
		ok = terraform.Execute(blocks, simulation.Run{})
	}
	if (ok || h.Weather.IsStubborn()) && world.API.Count(cakemailtest.Create) > made && !h.Weather.IsReplacing() {
		broken = append(broken, "the applies do not come to rest")
	}
	changes, planned := terraform.Plan(blocks)
	broken = append(broken, simulation.Broken(world, terraform, blocks, ok && planned)...)
	if ok && len(changes) > 0 && !h.Weather.IsStubborn() {
		broken = append(broken, fmt.Sprintf("the plan is not empty: %s", changes))
	}
	return broken, world.Story()
}

func (s step) take(world *simulation.World, terraform *simulation.Terraform, blocks simulation.Configuration) {
	switch s.Kind {
	case apply, dropBlock:
		terraform.Execute(blocks, s.Run)
	case taint:
		terraform.Taint(s.Address)
	case removeState:
		terraform.Remove(s.Address)
	case rename:
		terraform.Rename(s.Address, addresses[(slices.Index(addresses, s.Address)+1)%len(addresses)])
	case importState:
		if webhooks := world.API.Webhooks(); len(webhooks) > 0 {
			terraform.Import(s.Address, webhooks[s.Webhook%len(webhooks)].ID)
		}
	}
}

func TestProtocolHistories(t *testing.T) {
	t.Parallel()
	check(t, 500, func(rt *rapid.T) ([]string, string) { return inBubble(t, drawProtocolHistory(rt).live) })
}

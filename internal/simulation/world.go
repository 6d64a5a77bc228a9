// Package simulation lets a machine write the stories that tests tell. A real client and the provider meet the in-memory
// API in virtual time. Faults, other people and Terraform's own sequence are drawn at random.
//
// Everything runs in a bubble of [testing/synctest]: seconds cost nothing, and the same draws give the same history,
// except for what happens at the same moment.
package simulation

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// World is an API with its weather, and the story of what happened.
type World struct {
	API     *cakemailtest.Server
	weather Weather
	network *network
	began   time.Time

	mu    sync.Mutex
	begun bool
	calm  bool
	total int
	calls map[cakemailtest.Operation]int
	story []event
	// theirs are other people's webhooks, by id.
	theirs map[string]theirs
	// plans are the attributes of a webhook that a plan changes, by id.
	plans map[string][]string
	// broken are the calls that no plan wanted.
	broken []string
	// attempts are the creates that arrived and the archives without an answer, plus the imports.
	attempts int
	// onCall is what happens when a call arrives, by number.
	onCall map[int]func()
	// touched are the ids of webhooks that other people archived, enabled or gave another URL.
	touched map[string]bool
	// shifted is when other people last archived a webhook; isShifting means that no list has begun since.
	shifted    time.Time
	isShifting bool
	isTorn     bool
}

// NewWorld starts the API. [World.Begin] begins its history, and [World.Close] ends it.
func NewWorld(weather Weather) *World {
	w := &World{
		weather: weather, network: newNetwork(), began: time.Now(),
		calls: map[cakemailtest.Operation]int{}, theirs: map[string]theirs{}, touched: map[string]bool{}, plans: map[string][]string{}, onCall: map[int]func(){},
	}
	seed := [32]byte{}
	for index := range 8 {
		seed[index] = byte(weather.Seed >> (8 * index))
	}
	options := []cakemailtest.Option{
		cakemailtest.WithForm(weather.Form), cakemailtest.WithListener(w.network), cakemailtest.WithRandom(rand.NewChaCha8(seed)),
		cakemailtest.WithFaults(w.meet), cakemailtest.WithPageSizeLimit(weather.PageSize), cakemailtest.WithHabit(w.settle),
		cakemailtest.WithOtherToken(OtherToken, otherAccount),
	}
	if weather.TokenLifetime > 0 {
		options = append(options, cakemailtest.WithTokenLifetime(weather.TokenLifetime))
	}
	if weather.Uncounted {
		options = append(options, cakemailtest.WithoutCount())
	}
	w.API = cakemailtest.Start(options...)
	return w
}

// Close ends the API and all connections to it.
func (w *World) Close() { w.API.Close() }

// Calm ends all faults, lags and deeds of other people.
func (w *World) Calm() {
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	w.Tell("the weather is calm from here on")
}

// Process is a client's connection to the API.
type Process struct {
	world *World
	line  *line
	// IsOthers means that it has somebody else's credentials.
	IsOthers bool
}

// NewProcess returns the connection of a new process.
func (w *World) NewProcess() *Process { return &Process{world: w, line: &line{network: w.network}} }

// Kill cuts off the process: nothing that it sends arrives any more.
func (p *Process) Kill() { p.line.cut() }

// Configure makes a client of this process use the pipes, without anything random.
func (p *Process) Configure(options *cakemail.Options) {
	options.Dial = p.line.dial
	options.Jitter = func(longest time.Duration) time.Duration {
		return time.Duration(float64(longest-1) * p.world.weather.Jitter)
	}
}

// Options returns the options of a client without a provider.
func (p *Process) Options() cakemail.Options {
	options := cakemail.Options{BaseURL: p.world.API.URL(), Credentials: p.Credentials(), MaxRetries: cakemail.DefaultMaxRetries}
	p.Configure(&options)
	return options
}

// OtherToken is the access token of somebody else, who has another account.
const (
	OtherToken         = "cm-other-token-0123456789abcdef"
	otherAccount int64 = 99
)

// Credentials returns the weather's credentials, or somebody else's.
func (p *Process) Credentials() cakemail.Credentials {
	if p.IsOthers {
		return cakemail.Credentials{AccessToken: OtherToken}
	}
	if p.world.weather.Password {
		return cakemail.Credentials{Email: cakemailtest.DefaultEmail, Password: cakemailtest.DefaultPassword}
	}
	return cakemail.Credentials{AccessToken: cakemailtest.DefaultAccessToken}
}

// meet applies the weather to a call. No two calls take the same time, or the scheduler would decide which comes first.
func (w *World) meet(call cakemailtest.Call) *cakemailtest.Fault {
	time.Sleep(w.weather.Latency + latency(call))
	w.arrive()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checkChange(call)
	w.seeList(call)
	if w.calm {
		w.countAttempt(call, "")
		w.tell("%s", describe(call))
		if len(w.weather.Habits) == 0 {
			return nil
		}
		fault := w.inherit(call, cakemailtest.Fault{})
		return &fault
	}
	for _, act := range w.weather.Acts {
		if act.BeforeCall == w.total {
			w.act(act)
			w.seeList(call)
		}
	}
	number := w.calls[call.Operation]
	w.calls[call.Operation]++
	fault, name := w.faultOf(call, number)
	w.countAttempt(call, Fault(name))
	if fault.Lag > 0 {
		name = strings.TrimPrefix(name+", by a replica that is "+fault.Lag.String()+" behind", ", ")
	}
	if name == "" {
		name = "no fault"
	}
	w.tell("%s: %s", describe(call), name)
	fault = w.inherit(call, fault)
	return &fault
}

// seeList records that somebody archived a webhook between two pages of a list. What follows moves forward, so a webhook
// may be on neither page, and no client can tell.
func (w *World) seeList(call cakemailtest.Call) {
	if call.Operation != cakemailtest.List {
		return
	}
	isFirst := strings.Contains(call.RawQuery, "page=1&")
	isLate := len(w.weather.ListLags) > 0 && !w.shifted.IsZero() && time.Since(w.shifted) < ListsMayLag
	w.isTorn = w.isTorn || !isFirst && (w.isShifting || isLate)
	w.isShifting = false
}

// countAttempt counts a create that may be carried out, and an archive without an answer: after that, an equal webhook
// that somebody else makes can be taken for the one that was archived.
func (w *World) countAttempt(call cakemailtest.Call, fault Fault) {
	refusals := []Fault{TooMany, TooManyWait, Forbidden, Unauthorized, NotFound}
	if call.Operation == cakemailtest.Create && !slices.Contains(refusals, fault) || call.Operation == cakemailtest.Archive && fault == CutAfter {
		w.attempts++
	}
}

func (w *World) faultOf(call cakemailtest.Call, number int) (cakemailtest.Fault, string) {
	operation := call.Operation
	var fault cakemailtest.Fault
	var name Fault
	now := time.Since(w.began)
	for _, spell := range w.weather.Spells {
		if (spell.Operation == "" || spell.Operation == operation) && now >= spell.Start && now < spell.Start+spell.Length {
			fault, name = spell.Fault.made(), spell.Fault
		}
	}
	for _, blow := range w.weather.Blows {
		if blow.Operation == operation && number >= blow.From && number < blow.From+blow.Times {
			fault, name = blow.Fault.made(), blow.Fault
		}
	}
	if name == Echo {
		said := []string{"cannot handle", call.Header.Get("Authorization"), string(call.Body)}
		for _, webhook := range w.API.Webhooks() {
			if strings.HasPrefix(call.Path, "/webhooks/"+webhook.ID) {
				said = append(said, webhook.Secret)
			}
		}
		body, _ := json.Marshal(map[string]any{"detail": strings.Join(said, " ")})
		fault.Body = string(body)
	}
	lags := map[cakemailtest.Operation][]time.Duration{cakemailtest.List: w.weather.ListLags, cakemailtest.Show: w.weather.ShowLags}[operation]
	if len(lags) > 0 {
		fault.Lag = lags[number%len(lags)]
	}
	return fault, string(name)
}

func latency(call cakemailtest.Call) time.Duration {
	lane := fnv.New64a()
	_, _ = fmt.Fprint(lane, call.Operation, call.Path, call.RawQuery, string(call.Body))
	return 20*time.Millisecond + time.Duration(lane.Sum64()%30_011)*time.Microsecond
}

// Begin begins the history. No list shows what other people made earlier as new.
func (w *World) Begin() {
	time.Sleep(ListsMayLag)
	w.mu.Lock()
	w.began, w.begun = time.Now(), true
	w.mu.Unlock()
	for _, act := range w.weather.Acts {
		if act.BeforeCall == 0 {
			time.AfterFunc(act.At, func() {
				w.mu.Lock()
				defer w.mu.Unlock()
				if !w.calm {
					w.act(act)
				}
			})
		}
	}
}

// Plan says which attributes of a webhook this apply may change in place.
func (w *World) Plan(id string, attributes []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plans[id] = append(w.plans[id], attributes...)
}

// ForgetPlans is called when an apply begins.
func (w *World) ForgetPlans() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.plans)
}

// arrive counts a call, and does what is to happen before it is carried out.
func (w *World) arrive() {
	w.mu.Lock()
	w.total++
	do := w.onCall[w.total]
	w.mu.Unlock()
	if do != nil {
		do()
	}
}

// OnCall does something after so many more calls have arrived, before the last of them is carried out. forget undoes it.
func (w *World) OnCall(number int, do func()) (forget func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	number += w.total
	w.onCall[number] = do
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.onCall, number)
	}
}

// checkChange records a change in place of something that no plan changes.
func (w *World) checkChange(call cakemailtest.Call) {
	var sent map[string]any
	if call.Operation != cakemailtest.Update || json.Unmarshal(call.Body, &sent) != nil {
		return
	}
	for name := range sent {
		if id := strings.TrimPrefix(call.Path, "/webhooks/"); !slices.Contains(w.plans[id], name) {
			w.broken = append(w.broken, fmt.Sprintf("%s of %s is sent, which no plan changes", name, id))
		}
	}
}

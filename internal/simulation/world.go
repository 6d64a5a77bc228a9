// Package simulation lets a machine write the stories that tests tell: a real client and
// the provider, against the in-memory API, in virtual time, with faults, other people and
// Terraform's own sequence drawn at random.
//
// Everything here runs inside a bubble of [testing/synctest]: seconds cost nothing, and
// the same draws give the same history, but for what happens at the same moment.
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

// World is an API with its weather, and the story of what happened in it.
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
	// theirs are the webhooks that are other people's, by id.
	theirs map[string]theirs
	// plans are the attributes that a plan changes of a webhook, by id.
	plans map[string][]string
	// broken are the calls that no plan asked for.
	broken []string
	// attempts are the creates that arrived, and the imports.
	attempts int
	// onCall is what happens when a call arrives, by its number.
	onCall map[int]func()
	// touched are the ids of webhooks that other people archived, enabled or sent elsewhere.
	touched map[string]bool
	// shifted is when other people last archived one, and isShifting that no list has begun since.
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

// Process is a client's way to the API.
type Process struct {
	world *World
	line  *line
	// IsOthers tells that it has somebody else's credentials.
	IsOthers bool
}

// NewProcess returns the way of a new process.
func (w *World) NewProcess() *Process { return &Process{world: w, line: &line{network: w.network}} }

// Kill cuts the process off: nothing that it sends arrives any more.
func (p *Process) Kill() { p.line.cut() }

// Configure makes a client of this process use the pipes, and draw nothing at random.
func (p *Process) Configure(options *cakemail.Options) {
	options.Dial = p.line.dial
	options.Jitter = func(longest time.Duration) time.Duration {
		return time.Duration(float64(longest-1) * p.world.weather.Jitter)
	}
}

// Options are those of a client that stands alone.
func (p *Process) Options() cakemail.Options {
	options := cakemail.Options{BaseURL: p.world.API.URL(), Credentials: p.Credentials(), MaxRetries: cakemail.DefaultMaxRetries}
	p.Configure(&options)
	return options
}

// OtherToken is the access token of somebody else, who has an account of their own.
const (
	OtherToken         = "cm-other-token-0123456789abcdef"
	otherAccount int64 = 99
)

// Credentials are what the weather says that there are, or somebody else's.
func (p *Process) Credentials() cakemail.Credentials {
	if p.IsOthers {
		return cakemail.Credentials{AccessToken: OtherToken}
	}
	if p.world.weather.Password {
		return cakemail.Credentials{Email: cakemailtest.DefaultEmail, Password: cakemailtest.DefaultPassword}
	}
	return cakemail.Credentials{AccessToken: cakemailtest.DefaultAccessToken}
}

// meet is what the weather does to a call. No two calls take the same time, so that no
// chance of the scheduler decides which comes first.
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

// seeList takes note where somebody archived a webhook between two pages of a list: what
// stands behind it moves, so that one may be on neither page, and no client can tell.
func (w *World) seeList(call cakemailtest.Call) {
	if call.Operation != cakemailtest.List {
		return
	}
	isFirst := strings.Contains(call.RawQuery, "page=1&")
	isLate := len(w.weather.ListLags) > 0 && !w.shifted.IsZero() && time.Since(w.shifted) < ListsMayLag
	w.isTorn = w.isTorn || !isFirst && (w.isShifting || isLate)
	w.isShifting = false
}

// countAttempt counts a create that may be carried out.
func (w *World) countAttempt(call cakemailtest.Call, fault Fault) {
	refusals := []Fault{TooMany, TooManyWait, Forbidden, Unauthorized, NotFound}
	if call.Operation == cakemailtest.Create && !slices.Contains(refusals, fault) {
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
		body, _ := json.Marshal(map[string]any{"detail": "cannot handle " + call.Header.Get("Authorization") + " " + string(call.Body)})
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

// Begin begins the history; what other people made before is no news to any list.
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

// Plan tells which attributes of a webhook the changes in place of this apply may send.
func (w *World) Plan(id string, attributes []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plans[id] = append(w.plans[id], attributes...)
}

// ForgetPlans is for the beginning of an apply.
func (w *World) ForgetPlans() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.plans)
}

// arrive counts a call, and lets happen what is to happen before it is carried out.
func (w *World) arrive() {
	w.mu.Lock()
	w.total++
	do := w.onCall[w.total]
	w.mu.Unlock()
	if do != nil {
		do()
	}
}

// OnCall does something when so many more calls have arrived, before the last of these is
// carried out; the function forgets it.
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

// checkChange takes note of a change in place that sends what no plan changes.
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

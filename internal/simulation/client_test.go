package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/simulation"
)

// birth is a webhook that somebody wants, and its fate.
type birth struct {
	URL, Event int
	// Start is when its create begins in each run.
	Start time.Duration

	pace time.Duration
	id   string
	// pending means that the outcome of a create is unknown; since is when it ended.
	pending bool
	since   time.Time
	known   []string
}

func (b *birth) settings() cakemail.Settings {
	url := fmt.Sprintf("https://example.com/%d", b.URL)
	return cakemail.Settings{URL: &url, Events: []string{[]string{"Contact.Added", "Email.Clicked"}[b.Event]}}
}

// clientHistory is several processes that want the same webhooks.
type clientHistory struct {
	Weather simulation.Weather
	Births  []birth
	// Before are the births for which somebody else already has an equal webhook.
	Before     []int
	MaxRetries int
	// Runs are the processes in bad weather: when each is interrupted, and the time until the next begins.
	Runs []clientRun
}

type clientRun struct{ Interrupt, Pause time.Duration }

func drawClientHistory(t *rapid.T) clientHistory {
	// Equal webhooks are what is hard.
	others := rapid.IntRange(0, 1).Draw(t, "others")
	births := rapid.Custom(func(t *rapid.T) birth {
		return birth{
			URL: rapid.IntRange(0, 2*others).Draw(t, "url"), Event: rapid.IntRange(0, others).Draw(t, "event"),
			Start: seconds(3).Draw(t, "start"),
		}
	})
	runs := rapid.Custom(func(t *rapid.T) clientRun {
		run := clientRun{Pause: simulation.ListsMayLag + seconds(60).Draw(t, "pause")}
		if rapid.IntRange(0, 3).Draw(t, "interrupted") == 0 {
			run.Interrupt = seconds(60).Draw(t, "interrupt") + time.Millisecond
		}
		return run
	})
	weather := weathers.Draw(t, "weather")
	// The provider unarchives what the API archives by itself.
	weather.Habits = slices.DeleteFunc(weather.Habits, func(habit simulation.Habit) bool { return habit == simulation.BornArchived })
	return clientHistory{
		Weather:    weather,
		Births:     rapid.SliceOfN(births, 1, 6).Draw(t, "births"),
		Before:     rapid.SliceOfN(rapid.IntRange(0, 5), 0, 2).Draw(t, "before"),
		MaxRetries: rapid.IntRange(0, cakemail.DefaultMaxRetries).Draw(t, "max retries"),
		Runs:       rapid.SliceOfN(runs, 1, 2).Draw(t, "runs"),
	}
}

// plain is a URL without what a habit of the API adds.
func plain(address string) string { return strings.TrimSuffix(address, "/") }

// clientLife is a history in progress.
type clientLife struct {
	clientHistory
	world *simulation.World
	mu    sync.Mutex
	// named are the ids in messages.
	named map[string]bool
	// ambiguous are the births for which nobody can tell which webhook is theirs.
	ambiguous map[*birth]bool
	// unchecked are the urls for which a message says that there may be one webhook too many.
	unchecked map[string]bool
	// leaks are errors that contain a secret.
	leaks []string
}

func (l *clientLife) name(webhooks []cakemail.Webhook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, webhook := range webhooks {
		l.named[webhook.ID] = true
	}
}

func (h clientHistory) live() (broken []string, story string) {
	l := &clientLife{clientHistory: h, world: simulation.NewWorld(h.Weather), named: map[string]bool{}, ambiguous: map[*birth]bool{}, unchecked: map[string]bool{}}
	defer l.world.Close()
	for _, index := range l.Before {
		settings := l.Births[index%len(l.Births)].settings()
		l.world.Add(cakemailtest.Webhook{URL: settings.Address(), Events: settings.Events})
	}
	l.world.Begin()
	for number, run := range h.Runs {
		l.world.Tell("run %d begins", number+1)
		l.run(run.Interrupt)
		for index := range l.Births {
			if run.Interrupt == 0 && h.Weather.IsFaultless() && l.Births[index].id == "" {
				broken = append(broken, fmt.Sprintf("webhook %d is not made in good weather", index))
			}
		}
		time.Sleep(run.Pause)
	}
	l.world.Calm()
	time.Sleep(time.Minute)
	for range 3 {
		l.world.Tell("a run begins")
		l.run(0)
	}
	return append(broken, l.broken()...), l.world.Story()
}

// run is one process. It ends with a webhook or an error for each birth.
func (l *clientLife) run(interrupt time.Duration) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	if interrupt > 0 {
		time.AfterFunc(interrupt, func() { cancel(errors.New("Terraform stops")) })
	}
	options := l.world.NewProcess().Options()
	options.MaxRetries = l.MaxRetries
	client := cakemail.New(options)
	// A plan resolves pending creates before an apply creates anything.
	l.each(ctx, func(wanted *birth) error { return l.resolve(ctx, client, wanted) })
	l.each(ctx, func(wanted *birth) error { return l.make(ctx, client, wanted) })
}

// each does something for all births without a webhook at the same time, and tells what fails.
func (l *clientLife) each(ctx context.Context, do func(*birth) error) {
	var births sync.WaitGroup
	for index := range l.Births {
		births.Go(func() {
			wanted := &l.Births[index]
			wanted.pace = time.Duration(100+137*index) * time.Microsecond
			time.Sleep(wanted.Start + wanted.pace)
			if wanted.id != "" || ctx.Err() != nil {
				return
			}
			if err := do(wanted); err != nil {
				l.tellError(index, err)
				return
			}
			if id := l.idOf(index); id != "" {
				l.world.Tell("webhook %d: it is %s", index, id)
			}
		})
	}
	births.Wait()
}

// resolve finds what a create of unknown outcome has made, and archives it so that it is created again.
func (l *clientLife) resolve(ctx context.Context, client *cakemail.Client, wanted *birth) error {
	l.mu.Lock()
	delete(l.ambiguous, wanted)
	l.mu.Unlock()
	if !wanted.pending {
		return nil
	}
	for index := range l.Births {
		// A plan shows what is in the state.
		client.Claim(cakemail.Ref{ID: l.idOf(index)}, cakemail.Settings{})
	}
	found, err := client.FindCreated(ctx, cakemail.Ref{Created: wanted.since}, wanted.settings(), wanted.known)
	if err != nil {
		l.see(err, wanted)
		return err
	}
	if found.ID != "" {
		if _, err := client.Archive(ctx, cakemail.Ref{ID: found.ID, Created: wanted.since}); err != nil {
			return err
		}
	}
	wanted.pending = false
	return nil
}

func (l *clientLife) make(ctx context.Context, client *cakemail.Client, wanted *birth) error {
	if wanted.pending {
		return nil
	}
	// A plan lists first. Those that waited for the same list go on one after another, so that the scheduler does not
	// choose the order.
	_, _ = client.Active(ctx, 0)
	time.Sleep(wanted.pace)
	created, err := client.Create(ctx, 0, wanted.settings())
	if created.Webhook.ID == "" {
		l.see(err, wanted)
		return err
	}
	l.mu.Lock()
	wanted.id = created.Webhook.ID
	l.mu.Unlock()
	l.name(created.Surplus)
	l.name(created.Duplicates)
	if created.Unchecked != nil {
		// The message cannot name what no list showed, but it says that something may be there.
		l.world.Tell("nobody looked for a second one: %v", created.Unchecked)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unchecked[plain(wanted.settings().Address())] = true
	}
	return nil
}

// tellError tells a failure, which must not contain a secret.
func (l *clientLife) tellError(index int, err error) {
	l.world.Tell("webhook %d: %v", index, err)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, secret := range l.world.API.Issued() {
		if strings.Contains(err.Error(), secret) {
			l.leaks = append(l.leaks, "an error holds a secret: "+err.Error())
		}
	}
}

func (l *clientLife) idOf(index int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Births[index].id
}

// see takes from an error what the state and a message would contain.
func (l *clientLife) see(err error, wanted *birth) {
	failure, ok := errors.AsType[*cakemail.CreateError](err)
	if !ok {
		return
	}
	l.name(failure.Candidates)
	switch failure.Outcome {
	case cakemail.OutcomeUnknown:
		wanted.pending, wanted.since, wanted.known = true, time.Now(), failure.Known
	case cakemail.Ambiguous, cakemail.Alike:
		l.mu.Lock()
		l.ambiguous[wanted] = true
		l.mu.Unlock()
	}
}

// broken returns the promises that do not hold at the end.
func (l *clientLife) broken() []string {
	var broken []string
	owners := map[string]int{}
	for index := range l.Births {
		wanted := &l.Births[index]
		if wanted.id == "" && !l.ambiguous[wanted] {
			broken = append(broken, fmt.Sprintf("webhook %d was never made", index))
		}
		if wanted.id != "" {
			owners[wanted.id]++
		}
	}
	for _, webhook := range l.world.API.Webhooks() {
		theirs := l.world.IsTheirs(webhook.ID)
		owned := owners[webhook.ID] > 0
		if l.world.IsTouched(webhook.ID) || theirs && (l.world.IsNew(webhook.ID) || l.world.IsTorn()) {
			continue
		}
		isKnown := l.named[webhook.ID] || l.unchecked[plain(webhook.URL)] || l.world.MayBeMistaken(webhook)
		switch {
		case theirs && owned:
			broken = append(broken, "somebody else's webhook was adopted: "+webhook.ID)
		case theirs && webhook.Archived:
			broken = append(broken, "somebody else's webhook was archived: "+webhook.ID)
		case !theirs && !webhook.Archived && !owned && !isKnown:
			broken = append(broken, "nobody knows of the active webhook "+webhook.ID)
		case !theirs && webhook.Archived && owned:
			broken = append(broken, "the webhook is archived that somebody wants: "+webhook.ID)
		}
	}
	for id, count := range owners {
		if count > 1 {
			broken = append(broken, fmt.Sprintf("the webhook %s has %d owners", id, count))
		}
	}
	broken = append(broken, l.leaks...)
	broken = append(broken, l.world.Overtaken(func(id string) bool { return owners[id] > 0 })...)
	sort.Strings(broken)
	return broken
}

func TestClientHistories(t *testing.T) {
	t.Parallel()
	check(t, 10_000, func(rt *rapid.T) ([]string, string) { return inBubble(t, drawClientHistory(rt).live) })
}

package simulation_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/simulation"
)

// forms are the two descriptions of the API.
var forms = []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide}

// seconds draws a time, often a short one.
func seconds(longest int) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.IntRange(0, longest*10), func(tenths int) time.Duration { return time.Duration(tenths) * time.Second / 10 })
}

var operations = []cakemailtest.Operation{
	cakemailtest.Create, cakemailtest.Create, cakemailtest.Create, cakemailtest.List, cakemailtest.List, cakemailtest.Show, cakemailtest.Archive,
	cakemailtest.Update, cakemailtest.Unarchive, cakemailtest.Token,
}

var blows = rapid.Custom(func(t *rapid.T) simulation.Blow {
	return simulation.Blow{
		Operation: rapid.SampledFrom(operations).Draw(t, "operation"),
		From:      rapid.IntRange(0, 5).Draw(t, "from"),
		Times:     rapid.IntRange(1, 3).Draw(t, "times"),
		Fault:     rapid.SampledFrom(simulation.Faults).Draw(t, "fault"),
	}
})

var spells = rapid.Custom(func(t *rapid.T) simulation.Spell {
	return simulation.Spell{
		Operation: rapid.SampledFrom(append([]cakemailtest.Operation{""}, operations...)).Draw(t, "operation"),
		Start:     seconds(40).Draw(t, "start"),
		Length:    seconds(90).Draw(t, "length"),
		Fault:     rapid.SampledFrom(simulation.Faults).Draw(t, "fault"),
	}
})

var acts = rapid.Custom(func(t *rapid.T) simulation.Act {
	act := simulation.Act{
		Deed:   rapid.SampledFrom(simulation.Deeds).Draw(t, "deed"),
		Target: rapid.IntRange(0, 7).Draw(t, "target"),
	}
	if rapid.Bool().Draw(t, "at a time") {
		act.At = seconds(60).Draw(t, "at")
		return act
	}
	act.BeforeCall = rapid.IntRange(1, 20).Draw(t, "before call")
	return act
})

var weathers = rapid.Custom(func(t *rapid.T) simulation.Weather {
	weather := simulation.Weather{
		Form:          rapid.SampledFrom(forms).Draw(t, "form"),
		PageSize:      rapid.SampledFrom([]int{0, 1, 2, 5}).Draw(t, "page size"),
		Uncounted:     rapid.Bool().Draw(t, "uncounted"),
		Password:      rapid.Bool().Draw(t, "password"),
		TokenLifetime: rapid.SampledFrom([]time.Duration{0, 30 * time.Second, 10 * time.Minute}).Draw(t, "token lifetime"),
		Latency:       rapid.SampledFrom([]time.Duration{0, 300 * time.Millisecond, 2 * time.Second}).Draw(t, "latency"),
		Jitter:        float64(rapid.IntRange(0, 10).Draw(t, "jitter")) / 10,
		Seed:          rapid.Uint64().Draw(t, "seed"),
		Logged:        rapid.IntRange(0, 15).Draw(t, "logged") == 15,
		Blows:         rapid.SliceOfN(blows, 0, 6).Draw(t, "blows"),
		Spells:        rapid.SliceOfN(spells, 0, 2).Draw(t, "spells"),
		ListLags:      rapid.SliceOfN(seconds(10), 0, 3).Draw(t, "list lags"),
		ShowLags:      rapid.SliceOfN(seconds(10), 0, 3).Draw(t, "show lags"),
		Acts:          rapid.SliceOfN(acts, 0, 3).Draw(t, "acts"),
	}
	if rapid.IntRange(0, 3).Draw(t, "has habits") == 3 {
		weather.Habits = rapid.SliceOfNDistinct(rapid.SampledFrom(simulation.Habits), 1, 2, rapid.ID).Draw(t, "habits")
		if weather.Has(simulation.AnswersTasks) && (weather.Has(simulation.BornArchived) || weather.Has(simulation.AddsSlash)) {
			// Nobody could find what such an API makes.
			weather.Habits = weather.Habits[:1]
		}
	}
	switch rapid.IntRange(0, 6).Draw(t, "special weather") {
	case 4:
		// Otherwise, an old webhook that one replica does not know is rare,
		weather.Blows = append(weather.Blows, simulation.Blow{
			Operation: cakemailtest.Show, From: rapid.IntRange(0, 8).Draw(t, "unknown from"), Times: 2, Fault: simulation.NotFound,
		})
	case 5:
		// and so are creates whose outcome stays unknown.
		lost := rapid.SampledFrom([]simulation.Fault{simulation.CutAfter, simulation.Ghost, simulation.LateProcessing}).Draw(t, "lost")
		weather.Blows = append(weather.Blows, simulation.Blow{Operation: cakemailtest.Create, From: 0, Times: 5, Fault: lost},
			simulation.Blow{
				Operation: cakemailtest.List, From: rapid.SampledFrom([]int{2, 4, 3}).Draw(t, "unlisted from"),
				Times: rapid.IntRange(1, 8).Draw(t, "unlisted times"), Fault: simulation.Forbidden,
			})
	case 6:
		weather.Blows, weather.Spells = nil, nil
		weather.Acts = slices.DeleteFunc(weather.Acts, func(act simulation.Act) bool { return act.Deed != simulation.EndsTokens })
	}
	return weather
})

// fixedSeed is where every run of the tests begins, so that what held once must hold again.
const fixedSeed = 1

// given are the flags on the command line. The flags of rapid are global, so only one check at a time may set them.
var (
	given      = map[string]string{}
	rapidFlags sync.Mutex
)

// check draws half of the histories from the fixed seed, and half from a new one. A number or a seed on the command
// line replaces these.
func check(t *testing.T, histories int, live func(*rapid.T) (broken []string, story string)) {
	t.Helper()
	if text, given := given["rapid.checks"]; given {
		_, _ = fmt.Sscan(text, &histories)
	}
	seeds := map[string]uint64{"fixed seed": fixedSeed, "fresh seed": uint64(time.Now().UnixNano())}
	if text, given := given["rapid.seed"]; given {
		var seed uint64
		_, _ = fmt.Sscan(text, &seed)
		seeds = map[string]uint64{"given seed": seed}
	}
	histories = max(1, histories/len(seeds)/slowness)
	for name, seed := range seeds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapidFlags.Lock()
			_ = flag.Set("rapid.seed", fmt.Sprint(seed))
			_ = flag.Set("rapid.checks", fmt.Sprint(histories))
			begun := sync.OnceFunc(rapidFlags.Unlock)
			var lived, first int
			// The last failing history is the shrunken one.
			var failed string
			t.Cleanup(func() {
				if first > 0 {
					t.Logf("history %d is the first that fails; as short as it gets:\n%s", first, failed)
				}
			})
			rapid.Check(t, func(rt *rapid.T) {
				begun()
				lived++
				if broken, story := live(rt); len(broken) > 0 {
					first = cmp.Or(first, lived)
					failed = strings.Join(broken, "\n") + "\n\n" + story
					rt.Fatalf("%s", broken)
				}
			})
			t.Logf("%d histories from seed %d", histories, seed)
		})
	}
}

// inBubble runs the history in virtual time. It returns failures, since a test that has failed cannot shrink.
func inBubble(t *testing.T, live func() (broken []string, story string)) (broken []string, story string) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { broken, story = live() })
	return broken, story
}

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Visit(func(set *flag.Flag) { given[set.Name] = set.Value.String() })
	_ = flag.Set("rapid.nofailfile", "true")
	os.Exit(m.Run())
}

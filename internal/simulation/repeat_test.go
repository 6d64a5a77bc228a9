package simulation_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The same seed gives the same story. But what happens at the same moment has no fixed order, and sometimes that
// matters, so one in ten may end differently.
func TestHistoriesRepeat(t *testing.T) {
	t.Parallel()
	const number = 40 / slowness
	client, protocol := rapid.Custom(drawClientHistory), rapid.Custom(drawProtocolHistory)
	for name, draw := range map[string]func(seed int) func() ([]string, string){
		"client":   func(seed int) func() ([]string, string) { return example(client, seed).live },
		"protocol": func(seed int) func() ([]string, string) { return example(protocol, seed).live },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var others []string
			for seed := range number {
				_, first := inBubble(t, draw(seed))
				_, second := inBubble(t, draw(seed))
				if !slices.Equal(sortedLines(first), sortedLines(second)) {
					others = append(others, first, second)
				}
			}
			if len(others)/2 > max(1, number/10) {
				t.Errorf("%d of %d histories end differently, such as:\n%s\n%s", len(others)/2, number, others[0], others[1])
			}
		})
	}
}

// example draws while nobody sets the flags of rapid.
func example[V any](draw *rapid.Generator[V], seed int) V {
	rapidFlags.Lock()
	defer rapidFlags.Unlock()
	return draw.Example(seed)
}

func sortedLines(story string) []string {
	return slices.Sorted(slices.Values(strings.Split(story, "\n")))
}

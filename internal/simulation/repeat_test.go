package simulation_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sortedLines puts what happens at the same moment into one order.
func sortedLines(story string) string {
	lines := strings.Split(story, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// A seed repeats: the same draws give the same story.
func TestHistoriesRepeat(t *testing.T) {
	t.Parallel()
	client, protocol := rapid.Custom(drawClientHistory), rapid.Custom(drawProtocolHistory)
	for seed := range 40 {
		var stories [4]string
		for index := range stories {
			live := protocol.Example(seed).live
			if index < 2 {
				live = client.Example(seed).live
			}
			_, stories[index] = inBubble(t, live)
			stories[index] = sortedLines(stories[index])
		}
		if stories[0] != stories[1] {
			t.Errorf("the client's history %d ends otherwise:\n%s\n%s", seed, stories[0], stories[1])
		}
		if stories[2] != stories[3] {
			t.Errorf("the protocol's history %d ends otherwise:\n%s\n%s", seed, stories[2], stories[3])
		}
	}
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

const (
	// parallelism is Terraform's default, under which everything is measured.
	parallelism = 10
	mebibyte    = 1 << 20
	// memoryAim is what a provider process may have resident at most.
	memoryAim = 60 * mebibyte
)

const explanation = `
The aim of a phase is the wall time of its floor plus calls x latency / parallelism, no call that it does not
need, and a peak below %d MiB. The floor is a provider that does nothing and whose resource has the attributes of
cakemail_webhook: Terraform writes its whole state again after each change, so it takes longer the larger a
resource is. A create needs one call more than two per webhook, to list what is there already.
Provider CPU is the sum over the provider processes that Terraform starts for the phase (user and system time),
peak memory the greatest resident set of one of them. The API and Terraform share the machine with them.
`

// median returns the median of each figure of each phase by itself.
func median(cycles []cycle) cycle {
	result := make(cycle, len(cycles[0]))
	for number := range result {
		var phases []figures
		for _, cycle := range cycles {
			phases = append(phases, cycle[number])
		}
		result[number] = figures{
			calls:       middle(phases, func(f figures) int { return f.calls }),
			connections: middle(phases, func(f figures) int { return f.connections }),
			wall:        middle(phases, func(f figures) time.Duration { return f.wall }),
			usage: usage{
				cpu:       middle(phases, func(f figures) time.Duration { return f.usage.cpu }),
				peakBytes: middle(phases, func(f figures) int64 { return f.usage.peakBytes }),
			},
		}
	}
	return result
}

// middle returns the median of one figure; of an even number, the greater of the two.
func middle[T cmp.Ordered](all []figures, pick func(figures) T) T {
	picked := make([]T, 0, len(all))
	for _, one := range all {
		picked = append(picked, pick(one))
	}
	slices.Sort(picked)
	return picked[len(picked)/2]
}

// report writes the figures as a Markdown table, and what they are.
func report(out io.Writer, chosen settings, environment string, medians map[string]cycle) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d webhooks (count), API latency %s, parallelism %d, medians of %d runs.\n%s.\n\n",
		chosen.count, chosen.latency, parallelism, chosen.runs, environment)
	text.WriteString("| phase | resource | calls | connections | provider CPU | peak memory | wall | aim | met |\n")
	text.WriteString("|---|---|--:|--:|--:|--:|--:|--:|---|\n")
	for number, phase := range phases() {
		for _, subject := range subjects() {
			seen := medians[subject.name][number]
			aim, verdict := "", ""
			if subject.floor != "" {
				limit := aimOf(phase, chosen, medians[subject.floor][number])
				aim, verdict = seconds(limit), verdictOn(seen, phase, chosen, limit)
			}
			fmt.Fprintf(&text, "| %s | %s | %d | %d | %s | %s | %s | %s | %s |\n", phase.name, subject.name,
				seen.calls, seen.connections, seconds(seen.usage.cpu), memory(seen.usage.peakBytes), seconds(seen.wall), aim, verdict)
		}
	}
	fmt.Fprintf(&text, explanation, memoryAim/mebibyte)
	_, err := io.WriteString(out, text.String())
	return err
}

// aimOf returns the wall time that the phase may take.
func aimOf(phase phase, chosen settings, floor figures) time.Duration {
	perWebhook := phase.callsPerWebhook * chosen.count
	return floor.wall + time.Duration(perWebhook)*chosen.latency/parallelism
}

// verdictOn says whether the aim is met, and if not, in what.
func verdictOn(seen figures, phase phase, chosen settings, limit time.Duration) string {
	var missed []string
	if seen.wall > limit {
		missed = append(missed, "wall")
	}
	if seen.usage.peakBytes >= memoryAim {
		missed = append(missed, "memory")
	}
	if seen.calls > phase.calls(chosen.count) {
		missed = append(missed, "calls")
	}
	if len(missed) > 0 {
		return "no: " + strings.Join(missed, ", ")
	}
	return "yes"
}

func seconds(duration time.Duration) string {
	return fmt.Sprintf("%.2f s", duration.Seconds())
}

func memory(bytes int64) string {
	return fmt.Sprintf("%.1f MiB", float64(bytes)/mebibyte)
}

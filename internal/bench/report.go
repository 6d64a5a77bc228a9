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
	// parallelism is Terraform's default, which all measurements use.
	parallelism = 10
	mebibyte    = 1 << 20
	// memoryAim is the limit of a provider process's resident memory.
	memoryAim = 45 * mebibyte
	// growthAim is how much more processor time a webhook may take among many than at the first number of webhooks.
	growthAim = 1.3
)

const explanation = `
The aim of a phase is the wall time of its floor plus calls x latency / parallelism, no call that it does not
need, a peak below %d MiB, and provider CPU per webhook of at most %.1f times that at the first number of webhooks.
The floor is a provider that does nothing and whose resource has the attributes of cakemail_webhook: Terraform
writes its whole state again after each change, so it takes longer the larger a resource is and the more there are.
A create needs two calls more than two per webhook: its plan and its apply list what is there already.
Provider CPU is the sum over the provider processes that Terraform starts for the phase (user and system time),
peak memory the greatest resident set of one of them. The API and Terraform share the machine with them.
`

// median returns the median of each figure of each phase.
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

// middle returns the median of one figure, or the greater of the two middle values.
func middle[T cmp.Ordered](all []figures, pick func(figures) T) T {
	picked := make([]T, 0, len(all))
	for _, one := range all {
		picked = append(picked, pick(one))
	}
	slices.Sort(picked)
	return picked[len(picked)/2]
}

// report writes the figures as a Markdown table, with an explanation.
func report(out io.Writer, chosen settings, environment string, medians map[measurement]cycle) error {
	var text strings.Builder
	fmt.Fprintf(&text, "API latency %s, parallelism %d, medians of %d runs.\n%s.\n\n", chosen.latency, parallelism, chosen.runs, environment)
	text.WriteString("| phase | webhooks | resource | calls | connections | provider CPU | per webhook | peak memory | wall | aim | met |\n")
	text.WriteString("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for number, phase := range phases() {
		for _, one := range measurements(chosen.counts) {
			seen := medians[one][number]
			aim, verdict := "", ""
			if floor, ok := one.floor(); ok {
				first := measurement{subject: one.subject, count: chosen.counts[0]}
				limit := limits{
					wall:          medians[floor][number].wall + time.Duration(phase.callsPerWebhook*one.count)*chosen.latency/parallelism,
					calls:         phase.calls(one.count),
					cpuPerWebhook: time.Duration(growthAim * float64(medians[first][number].cpuPerWebhook(first.count))),
				}
				aim, verdict = seconds(limit.wall), limit.verdictOn(seen, one.count)
			}
			fmt.Fprintf(&text, "| %s | %d | %s | %d | %d | %s | %s | %s | %s | %s | %s |\n", phase.name, one.count, one.subject.name,
				seen.calls, seen.connections, seconds(seen.usage.cpu), milliseconds(seen.cpuPerWebhook(one.count)),
				memory(seen.usage.peakBytes), seconds(seen.wall), aim, verdict)
		}
	}
	fmt.Fprintf(&text, explanation, memoryAim/mebibyte, growthAim)
	_, err := io.WriteString(out, text.String())
	return err
}

// limits are the limits of a phase.
type limits struct {
	wall          time.Duration
	calls         int
	cpuPerWebhook time.Duration
}

// verdictOn says whether the aim is met, or which limits are missed.
func (l limits) verdictOn(seen figures, count int) string {
	var missed []string
	if seen.wall > l.wall {
		missed = append(missed, "wall")
	}
	if seen.usage.peakBytes >= memoryAim {
		missed = append(missed, "memory")
	}
	if seen.calls > l.calls {
		missed = append(missed, "calls")
	}
	if seen.cpuPerWebhook(count) > l.cpuPerWebhook {
		missed = append(missed, "growth")
	}
	if len(missed) > 0 {
		return "no: " + strings.Join(missed, ", ")
	}
	return "yes"
}

func seconds(duration time.Duration) string {
	return fmt.Sprintf("%.2f s", duration.Seconds())
}

func milliseconds(duration time.Duration) string {
	return fmt.Sprintf("%.1f ms", duration.Seconds()*1000)
}

func memory(bytes int64) string {
	return fmt.Sprintf("%.1f MiB", float64(bytes)/mebibyte)
}

package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
)

// writeFigures writes the growth of the provider's figures as CSV, for the plot.
func writeFigures(chosen settings, medians map[measurement]cycle) error {
	if chosen.figures == "" {
		return nil
	}
	file, err := os.Create(chosen.figures)
	if err != nil {
		return fmt.Errorf("writing the figures: %w", err)
	}
	defer file.Close()
	lines := csv.NewWriter(file)
	_ = lines.Write([]string{"phase", "webhooks", "provider CPU per webhook in ms", "peak memory in MiB"})
	for number, phase := range phases() {
		for _, one := range measurements(chosen.counts) {
			if one.subject.name != webhookQuiet {
				continue
			}
			seen := medians[one][number]
			_ = lines.Write([]string{
				phase.name, strconv.Itoa(one.count),
				fmt.Sprintf("%.2f", seen.cpuPerWebhook(one.count).Seconds()*1000),
				fmt.Sprintf("%.1f", float64(seen.usage.peakBytes)/mebibyte),
			})
		}
	}
	lines.Flush()
	if err := lines.Error(); err != nil {
		return fmt.Errorf("writing the figures: %w", err)
	}
	return nil
}

package main

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
)

// It compares the page's table with the figures of its plot.
func TestMeasurementsShowTheFigures(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../MEASUREMENTS.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("growth.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, line := range lines[1:] {
		rows[line[0]] += " | " + rounded(t, line[2], 1) + " ms, " + rounded(t, line[3], 0) + " MiB"
	}
	titles := map[string]string{"create": "Create", "no-op plan": "Plan without changes", "change": "Change", "destroy": "Destroy"}
	for _, phase := range phases() {
		if row := "| " + titles[phase.name] + rows[phase.name] + " |\n"; !strings.Contains(string(page), row) {
			t.Errorf("MEASUREMENTS.md lacks\n%s", row)
		}
	}
}

func rounded(t *testing.T, text string, digits int) string {
	t.Helper()
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatFloat(value, 'f', digits, 64)
}

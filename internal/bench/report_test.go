package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// same is a cycle whose phases all took the same.
func same(one figures) cycle {
	return slices.Repeat(cycle{one}, len(phases()))
}

func TestReport(t *testing.T) {
	t.Parallel()
	floor := same(figures{wall: time.Second, usage: usage{cpu: 500 * time.Millisecond, peakBytes: 25 * mebibyte}})
	webhook := cycle{
		{calls: 601, connections: 10, wall: 2200 * time.Millisecond, usage: usage{cpu: 1234 * time.Millisecond, peakBytes: 40.25 * mebibyte}},
		{calls: 300, connections: 10, wall: 1700 * time.Millisecond, usage: usage{peakBytes: 40 * mebibyte}},
		{calls: 601, connections: 20, wall: 2 * time.Second, usage: usage{peakBytes: 60 * mebibyte}},
		{calls: 600, connections: 20, wall: 2 * time.Second},
	}
	var out strings.Builder
	err := report(&out, settings{count: 300, latency: 20 * time.Millisecond, runs: 3}, "Terraform v1.2.3, somewhere", map[string]cycle{
		terraformAlone: same(figures{wall: 900 * time.Millisecond}), smallFloor: floor, floorQuiet: floor, webhookQuiet: webhook, floorTraced: floor, webhookTraced: webhook,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"300 webhooks (count), API latency 20ms, parallelism 10, medians of 3 runs.\nTerraform v1.2.3, somewhere.\n",
		"| create | terraform_data, no provider | 0 | 0 | 0.00 s | 0.0 MiB | 0.90 s |  |  |\n",
		"| create | floor: trivial provider, same attributes | 0 | 0 | 0.50 s | 25.0 MiB | 1.00 s |  |  |\n",
		"| create | cakemail_webhook | 601 | 10 | 1.23 s | 40.2 MiB | 2.20 s | 2.20 s | yes |\n",
		"| no-op plan | cakemail_webhook | 300 | 10 | 0.00 s | 40.0 MiB | 1.70 s | 1.60 s | no: wall |\n",
		"| change | cakemail_webhook | 601 | 20 | 0.00 s | 60.0 MiB | 2.00 s | 2.20 s | no: memory, calls |\n",
		"| destroy | cakemail_webhook, with trace log | 600 | 20 | 0.00 s | 0.0 MiB | 2.00 s | 2.20 s | yes |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks\n%s\n", want)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	got := median([]cycle{
		{{calls: 3, wall: 1, usage: usage{cpu: 7, peakBytes: 30}}},
		{{calls: 1, wall: 9, usage: usage{cpu: 8, peakBytes: 10}}},
		{{calls: 2, wall: 5, usage: usage{cpu: 9, peakBytes: 20}}},
	})
	want := cycle{{calls: 2, wall: 5, usage: usage{cpu: 8, peakBytes: 20}}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCollect(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reports map[string]string
		want    usage
		err     string
	}{
		"two processes":           {reports: map[string]string{"1": "5000 100", "2": "7000 80"}, want: usage{cpu: 12000, peakBytes: 100}},
		"no provider":             {},
		"one that never reported": {reports: map[string]string{"1": ""}, err: "was killed before it could report"},
		"half a report":           {reports: map[string]string{"1": "5000"}, err: "reading the report"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for file, content := range test.reports {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := collect(folder)
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("got the error %v, want %q", err, test.err)
			}
		})
	}
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// same is a cycle with the same figures in all phases.
func same(one figures) cycle {
	return slices.Repeat(cycle{one}, len(phases()))
}

// named returns the subject of this name.
func named(t *testing.T, name string) subject {
	t.Helper()
	for _, subject := range subjects() {
		if subject.name == name {
			return subject
		}
	}
	t.Fatalf("there is no subject %q", name)
	return subject{}
}

// measuredAt returns figures for 300 and for 1,000 webhooks.
func measuredAt(t *testing.T) map[measurement]cycle {
	t.Helper()
	floor := same(figures{wall: time.Second, usage: usage{cpu: 600 * time.Millisecond, peakBytes: 25 * mebibyte}})
	few := cycle{
		{calls: 602, connections: 11, wall: 2200 * time.Millisecond, usage: usage{cpu: 1234 * time.Millisecond, peakBytes: 40.25 * mebibyte}},
		{calls: 300, connections: 10, wall: 1700 * time.Millisecond, usage: usage{cpu: 600 * time.Millisecond, peakBytes: 40 * mebibyte}},
		{calls: 601, connections: 20, wall: 2 * time.Second, usage: usage{cpu: 600 * time.Millisecond, peakBytes: 45 * mebibyte}},
		{calls: 600, connections: 20, wall: 2 * time.Second, usage: usage{cpu: 600 * time.Millisecond}},
	}
	many := cycle{
		{calls: 2002, connections: 11, wall: 5 * time.Second, usage: usage{cpu: 4113 * time.Millisecond, peakBytes: 41 * mebibyte}},
		{calls: 1000, connections: 10, wall: 3 * time.Second, usage: usage{cpu: 2600 * time.Millisecond, peakBytes: 42 * mebibyte}},
		{calls: 2000, connections: 20, wall: 5 * time.Second, usage: usage{cpu: 2601 * time.Millisecond, peakBytes: 43 * mebibyte}},
		{calls: 2000, connections: 20, wall: 6 * time.Second, usage: usage{cpu: 2 * time.Second, peakBytes: 44 * mebibyte}},
	}
	return map[measurement]cycle{
		{named(t, terraformAlone), 300}: same(figures{wall: 900 * time.Millisecond}),
		{named(t, smallFloor), 300}:     floor,
		{named(t, floorQuiet), 300}:     floor,
		{named(t, webhookQuiet), 300}:   few,
		{named(t, floorTraced), 300}:    floor,
		{named(t, webhookTraced), 300}:  few,
		{named(t, floorQuiet), 1000}:    floor,
		{named(t, webhookQuiet), 1000}:  many,
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	chosen := settings{counts: counts{300, 1000}, latency: 20 * time.Millisecond, runs: 3}
	if err := report(&out, chosen, "Terraform v1.2.3, somewhere", measuredAt(t)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"API latency 20ms, parallelism 10, medians of 3 runs.\nTerraform v1.2.3, somewhere.\n",
		"| create | 300 | terraform_data, no provider | 0 | 0 | 0.00 s | 0.0 ms | 0.0 MiB | 0.90 s |  |  |\n",
		"| create | 300 | floor: trivial provider, same attributes | 0 | 0 | 0.60 s | 2.0 ms | 25.0 MiB | 1.00 s |  |  |\n",
		"| create | 300 | cakemail_webhook | 602 | 11 | 1.23 s | 4.1 ms | 40.2 MiB | 2.20 s | 2.20 s | yes |\n",
		"| no-op plan | 300 | cakemail_webhook | 300 | 10 | 0.60 s | 2.0 ms | 40.0 MiB | 1.70 s | 1.60 s | no: wall |\n",
		"| change | 300 | cakemail_webhook | 601 | 20 | 0.60 s | 2.0 ms | 45.0 MiB | 2.00 s | 2.20 s | no: memory, calls |\n",
		"| destroy | 300 | cakemail_webhook, with trace log | 600 | 20 | 0.60 s | 2.0 ms | 0.0 MiB | 2.00 s | 2.20 s | yes |\n",
		"| create | 1000 | floor: trivial provider, same attributes | 0 | 0 | 0.60 s | 0.6 ms | 25.0 MiB | 1.00 s |  |  |\n",
		"| create | 1000 | cakemail_webhook | 2002 | 11 | 4.11 s | 4.1 ms | 41.0 MiB | 5.00 s | 5.00 s | yes |\n",
		"| no-op plan | 1000 | cakemail_webhook | 1000 | 10 | 2.60 s | 2.6 ms | 42.0 MiB | 3.00 s | 3.00 s | yes |\n",
		"| change | 1000 | cakemail_webhook | 2000 | 20 | 2.60 s | 2.6 ms | 43.0 MiB | 5.00 s | 5.00 s | no: growth |\n",
		"| destroy | 1000 | cakemail_webhook | 2000 | 20 | 2.00 s | 2.0 ms | 44.0 MiB | 6.00 s | 5.00 s | no: wall |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks\n%s\n", want)
		}
	}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if strings.Contains(line, "| 1000 | ") && strings.Contains(line, "trace log") {
			t.Errorf("only the first number is to be measured in detail:\n%s", line)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

func TestFiguresForThePlot(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "figures.csv")
	if err := writeFigures(settings{counts: counts{300, 1000}, figures: file}, measuredAt(t)); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := `phase,webhooks,provider CPU per webhook in ms,peak memory in MiB
create,300,4.11,40.2
create,1000,4.11,41.0
no-op plan,300,2.00,40.0
no-op plan,1000,2.60,42.0
change,300,2.00,45.0
change,1000,2.60,43.0
destroy,300,2.00,0.0
destroy,1000,2.00,44.0
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]counts{"300": {300}, "300,1000,3000": {300, 1000, 3000}, "": nil, "0": nil, "300,": nil, "many": nil} {
		var got counts
		if err := got.Set(list); (err == nil) != (want != nil) {
			t.Errorf("%q: got the error %v", list, err)
		}
		if want != nil && (!slices.Equal(got, want) || got.String() != list) {
			t.Errorf("%q: got %v, %q", list, got, got.String())
		}
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

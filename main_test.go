package main

import (
	"runtime/debug"
	"slices"
	"testing"
)

func TestQuietLogs(t *testing.T) {
	t.Parallel()
	off := []string{"TF_LOG_PROVIDER_CAKEMAIL", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"}
	for name, test := range map[string]struct {
		environment []string
		want        []string
	}{
		"nobody asked for a log":         {environment: []string{"HOME=/home/me", "CAKEMAIL_EMAIL=a@example.com"}, want: off},
		"an empty variable asks nothing": {environment: []string{"TF_LOG="}, want: off},
		"a log of everything":            {environment: []string{"TF_LOG=TRACE"}},
		"a log of providers":             {environment: []string{"TF_LOG_PROVIDER=DEBUG"}},
		"a log of this provider":         {environment: []string{"TF_LOG_PROVIDER_CAKEMAIL=INFO"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var set []string
			quietLogs(test.environment, func(key, value string) error {
				if value != "OFF" {
					t.Errorf("%s is set to %q, want OFF", key, value)
				}
				set = append(set, key)
				return nil
			})
			slices.Sort(set)
			if !slices.Equal(set, test.want) {
				t.Errorf("set %v, want %v", set, test.want)
			}
		})
	}
}

func TestCollectLess(t *testing.T) {
	for name, test := range map[string]struct {
		environment map[string]string
		want        int
	}{
		"nobody asked for anything": {want: gcPercent},
		"GOGC is the user's":        {environment: map[string]string{"GOGC": "70"}, want: 70},
		"GOMEMLIMIT holds besides":  {environment: map[string]string{"GOMEMLIMIT": "20MiB"}, want: gcPercent},
	} {
		t.Run(name, func(t *testing.T) {
			// Go itself reads GOGC only when the process starts.
			before := debug.SetGCPercent(70)
			limit := debug.SetMemoryLimit(20 << 20)
			collectLess(func(name string) string { return test.environment[name] })
			if got := debug.SetGCPercent(before); got != test.want {
				t.Errorf("the heap may grow by %d %%, want %d %%", got, test.want)
			}
			if got := debug.SetMemoryLimit(limit); got != 20<<20 {
				t.Errorf("the memory limit is %d now", got)
			}
		})
	}
}

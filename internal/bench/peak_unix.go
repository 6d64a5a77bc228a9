//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakBytes returns the peak resident memory of the process.
func peakBytes(state *os.ProcessState) int64 {
	used, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	// Darwin counts in bytes, the others in KiB.
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(used.Maxrss)
	}
	return int64(used.Maxrss) * 1024
}

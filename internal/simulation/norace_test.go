//go:build !race

package simulation_test

// slowness is how much fewer histories the race detector leaves time for.
const slowness = 1

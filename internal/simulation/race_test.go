//go:build race

package simulation_test

// slowness reduces the number of histories, since the race detector is slow.
const slowness = 20

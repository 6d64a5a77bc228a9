//go:build !race

package simulation_test

// slowness is 1: all histories are tried.
const slowness = 1

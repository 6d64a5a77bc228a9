package cakemail

// For the tests of the documentation.
var (
	KnownEvents  = knownEvents
	EncodeSample = encodeSample
)

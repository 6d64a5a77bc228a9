package cakemail

import (
	"crypto/tls"
	"crypto/x509"
)

// For the tests of the documentation.
var (
	KnownEvents  = knownEvents
	EncodeSample = encodeSample
)

// Trust makes the client trust these certificates.
func (c *Client) Trust(roots *x509.CertPool) {
	transport := newTransport()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	c.transport = transport
}

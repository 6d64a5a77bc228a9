package cakemail

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
)

// For the tests of the documentation.
var (
	KnownEvents  = knownEvents
	EncodeSample = encodeSample
)

// Trust makes the client trust these certificates.
func (c *Client) Trust(roots *x509.CertPool) {
	if transport, ok := c.transport.base.(*http.Transport); ok {
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
}

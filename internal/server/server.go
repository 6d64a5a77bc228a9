// Package server serves a provider over Terraform's plugin protocol, and keeps nothing of an answered request.
//
// It works around terraform-plugin-framework 1.19.0: registerContext in its internal/proto6server keeps a cancel
// function of every request until StopProvider, which Terraform calls only after a Ctrl-C. With it stay the request's
// context, loggers and gRPC stream: 25 to 30 KB for each validate, plan, read and apply. So the framework gets a
// context that is emptied when the call returns. No issue was found in November 2026. When
// TestFrameworkKeepsRequests fails, providerserver will do.
//
// It also shows the provider the states that Terraform reads; see [StateObserver].
package server

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// protocol is everything that the framework serves: plugin-go finds the last three by type assertion.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// StateObserver is a provider that sees each state that Terraform reads, as JSON. If there is nothing to upgrade, the
// framework does not pass it on.
type StateObserver interface {
	ObserveState(resource string, state []byte)
}

// server is the framework's server, except for the calls in calls.go.
type server struct {
	protocol
	// observer is nil if the provider does not observe states.
	observer StateObserver
}

// New returns a server of protocol 6 for the provider.
func New(served provider.Provider) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(served)()
	complete, ok := framework.(protocol)
	if !ok { // A framework that this package does not know: serve what it has.
		return framework
	}
	observer, _ := served.(StateObserver)
	return &server{protocol: complete, observer: observer}
}

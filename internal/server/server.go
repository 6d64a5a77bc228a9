// Package server serves a provider over Terraform's plugin protocol, and keeps
// nothing of a request that is answered.
//
// It works around a defect of terraform-plugin-framework 1.19.0: registerContext
// in its internal/proto6server keeps a cancel function of every request until
// StopProvider, which Terraform calls only after a Ctrl-C. With it stay the
// request's context, its loggers and its gRPC stream, 25 to 30 KB for each
// validate, plan, read and apply. So the framework gets a context here that is
// emptied when the call returns. TestFrameworkKeepsRequests fails once the
// framework lets go of them: then providerserver does for that.
//
// It also shows the provider the states that Terraform reads; see [StateObserver].
package server

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

var _ protocol = (*server)(nil)

// protocol is all that the framework serves: plugin-go looks for the last three by
// type assertion.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// StateObserver is a provider that is shown each state that Terraform reads, as
// JSON, which the framework keeps to itself where there is nothing to upgrade.
type StateObserver interface {
	ObserveState(resource string, state []byte)
}

type server struct {
	framework protocol
	// observer is nil where the provider does not ask for states.
	observer StateObserver
}

// New returns a server of protocol 6 for the provider.
func New(provider provider.Provider) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(provider)()
	complete, ok := framework.(protocol)
	if !ok {
		// Another framework than the one this package is for: serve what it has.
		return framework
	}
	observer, _ := provider.(StateObserver)
	return &server{framework: complete, observer: observer}
}

// during makes the call with a context that is taken back when it returns.
func during[Request, Response any](ctx context.Context, call func(context.Context, Request) (Response, error), request Request) (Response, error) {
	lent, takeBack := lend(ctx)
	defer takeBack()
	return call(lent, request)
}

// until streams what the call goes on to give after it returned, and then takes
// its context back.
func until[Item any](takeBack func(), stream iter.Seq[Item]) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		defer takeBack()
		stream(yield)
	}
}

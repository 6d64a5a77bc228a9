// Package server serves a provider over Terraform's plugin protocol, and keeps
// nothing of a request that is answered.
//
// It works around a defect of terraform-plugin-framework 1.19.0: registerContext
// in its internal/proto6server keeps a cancel function of every request until
// StopProvider, which Terraform calls only after a Ctrl-C. With it stay the
// request's context, its loggers and its gRPC stream, 25 to 30 KB for each
// validate, plan, read and apply. So the framework gets a context here that is
// emptied when the call returns. TestFrameworkKeepsRequests fails once the
// framework lets go of them: then providerserver does, and this package can go.
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

type server struct {
	framework protocol
}

// New returns a server of protocol 6 for the provider.
func New(provider provider.Provider) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(provider)()
	complete, ok := framework.(protocol)
	if !ok {
		// Another framework than the one this package is for: serve what it has.
		return framework
	}
	return &server{framework: complete}
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

package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"context"
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// watchedServer gives each request an object to retain.
type watchedServer struct {
	tfprotov6.ProviderServer

	mu       sync.Mutex
	requests []weak.Pointer[watchedRequest]
}

type watchedRequest struct{ _ [64]byte }

func (s *watchedServer) watch(ctx context.Context) context.Context {
	request := &watchedRequest{}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, weak.Make(request))
	return context.WithValue(ctx, watchedRequest{}, request)
}

// ValidateResourceConfig implements [tfprotov6.ResourceServer].
func (s *watchedServer) ValidateResourceConfig(
	ctx context.Context,
	request *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return s.ProviderServer.ValidateResourceConfig(s.watch(ctx), request)
}

// ReadResource implements [tfprotov6.ResourceServer].
func (s *watchedServer) ReadResource(ctx context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return s.ProviderServer.ReadResource(s.watch(ctx), request)
}

// PlanResourceChange implements [tfprotov6.ResourceServer].
func (s *watchedServer) PlanResourceChange(
	ctx context.Context,
	request *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return s.ProviderServer.PlanResourceChange(s.watch(ctx), request)
}

// ApplyResourceChange implements [tfprotov6.ResourceServer].
func (s *watchedServer) ApplyResourceChange(
	ctx context.Context,
	request *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return s.ProviderServer.ApplyResourceChange(s.watch(ctx), request)
}

// One provider serves all commands that create, plan, change and destroy webhooks.
func TestTerraformLeavesNoRequestBehind(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	inner, err := w.Providers()["cakemail"]()
	if err != nil {
		t.Fatal(err)
	}
	watched := &watchedServer{ProviderServer: inner}
	step := func(path string) resource.TestStep {
		return resource.TestStep{
			ConfigFile:      config.StaticFile("testdata/many.tf"),
			ConfigVariables: config.Variables{"number": config.IntegerVariable(50), "path": config.StringVariable(path)},
		}
	}
	w.RunBeside(t, map[string]func() (tfprotov6.ProviderServer, error){
		"cakemail": func() (tfprotov6.ProviderServer, error) { return watched, nil },
	}, step("hook"), step("changed"))

	runtime.GC()
	left := 0
	for _, request := range watched.requests {
		if request.Value() != nil {
			left++
		}
	}
	if len(watched.requests) < 1000 || left > 0 {
		t.Errorf("of %d requests, %d are kept; want at least 1000 requests, and none kept", len(watched.requests), left)
	}
	runtime.KeepAlive(watched)
}

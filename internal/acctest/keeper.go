package acctest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Keeper is a secret manager: a provider with one resource that takes a secret in a write-only argument and keeps it
// outside Terraform's files.
type Keeper struct {
	Mu   sync.Mutex
	Kept []string
}

// Secrets returns all secrets that it got, in order.
func (k *Keeper) Secrets() []string {
	k.Mu.Lock()
	defer k.Mu.Unlock()
	return slices.Clone(k.Kept)
}

// Attach serves the provider to Terraform processes, and returns the environment variable that they need to find it.
func (k *Keeper) Attach(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan *plugin.ReattachConfig)
	stopped := make(chan struct{})
	done := make(chan error, 1)
	serve := providerserver.NewProtocol6(keeperProvider{k})
	go func() {
		done <- tf6server.Serve("registry.terraform.io/cakemail/keeper",
			func() tfprotov6.ProviderServer { return serve() }, tf6server.WithDebug(ctx, served, stopped), tf6server.WithoutLogStderrOverride())
	}()
	var reattach *plugin.ReattachConfig
	select {
	case reattach = <-served:
	case err := <-done:
		stop()
		t.Fatalf("the secret manager cannot be served: %v", err)
	}
	t.Cleanup(func() {
		stop()
		<-stopped
	})
	address := map[string]any{
		"Protocol": reattach.Protocol, "ProtocolVersion": reattach.ProtocolVersion, "Pid": reattach.Pid, "Test": true,
		"Addr": map[string]string{"Network": reattach.Addr.Network(), "String": reattach.Addr.String()},
	}
	encoded, err := json.Marshal(map[string]any{"registry.terraform.io/cakemail/keeper": address, "registry.opentofu.org/cakemail/keeper": address})
	if err != nil {
		t.Fatal(err)
	}
	return "TF_REATTACH_PROVIDERS=" + string(encoded)
}

type keeperProvider struct{ Keeper *Keeper }

func (keeperProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "keeper"
}
func (keeperProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (keeperProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (keeperProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (p keeperProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return keeperSecret(p) }}
}

type keeperSecret struct{ Keeper *Keeper }

func (keeperSecret) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "keeper_secret"
}

func (keeperSecret) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"secret_wo":         schema.StringAttribute{Required: true, WriteOnly: true, Sensitive: true},
		"secret_wo_version": schema.Int64Attribute{Required: true},
	}}
}

func (s keeperSecret) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	s.Keep(ctx, req.Config)
	resp.State.Raw = req.Plan.Raw
}

func (keeperSecret) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (s keeperSecret) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	s.Keep(ctx, req.Config)
	resp.State.Raw = req.Plan.Raw
}

func (keeperSecret) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (s keeperSecret) Keep(ctx context.Context, config tfsdk.Config) {
	var secret types.String
	config.GetAttribute(ctx, path.Root("secret_wo"), &secret)
	s.Keeper.Mu.Lock()
	defer s.Keeper.Mu.Unlock()
	s.Keeper.Kept = append(s.Keeper.Kept, secret.ValueString())
}

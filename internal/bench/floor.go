package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

var (
	_ provider.Provider = floorProvider{}
	_ resource.Resource = (*floorResource)(nil)
)

// The kinds of floor: a resource of the size of the real one, or as small as can be.
const (
	floorFull  = "full"
	floorSmall = "small"
)

// serveFloor serves a provider whose resource does nothing: it shows what
// Terraform and the plugin framework cost by themselves.
func serveFloor(kind string) error {
	return tf6server.Serve("registry.terraform.io/cakemail/cakemail",
		func() tfprotov6.ProviderServer { return server.New(floorProvider{kind: kind}) })
}

type floorProvider struct {
	kind string
}

// Metadata implements [provider.Provider].
func (floorProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cakemail"
}

// Schema implements [provider.Provider].
func (floorProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

// Configure implements [provider.Provider].
func (floorProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

// DataSources implements [provider.Provider].
func (floorProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

// Resources implements [provider.Provider].
func (p floorProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &floorResource{kind: p.kind} }}
}

// floorIDs numbers the resources of this process.
var floorIDs atomic.Int64

type floorResource struct {
	kind string
}

// Metadata implements [resource.Resource].
func (*floorResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhook"
}

// Schema implements [resource.Resource]. The full one has the attributes of the
// real resource, since Terraform writes its whole state again after each change.
func (r *floorResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	attributes := map[string]schema.Attribute{
		"url":    schema.StringAttribute{Required: true},
		"events": schema.SetAttribute{Required: true, ElementType: types.StringType},
		"id":     schema.StringAttribute{Computed: true, PlanModifiers: kept},
	}
	if r.kind == floorFull {
		attributes["rate_limit"] = schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(50)}
		attributes["rate_limit_period"] = schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("second")}
		attributes["archived"] = schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false)}
		attributes["account_id"] = schema.Int64Attribute{Optional: true}
		attributes["store_secret"] = schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true)}
		attributes["secret"] = schema.StringAttribute{Computed: true, Sensitive: true, PlanModifiers: kept}
		attributes["hash_function"] = schema.StringAttribute{Computed: true, PlanModifiers: kept}
	}
	resp.Schema = schema.Schema{Attributes: attributes}
}

// Create implements [resource.Resource].
func (r *floorResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
	computed := map[string]string{"id": fmt.Sprintf("00000000-0000-4000-8000-%012d", floorIDs.Add(1))}
	if r.kind == floorFull {
		computed["secret"] = base64.StdEncoding.EncodeToString(make([]byte, 32))
		computed["hash_function"] = "sha256"
	}
	for name, value := range computed {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
}

// Read implements [resource.Resource]; the state it is given is left as it is.
func (*floorResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update implements [resource.Resource].
func (*floorResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

// Delete implements [resource.Resource].
func (*floorResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

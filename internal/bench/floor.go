package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	webhooks "github.com/cakemail/terraform-provider-cakemail/internal/provider"
	"github.com/cakemail/terraform-provider-cakemail/internal/server"
)

var (
	_ provider.Provider = floorProvider{}
	_ resource.Resource = (*floorResource)(nil)
)

// The kinds of floor: a resource as large as the real one, or as small as possible.
const (
	floorFull  = "full"
	floorSmall = "small"
)

// serveFloor serves a provider whose resource does nothing. It shows what Terraform and the plugin framework cost by
// themselves.
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

// floorIDs counts the resources of this process.
var floorIDs atomic.Int64

type floorResource struct {
	kind string
}

// Metadata implements [resource.Resource].
func (*floorResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_webhook"
}

// Schema implements [resource.Resource]. The full floor has the real resource's schema, since Terraform writes the whole
// state again after each change.
func (r *floorResource) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	webhooks.New("")().Resources(ctx)[0]().Schema(ctx, req, resp)
	if r.kind == floorSmall {
		maps.DeleteFunc(resp.Schema.Attributes, func(name string, _ schema.Attribute) bool { return name != "id" && name != "url" && name != "events" })
	}
}

// Create implements [resource.Resource].
func (r *floorResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	state, err := tftypes.Transform(req.Plan.Raw, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if value.IsKnown() {
			return value, nil
		}
		return madeUp(at, value.Type()), nil
	})
	if err != nil {
		resp.Diagnostics.AddError("Cannot make up a webhook", err.Error())
		return
	}
	resp.State.Raw = state
}

// madeUp is a value that the API could choose.
func madeUp(at *tftypes.AttributePath, of tftypes.Type) tftypes.Value {
	switch name, _ := at.LastStep().(tftypes.AttributeName); {
	case name == "id":
		return tftypes.NewValue(of, fmt.Sprintf("00000000-0000-4000-8000-%012d", floorIDs.Add(1)))
	case name == "secret":
		return tftypes.NewValue(of, base64.StdEncoding.EncodeToString(make([]byte, 32)))
	case of.Is(tftypes.String):
		return tftypes.NewValue(of, "sha256")
	case of.Is(tftypes.Number):
		return tftypes.NewValue(of, 50)
	default:
		return tftypes.NewValue(of, nil)
	}
}

// Read implements [resource.Resource]; it keeps the state.
func (*floorResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update implements [resource.Resource]. What the API decides stays the same.
func (*floorResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	state, err := tftypes.Transform(req.Plan.Raw, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if value.IsKnown() {
			return value, nil
		}
		before, _, err := tftypes.WalkAttributePath(req.State.Raw, at)
		kept, _ := before.(tftypes.Value)
		return kept, err
	})
	if err != nil {
		resp.Diagnostics.AddError("Cannot change the webhook", err.Error())
		return
	}
	resp.State.Raw = state
}

// Delete implements [resource.Resource].
func (*floorResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

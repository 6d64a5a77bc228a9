package server

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// GetMetadata implements [tfprotov6.ProviderServer].
func (s *server) GetMetadata(ctx context.Context, request *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return during(ctx, s.framework.GetMetadata, request)
}

// GetProviderSchema implements [tfprotov6.ProviderServer].
func (s *server) GetProviderSchema(ctx context.Context, request *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return during(ctx, s.framework.GetProviderSchema, request)
}

// GetResourceIdentitySchemas implements [tfprotov6.ProviderServer].
func (s *server) GetResourceIdentitySchemas(ctx context.Context, request *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return during(ctx, s.framework.GetResourceIdentitySchemas, request)
}

// ValidateProviderConfig implements [tfprotov6.ProviderServer].
func (s *server) ValidateProviderConfig(ctx context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return during(ctx, s.framework.ValidateProviderConfig, request)
}

// ConfigureProvider implements [tfprotov6.ProviderServer].
func (s *server) ConfigureProvider(ctx context.Context, request *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return during(ctx, s.framework.ConfigureProvider, request)
}

// StopProvider implements [tfprotov6.ProviderServer].
func (s *server) StopProvider(ctx context.Context, request *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return during(ctx, s.framework.StopProvider, request)
}

// ValidateResourceConfig implements [tfprotov6.ResourceServer].
func (s *server) ValidateResourceConfig(ctx context.Context, request *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return during(ctx, s.framework.ValidateResourceConfig, request)
}

// UpgradeResourceState implements [tfprotov6.ResourceServer].
func (s *server) UpgradeResourceState(ctx context.Context, request *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if s.observer != nil && request.RawState != nil {
		s.observer.ObserveState(request.TypeName, request.RawState.JSON)
	}
	return during(ctx, s.framework.UpgradeResourceState, request)
}

// ReadResource implements [tfprotov6.ResourceServer].
func (s *server) ReadResource(ctx context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return during(ctx, s.framework.ReadResource, request)
}

// PlanResourceChange implements [tfprotov6.ResourceServer].
func (s *server) PlanResourceChange(ctx context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return during(ctx, s.framework.PlanResourceChange, request)
}

// ApplyResourceChange implements [tfprotov6.ResourceServer].
func (s *server) ApplyResourceChange(ctx context.Context, request *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return during(ctx, s.framework.ApplyResourceChange, request)
}

// ImportResourceState implements [tfprotov6.ResourceServer].
func (s *server) ImportResourceState(ctx context.Context, request *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return during(ctx, s.framework.ImportResourceState, request)
}

// MoveResourceState implements [tfprotov6.ResourceServer].
func (s *server) MoveResourceState(ctx context.Context, request *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return during(ctx, s.framework.MoveResourceState, request)
}

// UpgradeResourceIdentity implements [tfprotov6.ResourceServer].
func (s *server) UpgradeResourceIdentity(ctx context.Context, request *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return during(ctx, s.framework.UpgradeResourceIdentity, request)
}

// GenerateResourceConfig implements [tfprotov6.ResourceServer].
func (s *server) GenerateResourceConfig(ctx context.Context, request *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return during(ctx, s.framework.GenerateResourceConfig, request)
}

// ValidateDataResourceConfig implements [tfprotov6.DataSourceServer].
func (s *server) ValidateDataResourceConfig(ctx context.Context, request *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return during(ctx, s.framework.ValidateDataResourceConfig, request)
}

// ReadDataSource implements [tfprotov6.DataSourceServer].
func (s *server) ReadDataSource(ctx context.Context, request *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return during(ctx, s.framework.ReadDataSource, request)
}

// CallFunction implements [tfprotov6.FunctionServer].
func (s *server) CallFunction(ctx context.Context, request *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return during(ctx, s.framework.CallFunction, withNullArguments(request))
}

// GetFunctions implements [tfprotov6.FunctionServer].
func (s *server) GetFunctions(ctx context.Context, request *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return during(ctx, s.framework.GetFunctions, request)
}

// ValidateEphemeralResourceConfig implements [tfprotov6.EphemeralResourceServer].
func (s *server) ValidateEphemeralResourceConfig(ctx context.Context, request *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return during(ctx, s.framework.ValidateEphemeralResourceConfig, request)
}

// OpenEphemeralResource implements [tfprotov6.EphemeralResourceServer].
func (s *server) OpenEphemeralResource(ctx context.Context, request *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return during(ctx, s.framework.OpenEphemeralResource, request)
}

// RenewEphemeralResource implements [tfprotov6.EphemeralResourceServer].
func (s *server) RenewEphemeralResource(ctx context.Context, request *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return during(ctx, s.framework.RenewEphemeralResource, request)
}

// CloseEphemeralResource implements [tfprotov6.EphemeralResourceServer].
func (s *server) CloseEphemeralResource(ctx context.Context, request *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return during(ctx, s.framework.CloseEphemeralResource, request)
}

// ValidateListResourceConfig implements [tfprotov6.ListResourceServer].
func (s *server) ValidateListResourceConfig(ctx context.Context, request *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return during(ctx, s.framework.ValidateListResourceConfig, request)
}

// ListResource implements [tfprotov6.ListResourceServer].
func (s *server) ListResource(ctx context.Context, request *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	lent, takeBack := lend(ctx)
	stream, err := s.framework.ListResource(lent, request)
	if err != nil {
		takeBack()
		return stream, err
	}
	stream.Results = until(takeBack, stream.Results)
	return stream, nil
}

// ValidateActionConfig implements [tfprotov6.ActionServer].
func (s *server) ValidateActionConfig(ctx context.Context, request *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return during(ctx, s.framework.ValidateActionConfig, request)
}

// PlanAction implements [tfprotov6.ActionServer].
func (s *server) PlanAction(ctx context.Context, request *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return during(ctx, s.framework.PlanAction, request)
}

// InvokeAction implements [tfprotov6.ActionServer].
func (s *server) InvokeAction(ctx context.Context, request *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	lent, takeBack := lend(ctx)
	stream, err := s.framework.InvokeAction(lent, request)
	if err != nil {
		takeBack()
		return stream, err
	}
	stream.Events = until(takeBack, stream.Events)
	return stream, nil
}

// ValidateStateStoreConfig implements [tfprotov6.StateStoreServer].
func (s *server) ValidateStateStoreConfig(ctx context.Context, request *tfprotov6.ValidateStateStoreConfigRequest) (*tfprotov6.ValidateStateStoreConfigResponse, error) {
	return during(ctx, s.framework.ValidateStateStoreConfig, request)
}

// ConfigureStateStore implements [tfprotov6.StateStoreServer].
func (s *server) ConfigureStateStore(ctx context.Context, request *tfprotov6.ConfigureStateStoreRequest) (*tfprotov6.ConfigureStateStoreResponse, error) {
	return during(ctx, s.framework.ConfigureStateStore, request)
}

// ReadStateBytes implements [tfprotov6.StateStoreServer].
func (s *server) ReadStateBytes(ctx context.Context, request *tfprotov6.ReadStateBytesRequest) (*tfprotov6.ReadStateBytesStream, error) {
	lent, takeBack := lend(ctx)
	stream, err := s.framework.ReadStateBytes(lent, request)
	if err != nil {
		takeBack()
		return stream, err
	}
	stream.Chunks = until(takeBack, stream.Chunks)
	return stream, nil
}

// WriteStateBytes implements [tfprotov6.StateStoreServer].
func (s *server) WriteStateBytes(ctx context.Context, request *tfprotov6.WriteStateBytesStream) (*tfprotov6.WriteStateBytesResponse, error) {
	return during(ctx, s.framework.WriteStateBytes, request)
}

// GetStates implements [tfprotov6.StateStoreServer].
func (s *server) GetStates(ctx context.Context, request *tfprotov6.GetStatesRequest) (*tfprotov6.GetStatesResponse, error) {
	return during(ctx, s.framework.GetStates, request)
}

// DeleteState implements [tfprotov6.StateStoreServer].
func (s *server) DeleteState(ctx context.Context, request *tfprotov6.DeleteStateRequest) (*tfprotov6.DeleteStateResponse, error) {
	return during(ctx, s.framework.DeleteState, request)
}

// LockState implements [tfprotov6.StateStoreServer].
func (s *server) LockState(ctx context.Context, request *tfprotov6.LockStateRequest) (*tfprotov6.LockStateResponse, error) {
	return during(ctx, s.framework.LockState, request)
}

// UnlockState implements [tfprotov6.StateStoreServer].
func (s *server) UnlockState(ctx context.Context, request *tfprotov6.UnlockStateRequest) (*tfprotov6.UnlockStateResponse, error) {
	return during(ctx, s.framework.UnlockState, request)
}

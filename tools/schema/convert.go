package main

import (
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

func convert(from *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) (*tfjson.ProviderSchemas, error) {
	var to tfjson.ProviderSchema
	var err error
	if to.ConfigSchema, err = schema(from.Provider); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	if to.ResourceSchemas, err = each(from.ResourceSchemas, schema); err != nil {
		return nil, fmt.Errorf("resource %w", err)
	}
	if to.DataSourceSchemas, err = each(from.DataSourceSchemas, schema); err != nil {
		return nil, fmt.Errorf("data source %w", err)
	}
	if to.EphemeralResourceSchemas, err = each(from.EphemeralResourceSchemas, schema); err != nil {
		return nil, fmt.Errorf("ephemeral resource %w", err)
	}
	if to.ListResourceSchemas, err = each(from.ListResourceSchemas, schema); err != nil {
		return nil, fmt.Errorf("list resource %w", err)
	}
	if to.ActionSchemas, err = each(from.ActionSchemas, action); err != nil {
		return nil, fmt.Errorf("action %w", err)
	}
	if to.Functions, err = each(from.Functions, function); err != nil {
		return nil, fmt.Errorf("function %w", err)
	}
	if to.ResourceIdentitySchemas, err = each(identities.IdentitySchemas, identity); err != nil {
		return nil, fmt.Errorf("identity %w", err)
	}
	return &tfjson.ProviderSchemas{
		FormatVersion: "1.0",
		Schemas:       map[string]*tfjson.ProviderSchema{providerKey: &to},
	}, nil
}

func each[From, To any](all map[string]From, one func(From) (To, error)) (map[string]To, error) {
	result := make(map[string]To, len(all))
	for name, from := range all {
		to, err := one(from)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result[name] = to
	}
	return result, nil
}

func schema(from *tfprotov6.Schema) (*tfjson.Schema, error) {
	converted, err := block(from.Block)
	if err != nil {
		return nil, err
	}
	return &tfjson.Schema{Version: uint64(from.Version), Block: converted}, nil
}

func action(from *tfprotov6.ActionSchema) (*tfjson.ActionSchema, error) {
	converted, err := block(from.Schema.Block)
	if err != nil {
		return nil, err
	}
	return &tfjson.ActionSchema{Block: converted}, nil
}

func block(from *tfprotov6.SchemaBlock) (*tfjson.SchemaBlock, error) {
	attributes, err := attributes(from.Attributes)
	if err != nil {
		return nil, err
	}
	blocks := make(map[string]*tfjson.SchemaBlockType, len(from.BlockTypes))
	for _, nested := range from.BlockTypes {
		converted, err := block(nested.Block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", nested.TypeName, err)
		}
		blocks[nested.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: nesting(nested.Nesting),
			Block:       converted,
			MinItems:    uint64(nested.MinItems),
			MaxItems:    uint64(nested.MaxItems),
		}
	}
	return &tfjson.SchemaBlock{
		Attributes:      attributes,
		NestedBlocks:    blocks,
		Description:     from.Description,
		DescriptionKind: kind(from.DescriptionKind),
		Deprecated:      from.Deprecated,
	}, nil
}

func attributes(from []*tfprotov6.SchemaAttribute) (map[string]*tfjson.SchemaAttribute, error) {
	result := make(map[string]*tfjson.SchemaAttribute, len(from))
	for _, one := range from {
		converted, err := attribute(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Name, err)
		}
		result[one.Name] = converted
	}
	return result, nil
}

func attribute(from *tfprotov6.SchemaAttribute) (*tfjson.SchemaAttribute, error) {
	to := &tfjson.SchemaAttribute{
		Description:     from.Description,
		DescriptionKind: kind(from.DescriptionKind),
		Deprecated:      from.Deprecated,
		Required:        from.Required,
		Optional:        from.Optional,
		Computed:        from.Computed,
		Sensitive:       from.Sensitive,
		WriteOnly:       from.WriteOnly,
	}
	var err error
	if from.NestedType == nil {
		to.AttributeType, err = typeOf(from.Type)
		return to, err
	}
	nested, err := attributes(from.NestedType.Attributes)
	to.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
		Attributes:  nested,
		NestingMode: nesting(from.NestedType.Nesting),
	}
	return to, err
}

func identity(from *tfprotov6.ResourceIdentitySchema) (*tfjson.IdentitySchema, error) {
	attributes := make(map[string]*tfjson.IdentityAttribute, len(from.IdentityAttributes))
	for _, one := range from.IdentityAttributes {
		converted, err := typeOf(one.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Name, err)
		}
		attributes[one.Name] = &tfjson.IdentityAttribute{
			IdentityType:      converted,
			Description:       one.Description,
			RequiredForImport: one.RequiredForImport,
			OptionalForImport: one.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: uint64(from.Version), Attributes: attributes}, nil
}

func function(from *tfprotov6.Function) (*tfjson.FunctionSignature, error) {
	returned, err := typeOf(from.Return.Type)
	if err != nil {
		return nil, fmt.Errorf("return type: %w", err)
	}
	to := &tfjson.FunctionSignature{
		Description:        from.Description,
		Summary:            from.Summary,
		DeprecationMessage: from.DeprecationMessage,
		ReturnType:         returned,
	}
	for _, one := range from.Parameters {
		converted, err := parameter(one)
		if err != nil {
			return nil, err
		}
		to.Parameters = append(to.Parameters, converted)
	}
	if from.VariadicParameter != nil {
		to.VariadicParameter, err = parameter(from.VariadicParameter)
	}
	return to, err
}

func parameter(from *tfprotov6.FunctionParameter) (*tfjson.FunctionParameter, error) {
	converted, err := typeOf(from.Type)
	if err != nil {
		return nil, fmt.Errorf("parameter %s: %w", from.Name, err)
	}
	return &tfjson.FunctionParameter{
		Name:        from.Name,
		Description: from.Description,
		IsNullable:  from.AllowNullValue,
		Type:        converted,
	}, nil
}

// typeOf converts through JSON, which both libraries write in the same form.
func typeOf(from tftypes.Type) (cty.Type, error) {
	encoded, err := json.Marshal(from)
	if err != nil {
		return cty.NilType, fmt.Errorf("encoding the type %s: %w", from, err)
	}
	var to cty.Type
	if err := json.Unmarshal(encoded, &to); err != nil {
		return cty.NilType, fmt.Errorf("decoding the type %s: %w", from, err)
	}
	return to, nil
}

func nesting(mode fmt.Stringer) tfjson.SchemaNestingMode {
	return tfjson.SchemaNestingMode(strings.ToLower(mode.String()))
}

func kind(from tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if from == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}

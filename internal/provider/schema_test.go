package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// descriptions returns every description that users can see, by place.
func descriptions(schemas *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) map[string]string {
	found := map[string]string{}
	addSchema(found, "provider", schemas.Provider)
	for kind, byName := range map[string]map[string]*tfprotov6.Schema{
		"resource": schemas.ResourceSchemas, "data": schemas.DataSourceSchemas,
		"ephemeral": schemas.EphemeralResourceSchemas, "list": schemas.ListResourceSchemas,
	} {
		for name, schema := range byName {
			addSchema(found, kind+" "+name, schema)
		}
	}
	for name, action := range schemas.ActionSchemas {
		addSchema(found, "action "+name, action.Schema)
	}
	for name, function := range schemas.Functions {
		found["function "+name] = function.Description
		found["function "+name+" in short"] = function.Summary
		for _, parameter := range function.Parameters {
			found["function "+name+": "+parameter.Name] = parameter.Description
		}
	}
	for name, identity := range identities.IdentitySchemas {
		for _, attribute := range identity.IdentityAttributes {
			found["identity "+name+": "+attribute.Name] = attribute.Description
		}
	}
	return found
}

func addSchema(found map[string]string, where string, schema *tfprotov6.Schema) {
	found[where] = schema.Block.Description
	addAttributes(found, where, schema.Block.Attributes)
	for _, nested := range schema.Block.BlockTypes {
		found[where+": "+nested.TypeName] = nested.Block.Description
		addAttributes(found, where+": "+nested.TypeName, nested.Block.Attributes)
	}
}

func addAttributes(found map[string]string, where string, attributes []*tfprotov6.SchemaAttribute) {
	for _, attribute := range attributes {
		place := where + ": " + attribute.Name
		found[place] = attribute.Description
		if attribute.NestedType != nil {
			addAttributes(found, place, attribute.NestedType.Attributes)
		}
	}
}

func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	identities, err := c.Server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	found := descriptions(c.Schemas(), identities)
	const fewest = 60
	if len(found) < fewest {
		t.Errorf("%d descriptions were found, want at least %d: the walk misses some", len(found), fewest)
	}
	for where, description := range found {
		switch {
		case strings.TrimSpace(description) == "":
			t.Errorf("%s has no description", where)
		case strings.HasSuffix(where, " in short"):
			continue
		case !strings.HasSuffix(description, "."):
			t.Errorf("the description of %s does not end in a full stop: %s", where, description)
		}
	}
}

// shape tells how each attribute is used, as in `documentation`.
func shape(schema *tfprotov6.Schema) map[string]string {
	attributes := map[string]string{}
	for _, attribute := range schema.Block.Attributes {
		var words []string
		for word, is := range map[string]bool{
			"required": attribute.Required, "optional": attribute.Optional, "computed": attribute.Computed,
			"sensitive": attribute.Sensitive, "write-only": attribute.WriteOnly, "deprecated": attribute.Deprecated,
		} {
			if is {
				words = append(words, word)
			}
		}
		slices.Sort(words)
		attributes[attribute.Name] = strings.Join(words, " ")
	}
	return attributes
}

func inResource(f fixture) string { return f.resource }

func inDataSource(f fixture) string { return f.data }

// designed is the shape of the settings in one schema.
func designed(in func(fixture) string) map[string]string {
	shapes := map[string]string{}
	for name, fixture := range fixtures {
		shapes[name] = in(fixture)
	}
	return shapes
}

func TestSchemasAreAsDesigned(t *testing.T) {
	t.Parallel()
	schemas := acctest.NewWorld(t).Unconfigured(t).Schemas()
	for name, test := range map[string]struct {
		schema *tfprotov6.Schema
		want   map[string]string
	}{
		"provider": {schemas.Provider, map[string]string{
			"base_url": "optional", "access_token": "optional sensitive", "email": "optional", "password": "optional sensitive",
			"account_id": "optional", "max_retries": "optional", "request_timeout": "optional",
		}},
		"resource cakemail_webhook": {schemas.ResourceSchemas["cakemail_webhook"], acctest.With(designed(inResource), map[string]string{
			"archived": "computed optional", "account_id": "computed optional", "store_secret": "computed optional",
			"id": "computed", "secret": "computed sensitive", "hash_function": "computed",
		})},
		"data cakemail_webhook": {schemas.DataSourceSchemas["cakemail_webhook"], acctest.With(designed(inDataSource), map[string]string{
			"id": "required", "account_id": "computed optional", "archived": "computed", "secret": "computed sensitive", "hash_function": "computed",
		})},
		"data cakemail_webhooks": {schemas.DataSourceSchemas["cakemail_webhooks"], map[string]string{
			"account_id": "computed optional", "with_archived": "optional", "url": "optional", "event": "optional", "webhooks": "computed",
		}},
		"ephemeral cakemail_webhook_secret": {schemas.EphemeralResourceSchemas["cakemail_webhook_secret"], map[string]string{
			"id": "required", "account_id": "computed optional", "secret": "computed sensitive", "hash_function": "computed",
		}},
		"action cakemail_webhook_test_delivery": {schemas.ActionSchemas["cakemail_webhook_test_delivery"].Schema, map[string]string{
			"webhook_id": "required", "event": "optional", "payload": "optional", "account_id": "optional", "timeout": "optional",
		}},
		"list cakemail_webhook": {schemas.ListResourceSchemas["cakemail_webhook"], map[string]string{
			"account_id": "optional", "with_archived": "optional", "url": "optional", "event": "optional",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := shape(test.schema); !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	schemas := acctest.NewWorld(t).Unconfigured(t).Schemas()
	got := fmt.Sprint(
		slices.Sorted(maps.Keys(schemas.ResourceSchemas)), slices.Sorted(maps.Keys(schemas.DataSourceSchemas)),
		slices.Sorted(maps.Keys(schemas.EphemeralResourceSchemas)), slices.Sorted(maps.Keys(schemas.ListResourceSchemas)),
		slices.Sorted(maps.Keys(schemas.Functions)), slices.Sorted(maps.Keys(schemas.ActionSchemas)))
	const want = "[cakemail_webhook] [cakemail_webhook cakemail_webhooks] [cakemail_webhook_secret] [cakemail_webhook] [events sign verify] " +
		"[cakemail_webhook_test_delivery]"
	if got != want {
		t.Errorf("the provider serves %s, want %s", got, want)
	}
}

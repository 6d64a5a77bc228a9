package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// reportDisagreements is for values in the API that differ from the plan. The
// apply asked for those that differ from before; for a new webhook, before is nil
// and it asked for all.
func reportDisagreements(diags *diag.Diagnostics, plan webhookResourceModel, before *webhookResourceModel, state webhookResourceModel) {
	next := "Change the configuration to what the API can do, and apply again."
	if before == nil {
		next += " The webhook is tainted, so that would replace it. To keep it, first run terraform untaint ADDRESS with the address of this resource."
	}

	for _, setting := range plan.disagreements(state.webhookSettings) {
		planned, saved := setting.show(plan.webhookSettings), setting.show(state.webhookSettings)
		switch asked := before == nil || setting.differs(plan.webhookSettings, before.webhookSettings); {
		case asked && planned == saved:
			reportNotSaved(diags, state, setting.name, hiddenDifference(saved), next)
		case asked:
			reportNotSaved(diags, state, setting.name, fmt.Sprintf("The configuration asks for %s; the API saved %s.", planned, saved), next)
		case planned == saved:
			reportChangedSince(diags, state, setting.name, hiddenDifference(saved))
		default:
			reportChangedSince(diags, state, setting.name, fmt.Sprintf("The plan has %s; the API holds %s.", planned, saved))
		}
	}
	for _, other := range []struct {
		name          string
		planned, held attr.Value
	}{{"archived", plan.Archived, state.Archived}, {"hash_function", plan.HashFunction, state.HashFunction}} {
		if !other.planned.IsUnknown() && !other.planned.Equal(other.held) {
			reportChangedSince(diags, state, other.name, fmt.Sprintf("The plan has %s; the API holds %s.", other.planned, other.held))
		}
	}
	if !plan.Secret.IsUnknown() && !plan.Secret.Equal(state.Secret) {
		reportChangedSince(diags, state, "secret", "The API holds another secret than the plan.")
	}
}

func hiddenDifference(shown string) string {
	return fmt.Sprintf("Both values are shown as %s. They differ in a part that is hidden because it can hold a password.", shown)
}

// reportNotSaved is for a value that the API changed on its own.
func reportNotSaved(diags *diag.Diagnostics, state webhookResourceModel, name, difference, next string) {
	diags.AddAttributeError(path.Root(name), "The API did not save "+name+" as asked",
		sentences("The webhook"+state.subject().String()+" is in the state as the API saved it. "+difference, next))
}

// reportChangedSince is for a value that somebody changed between plan and apply.
func reportChangedSince(diags *diag.Diagnostics, state webhookResourceModel, name, difference string) {
	diags.AddAttributeError(path.Root(name), "The webhook's "+name+" changed after the plan",
		sentences("The webhook"+state.subject().String()+" is in the state as the API holds it now. "+difference,
			"Plan again to see what is to be changed, and apply."))
}

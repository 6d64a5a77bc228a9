package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// add puts messages on the arguments that they are about.
func add(diags *diag.Diagnostics, messages ...message.Message) {
	addAt(diags, path.Empty(), messages...)
}

// addAt puts messages that are about no argument on a path, such as that of one element.
func addAt(diags *diag.Diagnostics, at path.Path, messages ...message.Message) {
	for _, said := range messages {
		shown := diag.Diagnostic(diag.NewErrorDiagnostic(said.Title, said.Text))
		if said.IsWarning {
			shown = diag.NewWarningDiagnostic(said.Title, said.Text)
		}
		if said.Attribute != "" {
			shown = diag.WithPath(path.Root(said.Attribute), shown)
		} else if !at.Equal(path.Empty()) {
			shown = diag.WithPath(at, shown)
		}
		diags.Append(shown)
	}
}

// report adds the messages about a failed call.
func (c *connection) report(diags *diag.Diagnostics, err error, about message.Subject) {
	add(diags, message.Call(err, about, c.facts)...)
}

func (m webhookModel) subject() message.Subject {
	return message.Subject{ID: m.ID.ValueString(), URL: m.URL.ValueString(), Events: eventNames(m.Events), Account: m.account()}
}

func (m webhookResourceModel) subject() message.Subject {
	about := m.webhookModel.subject()
	about.WithoutSecret = m.StoreSecret.Equal(types.BoolValue(false))
	return about
}

// savedSubject is the subject of a resource in the state.
func (m webhookResourceModel) savedSubject() message.Subject {
	about := m.subject()
	about.IsPending = about.ID == ""
	return about
}

// reportTwoAddresses warns once about a webhook that two resources manage.
func (c *connection) reportTwoAddresses(diags *diag.Diagnostics, id string) {
	if _, isSaid := c.shared.LoadOrStore(id, true); !isSaid {
		add(diags, message.AtTwoAddresses(id))
	}
}

// reportNew warns if the API holds other values of a new webhook than planned. It returns a state with the
// planned values, so that the next plan shows the difference.
func reportNew(diags *diag.Diagnostics, plan, held webhookResourceModel) webhookResourceModel {
	state := held
	state.Archived = plan.Archived
	for _, setting := range plan.disagreements(held.webhookSettings) {
		add(diags, message.SavedOtherwise(held.subject(), setting.name, setting.show(plan.webhookSettings), setting.show(held.webhookSettings)))
		setting.put(&state.webhookSettings, setting.in(plan.webhookSettings))
	}
	return state
}

// reportOddities warns about what an answer lacks, and about unknown values in it.
func reportOddities(diags *diag.Diagnostics, state webhookResourceModel, answer cakemail.Webhook) {
	if answer.Secret == "" && state.StoreSecret.ValueBool() {
		add(diags, message.SecretNotShown(state.subject(), !state.Secret.IsNull()))
	}
	if answer.Unread != nil {
		add(diags, message.Unread(state.subject(), answer.Unread))
	}
	if answer.Status != "" {
		add(diags, message.UnknownStatus(state.subject(), answer.Status))
	}
	if !answer.IsSignedAsPublished() {
		add(diags, message.OtherHashFunction(answer, false))
	}
}

// reportDisagreements reports values in the API that differ from the plan. The apply requested those that differ
// from before.
func reportDisagreements(diags *diag.Diagnostics, plan, before, state webhookResourceModel) {
	about := state.subject()
	for _, setting := range plan.disagreements(state.webhookSettings) {
		planned, held := setting.show(plan.webhookSettings), setting.show(state.webhookSettings)
		if setting.differs(plan.webhookSettings, before.webhookSettings) {
			add(diags, message.NotSaved(about, setting.name, planned, held))
			continue
		}
		add(diags, message.ChangedSince(about, setting.name, planned, held))
	}
	for _, other := range []struct {
		name          string
		planned, held attr.Value
	}{{"archived", plan.Archived, state.Archived}, {"hash_function", plan.HashFunction, state.HashFunction}} {
		if !other.planned.IsUnknown() && !other.planned.Equal(other.held) {
			add(diags, message.ChangedSince(about, other.name, other.planned.String(), other.held.String()))
		}
	}
	if !plan.Secret.IsUnknown() && !plan.Secret.Equal(state.Secret) {
		add(diags, message.ChangedSince(about, "secret", "", ""))
	}
}

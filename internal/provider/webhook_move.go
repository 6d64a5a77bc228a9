package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// genericObject is an object in the state of a generic REST provider.
type genericObject struct {
	// path leads to the object; id names it if the path does not.
	path, id string
	account  int64
	// documents are JSON about the object, the most trusted last.
	documents [][]byte
}

// genericSources read the states of the generic REST providers, by resource type. The provider's name does not
// count: forks have other names, and OpenTofu 1.12.4 to 1.12.6 gives the target's for the second instance of a
// for_each.
var genericSources = map[string]func(state []byte) (genericObject, error){
	"restapi_object":   readRestapiObject,
	"restful_resource": readRestfulResource,
}

// MoveState implements [resource.ResourceWithMoveState]: a moved block takes over a webhook from a generic REST
// provider. Terraform moves before it configures providers, so the refresh that follows reads what the source's
// state did not tell.
func (r *webhookResource) MoveState(context.Context) []resource.StateMover {
	own := webhookResourceSchema()
	return []resource.StateMover{{SourceSchema: &own, StateMover: keepWebhook}, {StateMover: moveWebhook}}
}

// keepWebhook moves a webhook when the provider's address changes to another registry or publisher.
func keepWebhook(_ context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	if req.SourceTypeName == "cakemail_webhook" && req.SourceState != nil {
		resp.TargetState.Raw, resp.TargetPrivate = req.SourceState.Raw, req.SourcePrivate
	}
}

func moveWebhook(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	read, found := genericSources[req.SourceTypeName]
	if !found {
		add(&resp.Diagnostics, message.UnknownSource(req.SourceTypeName))
		return
	}
	object, err := read(req.SourceRawState.JSON)
	if err != nil {
		add(&resp.Diagnostics, message.Untold(message.Moved{Type: req.SourceTypeName}))
		return
	}
	moved := message.Moved{Type: req.SourceTypeName, Path: object.path}
	if !cakemail.IsWebhookPath(object.path) {
		add(&resp.Diagnostics, message.OtherObject(moved))
		return
	}
	state := object.webhook()
	if err := cakemail.CheckID(state.ID.ValueString()); err != nil || state.Events.IsNull() {
		add(&resp.Diagnostics, message.Untold(moved))
		return
	}
	resp.Diagnostics.Append(resp.TargetState.Set(ctx, state)...)
	resp.Diagnostics.Append(remember(ctx, resp.TargetPrivate, privateMoved, true)...)
	if resp.TargetIdentity != nil && object.account > 0 {
		// Without an account, only the refresh learns the provider's, and an identity never changes.
		resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, state.identity())...)
	}
}

// webhook is the resource as far as the source's state tells it. If that lacks the secret or another value that
// the API would give, store_secret stays null: then the refresh, or without one the apply, reads them.
func (o genericObject) webhook() webhookResourceModel {
	var state webhookResourceModel
	state.ID, state.StoreSecret = types.StringValue(o.id), types.BoolValue(true)
	if o.account > 0 {
		state.AccountID = types.Int64Value(o.account)
	}
	for _, document := range o.documents {
		if webhook, err := cakemail.ReadKept(document); err == nil {
			webhook.ID = cmp.Or(webhook.ID, state.ID.ValueString())
			state = knowledge{webhook: state}.after(webhook)
		}
	}
	if state.Secret.IsNull() || state.isPartial() {
		state.StoreSecret = types.BoolNull()
	}
	return state
}

// readRestapiObject reads the state of Mastercard/restapi.
func readRestapiObject(raw []byte) (genericObject, error) {
	var state struct {
		ID             keptText `json:"id"`
		Path           string   `json:"path"`
		CreatePath     string   `json:"create_path"`
		ReadPath       string   `json:"read_path"`
		QueryString    string   `json:"query_string"`
		Data           string   `json:"data"`
		CreateResponse string   `json:"create_response"`
		APIResponse    string   `json:"api_response"`
	}
	err := json.Unmarshal(raw, &state)
	return genericObject{
		path: cmp.Or(state.ReadPath, state.Path),
		id:   string(state.ID),
		account: cmp.Or(cakemail.AccountInQuery(state.QueryString), cakemail.AccountInQuery(state.ReadPath),
			cakemail.AccountInQuery(state.Path), cakemail.AccountInQuery(state.CreatePath)),
		documents: [][]byte{[]byte(state.Data), []byte(state.CreateResponse), []byte(state.APIResponse)},
	}, err
}

// readRestfulResource reads the state of magodo/restful, which has paths as ids.
func readRestfulResource(raw []byte) (genericObject, error) {
	var state struct {
		ID              string       `json:"id"`
		Path            string       `json:"path"`
		Query           url.Values   `json:"query"`
		CreateQuery     url.Values   `json:"create_query"`
		ReadQuery       url.Values   `json:"read_query"`
		Body            keptDocument `json:"body"`
		Output          keptDocument `json:"output"`
		SensitiveOutput keptDocument `json:"sensitive_output"`
	}
	err := json.Unmarshal(raw, &state)
	return genericObject{
		path: state.ID,
		id:   cakemail.IDInPath(state.ID),
		account: cmp.Or(cakemail.AccountInQuery(state.ID), cakemail.AccountInQuery(state.ReadQuery.Encode()),
			cakemail.AccountInQuery(state.Query.Encode()), cakemail.AccountInQuery(state.CreateQuery.Encode()), cakemail.AccountInQuery(state.Path)),
		documents: [][]byte{state.Body.Value, state.Output.Value, state.SensitiveOutput.Value},
	}, err
}

// keptText is a string that a state may store as a number.
type keptText string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *keptText) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	*t = keptText(text)
	return nil
}

// keptDocument is a value of a dynamic type in a state.
type keptDocument struct {
	Value json.RawMessage `json:"value"`
}

// leaveUntold leaves to the apply what the source's state did not tell.
func (m *webhookResourceModel) leaveUntold() {
	m.webhookSettings.leaveUntold()
	if m.HashFunction.IsNull() {
		m.HashFunction = types.StringUnknown()
	}
}

// settleMoved gives a webhook that was just moved the provider's account, unless the source's state had one: a
// move does not know the configuration.
func (r *webhookResource) settleMoved(ctx context.Context, private privateReader, state *webhookResourceModel) {
	if recall[bool](ctx, private, privateMoved) && !r.connection.account.IsUnknown() {
		state.AccountID = r.connection.orDefault(state.AccountID)
	}
}

package provider

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// aModel is a webhook of which everything is known; changes make it another.
func aModel(changes ...func(*webhookResourceModel)) webhookResourceModel {
	var model webhookResourceModel
	model.ID = types.StringValue("w1")
	model.URL = types.StringValue("https://example.com/hook")
	model.Events = eventsValue([]string{"Contact.Added", "Contact.Removed"})
	model.RateLimit = types.Int64Value(50)
	model.RateLimitPeriod = types.StringValue("second")
	model.Archived = types.BoolValue(false)
	model.AccountID = types.Int64Value(42)
	model.Secret = types.StringValue("s3cret")
	model.HashFunction = types.StringValue("sha256")
	model.StoreSecret = types.BoolValue(true)
	for _, change := range changes {
		change(&model)
	}
	return model
}

// aPlan is what a plan to create the webhook knows: nothing that the API decides.
func aPlan(m *webhookResourceModel) {
	m.ID, m.Secret, m.HashFunction = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	m.RateLimit, m.RateLimitPeriod = types.Int64Unknown(), types.StringUnknown()
}

func noSecret(m *webhookResourceModel) {
	m.StoreSecret, m.Secret = types.BoolValue(false), types.StringNull()
}

// aWebhook is what an answer tells of aModel.
func aWebhook(changes ...func(*cakemail.Webhook)) cakemail.Webhook {
	webhook := cakemail.Webhook{
		ID: "w1",
		Settings: cakemail.Settings{
			URL: new("https://example.com/hook"), Events: []string{"Contact.Added", "Contact.Removed"}, RateLimit: new(int64(50)), RateLimitPeriod: new("second"),
		},
		Archived: new(false), Secret: "s3cret", HashFunction: "sha256",
	}
	for _, change := range changes {
		change(&webhook)
	}
	return webhook
}

func TestRecordOverlaysWhatAnAnswerTells(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before webhookResourceModel
		answer cakemail.Webhook
		want   webhookResourceModel
	}{
		"a full answer to a create":                     {aModel(aPlan), aWebhook(), aModel()},
		"a full answer, where the secret is not stored": {aModel(aPlan, noSecret), aWebhook(), aModel(noSecret)},
		"an answer with the id alone": {
			aModel(aPlan), cakemail.Webhook{ID: "w1"},
			aModel(aPlan, func(m *webhookResourceModel) { m.ID = types.StringValue("w1") })},
		"a silent answer changes nothing": {aModel(), cakemail.Webhook{ID: "w1"}, aModel()},
		"an answer without the secret keeps it": {
			aModel(), aWebhook(func(w *cakemail.Webhook) { w.Secret, w.HashFunction = "", "" }), aModel()},
		"everything changed elsewhere": {
			aModel(),
			cakemail.Webhook{ID: "w1", Settings: cakemail.Settings{URL: new("https://example.org"), Events: []string{"List.Created"}, RateLimit: new(int64(0)), RateLimitPeriod: new("day")}, Archived: new(true), Secret: "n3w", HashFunction: "sha512"},
			aModel(func(m *webhookResourceModel) {
				m.URL, m.Events = types.StringValue("https://example.org"), eventsValue([]string{"List.Created"})
				m.RateLimit, m.RateLimitPeriod, m.Archived = types.Int64Value(0), types.StringValue("day"), types.BoolValue(true)
				m.Secret, m.HashFunction = types.StringValue("n3w"), types.StringValue("sha512")
			})},
		"a url that the API only spells differently": {
			aModel(func(m *webhookResourceModel) { m.URL = types.StringValue("HTTPS://Example.COM") }),
			aWebhook(func(w *cakemail.Webhook) { w.URL = new("https://example.com/") }),
			aModel(func(m *webhookResourceModel) { m.URL = types.StringValue("HTTPS://Example.COM") })},
		"an import knows nothing before": {
			webhookResourceModel{StoreSecret: types.BoolValue(true)}, aWebhook(),
			aModel(func(m *webhookResourceModel) { m.AccountID = types.Int64Null() })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.before
			got.record(test.answer)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestSettledHasNoUnknowns(t *testing.T) {
	t.Parallel()
	unknown := aModel(aPlan)
	if !unknown.hasUnknown() {
		t.Error("a plan to create is said to be known")
	}
	settled := unknown.settled()
	if settled.hasUnknown() || !settled.ID.IsNull() || !settled.RateLimit.IsNull() || !settled.RateLimitPeriod.IsNull() || !settled.Secret.IsNull() || !settled.HashFunction.IsNull() {
		t.Errorf("got %+v", settled)
	}
	if known := aModel(); known.hasUnknown() || !reflect.DeepEqual(known.settled(), known) {
		t.Errorf("a known webhook became %+v", known.settled())
	}
}

func TestAskedLeavesToTheAPIWhatIsNotSet(t *testing.T) {
	t.Parallel()
	set := cakemail.Settings{URL: new("https://example.com/hook"), Events: []string{"Contact.Added", "Contact.Removed"}, RateLimit: new(int64(50)), RateLimitPeriod: new("second")}
	unset := cakemail.Settings{URL: set.URL, Events: set.Events}
	for name, test := range map[string]struct {
		model webhookResourceModel
		want  cakemail.Settings
	}{
		"set":     {aModel(), set},
		"unknown": {aModel(aPlan), unset},
		"null":    {aModel(func(m *webhookResourceModel) { m.RateLimit, m.RateLimitPeriod = types.Int64Null(), types.StringNull() }), unset},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.model.asked(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestWhatDiffersFromTheState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plan          func(*webhookResourceModel)
		changes       cakemail.Settings
		disagreements []string
		// replacing is what needs a new webhook where the API has no change, and where it has.
		replacing, replacingAlways []string
	}{
		"nothing":     {func(*webhookResourceModel) {}, cakemail.Settings{}, nil, nil, nil},
		"the url":     {func(m *webhookResourceModel) { m.URL = types.StringValue("https://example.org") }, cakemail.Settings{URL: new("https://example.org")}, []string{"url"}, []string{"url"}, nil},
		"the limit":   {func(m *webhookResourceModel) { m.RateLimit = types.Int64Value(7) }, cakemail.Settings{RateLimit: new(int64(7))}, []string{"rate_limit"}, []string{"rate_limit"}, nil},
		"the period":  {func(m *webhookResourceModel) { m.RateLimitPeriod = types.StringValue("day") }, cakemail.Settings{RateLimitPeriod: new("day")}, []string{"rate_limit_period"}, []string{"rate_limit_period"}, nil},
		"the events":  {func(m *webhookResourceModel) { m.Events = eventsValue([]string{"Contact.Added"}) }, cakemail.Settings{}, []string{"events"}, []string{"events"}, []string{"events"}},
		"their order": {func(m *webhookResourceModel) { m.Events = eventsValue([]string{"Contact.Removed", "Contact.Added"}) }, cakemail.Settings{}, nil, nil, nil},
		"the account": {func(m *webhookResourceModel) { m.AccountID = types.Int64Value(43) }, cakemail.Settings{}, nil, nil, nil},
		"archived":    {func(m *webhookResourceModel) { m.Archived = types.BoolValue(true) }, cakemail.Settings{}, nil, nil, nil},
		"what the API decides is not a change of its own": {
			func(m *webhookResourceModel) {
				m.RateLimit, m.RateLimitPeriod = types.Int64Unknown(), types.StringUnknown()
			},
			cakemail.Settings{}, nil, []string{"rate_limit", "rate_limit_period"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, plan := aModel(), aModel(test.plan)
			if got := plan.changesFrom(state.webhookSettings); !reflect.DeepEqual(got, test.changes) {
				t.Errorf("the changes are %+v, want %+v", got, test.changes)
			}
			var disagreements []string
			for _, setting := range plan.disagreements(state.webhookSettings) {
				disagreements = append(disagreements, setting.name)
			}
			if !slices.Equal(disagreements, test.disagreements) {
				t.Errorf("the disagreements are %v, want %v", disagreements, test.disagreements)
			}
			if got := plan.replacing(state.webhookSettings, cakemail.FormGuide); !slices.Equal(got, test.replacing) {
				t.Errorf("in the guide's form %v need a new webhook, want %v", got, test.replacing)
			}
			for _, form := range []cakemail.Form{cakemail.FormReference, ""} {
				if got := plan.replacing(state.webhookSettings, form); !slices.Equal(got, test.replacingAlways) {
					t.Errorf("in the form %q %v need a new webhook, want %v", form, got, test.replacingAlways)
				}
			}
		})
	}
}

// TestOnlyTheURLMayBeWrittenOtherwise: every other text is compared and shown as it is.
func TestOnlyTheURLMayBeWrittenOtherwise(t *testing.T) {
	t.Parallel()
	for _, setting := range settings {
		var one, other webhookSettings
		for model, value := range map[*webhookSettings]string{&one: "HTTPS://Example.com?key=1", &other: "https://example.com/?key=1"} {
			var answer cakemail.Settings
			if json.Unmarshal([]byte(`{"`+setting.name+`":"`+value+`"}`), &answer) == nil {
				setting.record(model, answer)
			}
		}
		isText := !setting.value(one).IsNull()
		if isText && setting.differs(one, other) == (setting.name == "url") {
			t.Errorf("%s: it differs: %t", setting.name, setting.differs(one, other))
		}
		if shown := setting.show(one); isText && (shown == "HTTPS://Example.com?key=1") == (setting.name == "url") {
			t.Errorf("%s: it is shown as %s", setting.name, shown)
		}
	}
}

func TestPlannedSecret(t *testing.T) {
	t.Parallel()
	stored, unstored := aModel(), aModel(noSecret)
	imported := aModel(func(m *webhookResourceModel) { m.StoreSecret = types.BoolNull() })
	for name, test := range map[string]struct {
		keep  types.Bool
		state *webhookResourceModel
		want  types.String
	}{
		"create":                       {types.BoolValue(true), nil, types.StringUnknown()},
		"create, not stored":           {types.BoolValue(false), nil, types.StringNull()},
		"unchanged":                    {types.BoolValue(true), &stored, types.StringValue("s3cret")},
		"not stored, as before":        {types.BoolValue(false), &unstored, types.StringNull()},
		"no longer stored":             {types.BoolValue(false), &stored, types.StringNull()},
		"stored again":                 {types.BoolValue(true), &unstored, types.StringUnknown()},
		"stored, as an old state knew": {types.BoolValue(true), &imported, types.StringUnknown()},
		"it is not known whether":      {types.BoolUnknown(), &stored, types.StringUnknown()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := aModel(func(m *webhookResourceModel) { m.StoreSecret = test.keep })
			if got := plannedSecret(plan, test.state); !got.Equal(test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

package provider

import (
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// aModel is a webhook with only known values, after these changes.
func aModel(changes ...func(*webhookResourceModel)) webhookResourceModel {
	model := knowledge{}.after(cakemail.Webhook{})
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

// aPlan is a plan to create the webhook: what the API decides is unknown.
func aPlan(m *webhookResourceModel) {
	m.ID, m.Secret, m.HashFunction = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	m.RateLimit, m.RateLimitPeriod = types.Int64Unknown(), types.StringUnknown()
}

func noSecret(m *webhookResourceModel) {
	m.StoreSecret, m.Secret = types.BoolValue(false), types.StringNull()
}

// aWebhook is an answer about aModel.
func aWebhook(changes ...func(*cakemail.Webhook)) cakemail.Webhook {
	webhook := cakemail.Webhook{
		ID: "w1",
		Settings: cakemail.Settings{
			URL: new(
				"https://example.com/hook",
			), Events: []string{"Contact.Added", "Contact.Removed"}, RateLimit: new(int64(50)), RateLimitPeriod: new("second"),
		},
		Archived: new(false), Secret: "s3cret", HashFunction: "sha256",
	}
	for _, change := range changes {
		change(&webhook)
	}
	return webhook
}

// limitedTo gives the webhook this limit.
func limitedTo(limit types.Int64) func(*webhookResourceModel) {
	return func(m *webhookResourceModel) { m.RateLimit = limit }
}

func eventsValue(names []string) types.Set {
	elements := []attr.Value{}
	for _, name := range names {
		elements = append(elements, types.StringValue(name))
	}
	return types.SetValueMust(types.StringType, elements)
}

func withEvents(events ...string) func(*webhookResourceModel) {
	return func(m *webhookResourceModel) { m.Events = eventsValue(events) }
}

func at(url string) func(*webhookResourceModel) {
	return func(m *webhookResourceModel) { m.URL = types.StringValue(url) }
}

func TestTheStateAfterAnAnswer(t *testing.T) {
	t.Parallel()
	onlyID := cakemail.Webhook{ID: "w1"}
	oneEvent := aWebhook(func(w *cakemail.Webhook) { w.Form, w.Events = cakemail.FormReference, []string{"Contact.Added"} })
	oneInGuide := aWebhook(func(w *cakemail.Webhook) { w.Events = oneEvent.Events })
	secretless := aWebhook(func(w *cakemail.Webhook) { w.Secret, w.HashFunction = "", "" })
	spelled := aWebhook(func(w *cakemail.Webhook) { w.URL = new("https://example.com/") })
	archived := func(m *webhookResourceModel) { m.Archived = types.BoolValue(true) }
	fresh := webhookResourceModel{StoreSecret: types.BoolValue(true)}
	unstored := func(m *webhookResourceModel) { m.StoreSecret = types.BoolValue(false) }
	elsewhere := func(m *webhookResourceModel) { m.AccountID = types.Int64Null() }
	limit := func(limit *int64) func(*cakemail.Webhook) { return func(w *cakemail.Webhook) { w.RateLimit = limit } }
	updating := func(config, plan types.Int64, isChanged bool) knowledge {
		return knowledge{
			webhook: aModel(), isSaved: true, isChanged: isChanged,
			config: &aModelAs(limitedTo(config)).webhookSettings, plan: &aModelAs(limitedTo(plan)).webhookSettings,
		}
	}
	unset, seven, nine := types.Int64Null(), types.Int64Value(7), types.Int64Value(9)
	for name, test := range map[string]struct {
		known  knowledge
		answer cakemail.Webhook
		want   webhookResourceModel
	}{
		"a create is answered in full":         {knowledge{webhook: aModel(aPlan)}, aWebhook(), aModel()},
		"the secret is not to be stored":       {knowledge{webhook: aModel(aPlan, noSecret)}, aWebhook(), aModel(noSecret)},
		"nor the one that was":                 {knowledge{webhook: aModel(unstored)}, onlyID, aModel(noSecret)},
		"an import knows nothing before":       {knowledge{webhook: fresh}, aWebhook(), aModel(elsewhere)},
		"a known webhook, a silent answer":     {knowledge{webhook: aModel(archived), isSaved: true}, onlyID, aModel(archived)},
		"an answer without the secret":         {knowledge{webhook: aModel()}, secretless, aModel()},
		"a url that is only spelled otherwise": {knowledge{webhook: aModel(at("HTTPS://Example.COM"))}, spelled, aModel(at("HTTPS://Example.COM"))},
		"one event of several, in a state":     {knowledge{webhook: aModel(), isSaved: true}, oneEvent, aModel()},
		"one event of several, in a plan":      {knowledge{webhook: aModel()}, oneEvent, aModel(withEvents("Contact.Added"))},
		"another event than the state has": {knowledge{webhook: aModel(withEvents("List.Created", "A.B")), isSaved: true}, oneEvent,
			aModel(withEvents("Contact.Added"))},
		"one event, in the other form": {knowledge{webhook: aModel(), isSaved: true}, oneInGuide, aModel(withEvents("Contact.Added"))},
		"nothing is known, and nothing told": {
			knowledge{webhook: aModel(aPlan, func(m *webhookResourceModel) { m.Archived = types.BoolUnknown() })}, cakemail.Webhook{},
			aModel(func(m *webhookResourceModel) {
				m.ID, m.Secret, m.HashFunction = types.StringNull(), types.StringNull(), types.StringNull()
				m.RateLimit, m.RateLimitPeriod = types.Int64Null(), types.StringNull()
			})},
		"everything changed elsewhere": {
			knowledge{webhook: aModel(), isSaved: true},
			cakemail.Webhook{
				ID: "w2", Archived: new(true), Secret: "n3w", HashFunction: "sha512",
				Settings: cakemail.Settings{
					URL: new("https://example.org"), Events: []string{"List.Created"}, RateLimit: new(int64(0)), RateLimitPeriod: new("day"),
				},
			},
			aModel(at("https://example.org"), withEvents("List.Created"), archived, limitedTo(types.Int64Value(0)), func(m *webhookResourceModel) {
				m.ID, m.RateLimitPeriod = types.StringValue("w2"), types.StringValue("day")
				m.Secret, m.HashFunction = types.StringValue("n3w"), types.StringValue("sha512")
			})},
		"a change that the answer tells":           {updating(seven, seven, true), aWebhook(limit(new(int64(7)))), aModel(limitedTo(seven))},
		"a change that no answer tells":            {updating(seven, seven, true), onlyID, aModel(limitedTo(seven))},
		"a change that the answer denies":          {updating(seven, seven, true), aWebhook(limit(new(int64(9)))), aModel(limitedTo(nine))},
		"what was changed before another call":     {updating(seven, seven, false), onlyID, aModel()},
		"what the configuration leaves to the API": {updating(unset, seven, false), aWebhook(limit(new(int64(9)))), aModel(limitedTo(seven))},
		"unless the plan does not know it":         {updating(unset, types.Int64Unknown(), true), aWebhook(limit(new(int64(9)))), aModel(limitedTo(nine))},
		"or no answer does":                        {updating(unset, types.Int64Unknown(), true), onlyID, aModel()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.known.after(test.answer); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// aModelAs is a pointer to aModel.
func aModelAs(changes ...func(*webhookResourceModel)) *webhookResourceModel {
	model := aModel(changes...)
	return &model
}

func TestWhatIsStillToBeLearned(t *testing.T) {
	t.Parallel()
	planned, known, left := aModel(aPlan), aModel(), aModel(limitedTo(types.Int64Null()))
	if !planned.hasUnknown() || known.hasUnknown() {
		t.Error("a plan to create has unknown values, a state has none")
	}
	if left.leaveUntold(); !left.RateLimit.IsUnknown() || left.URL.IsUnknown() {
		t.Errorf("what is not told is left to the API, and nothing else: %+v", left)
	}
}

// One map of strings, of which no answer tells that it is empty, and one with a secret.
func TestWhatSilenceMeans(t *testing.T) {
	t.Parallel()
	value := func(texts map[string]string) types.Map {
		if texts == nil {
			return types.MapNull(types.StringType)
		}
		made, _ := types.MapValueFrom(t.Context(), types.StringType, texts)
		return made
	}
	isEmpty := func(value attr.Value) bool {
		texts, isMap := value.(types.Map)
		return isMap && len(texts.Elements()) == 0
	}
	made := func(silence silence) setting {
		return setting{silence: silence, same: func(one, other attr.Value) bool { return isEmpty(one) && isEmpty(other) }}
	}
	nothing, empty := value(nil), value(map[string]string{})
	some, more := value(map[string]string{"a": "b"}), value(map[string]string{"a": "b", "c": "d"})
	for name, test := range map[string]struct {
		silence      silence
		before, told types.Map
		isWhole      bool
		want         types.Map
	}{
		"it is told":                          {notTold, some, more, true, more},
		"it is told first":                    {none, types.MapUnknown(types.StringType), some, false, some},
		"it is not told":                      {notTold, some, nothing, true, some},
		"it is not told, and not known":       {notTold, types.MapUnknown(types.StringType), nothing, true, nothing},
		"there is none":                       {none, some, nothing, true, nothing},
		"there is none, which means the same": {none, empty, nothing, true, empty},
		"the answer is about something else":  {none, some, nothing, false, some},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := made(test.silence).after(test.before, test.told, test.isWhole); !got.Equal(test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	partly := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringUnknown()})
	if !known(some) || !known(nothing) || known(partly) {
		t.Error("a map is not known while one of its values is not")
	}
}

func TestAskedLeavesToTheAPIWhatIsNotSet(t *testing.T) {
	t.Parallel()
	set := cakemail.Settings{
		URL:             new("https://example.com/hook"),
		Events:          []string{"Contact.Added", "Contact.Removed"},
		RateLimit:       new(int64(50)),
		RateLimitPeriod: new("second"),
	}
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
		"nothing":   {func(*webhookResourceModel) {}, cakemail.Settings{}, nil, nil, nil},
		"the url":   {at("https://example.org"), cakemail.Settings{URL: new("https://example.org")}, []string{"url"}, []string{"url"}, nil},
		"the limit": {limitedTo(types.Int64Value(7)), cakemail.Settings{RateLimit: new(int64(7))}, []string{"rate_limit"}, []string{"rate_limit"}, nil},
		"the period": {func(m *webhookResourceModel) { m.RateLimitPeriod = types.StringValue("day") }, cakemail.Settings{RateLimitPeriod: new("day")},
			[]string{"rate_limit_period"}, []string{"rate_limit_period"}, nil},
		"the events":  {withEvents("Contact.Added"), cakemail.Settings{}, []string{"events"}, []string{"events"}, []string{"events"}},
		"their order": {withEvents("Contact.Removed", "Contact.Added"), cakemail.Settings{}, nil, nil, nil},
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

// Every other text is compared and shown exactly.
func TestOnlyTheURLMayBeWrittenOtherwise(t *testing.T) {
	t.Parallel()
	one, other := types.StringValue("HTTPS://Example.com?key=1"), types.StringValue("https://example.com/?key=1")
	for _, setting := range settings {
		if setting.of != types.StringType {
			continue
		}
		var model webhookSettings
		setting.put(&model, one)
		isURL := setting.name == "url"
		if setting.areSame(one, other) != isURL || (setting.show(model) != one.ValueString()) != isURL {
			t.Errorf("%s: it differs: %t, and is shown as %s", setting.name, !setting.areSame(one, other), setting.show(model))
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

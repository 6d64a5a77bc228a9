package provider_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
)

// sample is two values of a setting that both descriptions of the API take, the
// second one empty where it may be, and whether the API can change it in place.
type sample struct {
	first, second any
	inPlace       bool
}

var samples = map[string]sample{
	"url":               {first: "https://example.com/one", second: "https://example.org/two", inPlace: true},
	"events":            {first: []string{"Contact.Added"}, second: []string{"Contact.Removed"}},
	"rate_limit":        {first: int64(7), second: int64(8), inPlace: true},
	"rate_limit_period": {first: "second", second: "minute", inPlace: true},
}

// settingsOf are the settings of a webhook that the API holds, in Go's own types.
func settingsOf(webhook cakemailtest.Webhook) values {
	events := []any{}
	for _, event := range slices.Sorted(slices.Values(webhook.Events)) {
		events = append(events, event)
	}
	return values{"url": webhook.URL, "events": events, "rate_limit": webhook.RateLimit, "rate_limit_period": webhook.RateLimitPeriod}
}

// notSettings are the resource's other attributes, and what decides about them.
var notSettings = map[string]string{
	"id":            "the API",
	"secret":        "the API",
	"hash_function": "the API",
	"archived":      "calls of its own",
	"account_id":    "the query of every call",
	"store_secret":  "the state alone",
}

func TestEveryAttributeIsASettingOrAnException(t *testing.T) {
	t.Parallel()
	settings := provider.Settings()
	for _, attribute := range newWorld(t).unconfigured(t).schemas().ResourceSchemas["cakemail_webhook"].Block.Attributes {
		inPlace, isSetting := settings[attribute.Name]
		_, isException := notSettings[attribute.Name]
		if isSetting == isException {
			t.Errorf("%s: a row of settings: %t, an exception: %t; want one of both", attribute.Name, isSetting, isException)
		}
		if inPlace != samples[attribute.Name].inPlace {
			t.Errorf("the row of %s says %t, the sample %t: does the API change it in place?", attribute.Name, inPlace, !inPlace)
		}
		delete(settings, attribute.Name)
	}
	for name := range settings {
		t.Errorf("the row %s is no attribute of the resource", name)
	}
}

func TestCreateSendsEachSetting(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		s.expectShown(t, "the create", bodies(t, w, cakemailtest.Create)[0], s.first)
		s.expectShown(t, "the state", c.attributes(), s.first)
	})
}

func TestChangeSendsEachSettingAloneOrReplaces(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		id := c.text("id")
		w.api.ResetCalls()
		messages := c.apply(configuration(arguments{s.name: s.second}))

		s.expectShown(t, "the state", c.attributes(), s.second)
		changes, created := bodies(t, w, cakemailtest.Update), w.api.Count(cakemailtest.Create)
		if s.changesInPlace {
			if len(messages) > 0 || len(changes) != 1 || len(changes[0]) != 1 || created != 0 || c.text("id") != id {
				t.Fatalf("want one change in place that says nothing: %d creates, changes %v, messages\n%s", created, changes, indented(messages))
			}
			s.expectShown(t, "the change", changes[0], s.second)
			return
		}
		if len(changes) != 0 || created != 1 || c.text("id") == id {
			t.Errorf("want a replacement: %d creates, changes %v", created, changes)
		}
		s.expectMessageWith(t, messages, "warning", "", "cannot change "+s.name+" in place")
	})
}

// TestASilentAnswerIsFollowedByARead: the answer to a change lacks what was changed.
// Nothing contradicts a change that no answer tells, as little as it does a create.
func TestAChangeThatNoAnswerTells(t *testing.T) {
	t.Parallel()
	eachSetting(t, func(s settingTest) bool { return s.changesInPlace && s.name != "url" }, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: s.rewrite(t, nil)}, cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: s.rewrite(t, nil)})

		w.expectMessages(t, c.apply(configuration(arguments{s.name: s.second})))

		s.expectShown(t, "the state", c.attributes(), s.second)
	})
}

func TestASilentAnswerIsFollowedByARead(t *testing.T) {
	t.Parallel()
	eachSetting(t, changingInPlace, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: s.rewrite(t, nil)})
		c.refresh()
		w.api.ResetCalls()
		planned := c.plan(c.state, block(c.webhook, configuration(arguments{s.name: s.second})))
		messages := c.change(block(c.webhook, configuration(arguments{s.name: s.second})), planned.PlannedState, planned.PlannedPrivate)

		if len(messages) > 0 || w.api.Count(cakemailtest.Show) != 1 {
			t.Errorf("want one read and no message: %v\n%s", w.api.Counts(), indented(messages))
		}
		s.expectShown(t, "the state", c.attributes(), s.second)
	})
}

// TestWhatTheAPIChoosesIsRead: a create leaves the setting to the API, whose answer does not tell it.
func TestWhatTheAPIChoosesIsRead(t *testing.T) {
	t.Parallel()
	eachSetting(t, optional, func(t *testing.T, s settingTest) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(s.form))
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Rewrite: s.rewrite(t, nil)})
		c := w.newCore(t, nil)
		c.mustApply(configuration(arguments{s.name: nil}))

		if w.api.Count(cakemailtest.Show) != 1 {
			t.Errorf("want one read: %v", w.api.Counts())
		}
		before := inJSON(c.attributes()[s.name])
		w.api.SetFaults()
		c.refresh()
		if after := inJSON(c.attributes()[s.name]); before != after {
			t.Errorf("a refresh changes %s from %s to %s", s.name, before, after)
		}
	})
}

// TestAnUnsetSettingStaysKnown while another one changes in place.
func TestAnUnsetSettingStaysKnown(t *testing.T) {
	t.Parallel()
	eachSetting(t, optional, func(t *testing.T, s settingTest) {
		t.Helper()
		c := newWorld(t).newCore(t, nil)
		c.mustApply(configuration(arguments{s.name: nil}))
		changed := configuration(arguments{s.name: nil, "url": samples["url"].second})
		planned := c.decode(c.webhook, c.plan(c.state, block(c.webhook, changed)).PlannedState)
		if !attributesOf(t, planned)[s.name].Equal(attributesOf(t, c.state)[s.name]) {
			t.Errorf("%s is planned as %s", s.name, attributesOf(t, planned)[s.name])
		}
	})
}

func TestAnotherValueInTheAnswerIsAnError(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(s.form))
		c := w.newCore(t, nil)
		w.api.SetFaults(cakemailtest.Fault{Rewrite: s.rewrite(t, s.second)})
		messages := c.apply(configuration(nil))
		s.expectMessageWith(t, messages, "error", s.name, inMessage(s.first), inMessage(s.second))
		s.expectShown(t, "the state", c.attributes(), s.second)
	})
}

func TestAnotherValueInTheAnswerToAChangeIsAnError(t *testing.T) {
	t.Parallel()
	eachSetting(t, changingInPlace, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: s.rewrite(t, s.first)})
		messages := c.apply(configuration(arguments{s.name: s.second}))
		s.expectMessageWith(t, messages, "error", s.name, inMessage(s.first), inMessage(s.second))
	})
}

func TestARefusalLandsOnItsAttribute(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(s.form))
		w.api.SetFaults(cakemailtest.Fault{
			Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","` + s.name + `"],"msg":"not on a Sunday","type":"value_error"}]}`,
		})
		messages := w.newCore(t, nil).apply(configuration(nil))
		s.expectMessageWith(t, messages, "error", s.name, "not on a Sunday")
	})
}

// TestTheInMemoryAPIIsStrict about the type of each setting, else the tests prove little.
func TestTheInMemoryAPIIsStrict(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w := newWorld(t, cakemailtest.WithForm(s.form))
		body := configuration(arguments{s.name: values{}})
		if s.form == cakemailtest.Reference {
			body["event"] = body["events"]
			if list, ok := body["events"].([]string); ok {
				body["event"] = list[0]
			}
		}
		status, answer := w.post(t, "/webhooks", inJSON(body))
		if location := `"` + strings.TrimSuffix(s.name, "s"); status != http.StatusUnprocessableEntity || !strings.Contains(answer, location) {
			t.Errorf("an object for %s is answered %d %s", s.name, status, answer)
		}
	})
}

func TestTheExampleOfEverythingHasEachSetting(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../examples/resources/cakemail_webhook/resource_everything.tf")
	if err != nil {
		t.Fatal(err)
	}
	for name := range provider.Settings() {
		if !strings.Contains(string(example), name) {
			t.Errorf("the example lacks %s", name)
		}
	}
}

func TestEveryViewShowsEachSetting(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		id := c.text("id")
		one, messages := c.data("cakemail_webhook", arguments{"id": id})
		s.expectShown(t, "the data source cakemail_webhook", one, s.first)
		all, others := c.data("cakemail_webhooks", nil)
		s.expectShown(t, "the data source cakemail_webhooks", only(t, all["webhooks"]), s.first)
		if problems := errorsIn(append(messages, others...)); len(problems) > 0 {
			t.Errorf("the data sources fail:\n%s", indented(problems))
		}
		s.expectShown(t, "the list resource", c.list(query{includeResource: true})[0].resource, s.first)
		imported := w.newCore(t, nil)
		if problems := errorsIn(imported.importState(id)); len(problems) > 0 {
			t.Errorf("the import fails:\n%s", indented(problems))
		}
		s.expectShown(t, "the import", imported.attributes(), s.first)
	})
}

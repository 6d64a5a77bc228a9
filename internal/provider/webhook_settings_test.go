package provider_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
)

// settingsOf returns the settings of a webhook in the API, in Go types.
func settingsOf(webhook cakemailtest.Webhook) acctest.Values {
	held := acctest.Values{}
	for name, value := range webhook.Settings() {
		if list, ok := value.([]string); ok {
			elements := []any{}
			for _, element := range slices.Sorted(slices.Values(list)) {
				elements = append(elements, element)
			}
			value = elements
		}
		held[name] = value
	}
	return withNulls(held)
}

// withNulls adds the missing settings as null.
func withNulls(given acctest.Values) acctest.Values {
	complete := acctest.Values{}
	for name := range provider.Settings() {
		complete[name] = nil
	}
	return acctest.With(complete, given)
}

// notSettings are the resource's other attributes, and who decides about them.
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
	for _, attribute := range acctest.NewWorld(t).Unconfigured(t).Schemas().ResourceSchemas["cakemail_webhook"].Block.Attributes {
		name, fixture := attribute.Name, fixtures[attribute.Name]
		inPlace, isSetting := settings[name]
		_, isException := notSettings[name]
		if isSetting == isException {
			t.Errorf("%s: a row of settings: %t, an exception: %t; want one of both", name, isSetting, isException)
		}
		if inPlace != fixture.inPlace {
			t.Errorf("the row of %s says %t, the fixture %t: does the API change it in place?", name, inPlace, fixture.inPlace)
		}
		if isSetting && (fixture.secret != cakemail.IsSecret(name) || fixture.secret != attribute.Sensitive) {
			t.Errorf("%s is secret: the fixture says %t, the client's tag %t, the schema %t",
				name, fixture.secret, cakemail.IsSecret(name), attribute.Sensitive)
		}
		if fixture.secret {
			expectTelltale(t, name, textsOf(fixture.first))
		}
		delete(settings, name)
	}
	for name := range settings {
		t.Errorf("the row %s is not an attribute of the resource", name)
	}
	for name := range fixtures {
		if _, found := provider.Settings()[name]; !found {
			t.Errorf("the fixture %s has no row in the table of settings", name)
		}
	}
}

// expectTelltale wants a secret sample that looks different in each spelling, since the tests need to see it there.
func expectTelltale(t *testing.T, name string, samples []string) {
	t.Helper()
	for _, sample := range samples {
		forms := acctest.Disguises(sample)
		if forms["plain"] != forms["JSON-escaped"] && forms["JSON-escaped"] != forms["HCL-quoted"] && forms["plain"] != forms["path-escaped"] {
			return
		}
	}
	t.Errorf("no text in the first sample of %s has a quotation mark, a space and ${ in it", name)
}

func TestCreateSendsEachSetting(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		s.expectShown(t, "the create", bodies(t, w, cakemailtest.Create)[0], s.first)
		if !strings.Contains(c.Witness.Told(), "Cakemail API call") {
			t.Error("the witness does not see the log, so it proves nothing")
		}
		s.expectShown(t, "the state", attributesOf(c), s.first)
	})
}

func TestChangeSendsEachSettingAloneOrReplaces(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		id := c.Text("id")
		w.API.ResetCalls()
		messages := c.Apply(configuration(acctest.Arguments{s.name: s.second}))

		s.expectShown(t, "the state", attributesOf(c), s.second)
		changes, created := bodies(t, w, cakemailtest.Update), w.API.Count(cakemailtest.Create)
		if s.changesInPlace {
			if len(acctest.ErrorsIn(messages)) > 0 || len(changes) != 1 || len(changes[0]) != 1 || created != 0 || c.Text("id") != id {
				t.Fatalf("want one change in place: %d creates, changes %v, messages\n%s", created, changes, acctest.Indented(messages))
			}
			s.expectShown(t, "the change", changes[0], s.second)
			return
		}
		if len(changes) != 0 || created != 1 || c.Text("id") == id {
			t.Errorf("want a replacement: %d creates, changes %v", created, changes)
		}
		s.expectMessageWith(t, messages, "warning", "", "cannot change "+s.name+" in place")
	})
}

// No answer contradicts it, as with a create.
func TestAChangeThatNoAnswerTells(t *testing.T) {
	t.Parallel()
	eachSetting(t, func(s settingTest) bool { return s.changesInPlace && !s.required && !s.isNone }, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		w.API.SetFaults(
			cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: s.rewrite(t, nil)},
			cakemailtest.Fault{Operation: cakemailtest.Show, Rewrite: s.rewrite(t, nil)},
		)

		w.ExpectMessages(t, c.Apply(configuration(acctest.Arguments{s.name: s.second})))

		s.expectShown(t, "the state", attributesOf(c), s.second)
	})
}

// The answer to a change lacks what was changed.
func TestASilentAnswerIsFollowedByARead(t *testing.T) {
	t.Parallel()
	eachSetting(t, changingInPlace, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Rewrite: s.rewrite(t, nil)})
		c.Refresh()
		w.API.ResetCalls()
		planned := c.Plan(c.State, acctest.Block(c.Webhook, configuration(acctest.Arguments{s.name: s.second})))
		messages := c.Change(acctest.Block(c.Webhook, configuration(acctest.Arguments{s.name: s.second})), planned.PlannedState, planned.PlannedPrivate)

		if len(messages) > 0 || w.API.Count(cakemailtest.Show) != 1 {
			t.Errorf("want one read and no message: %v\n%s", w.API.Counts(), acctest.Indented(messages))
		}
		s.expectShown(t, "the state", attributesOf(c), s.second)
	})
}

// A create leaves the setting to the API, whose answer does not tell it.
func TestWhatTheAPIChoosesIsRead(t *testing.T) {
	t.Parallel()
	eachSetting(t, leftToAPI, func(t *testing.T, s settingTest) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(s.form))
		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Rewrite: s.rewrite(t, nil)})
		c := w.NewCore(t, nil)
		c.MustApply(configuration(acctest.Arguments{s.name: nil}))

		if w.API.Count(cakemailtest.Show) != 1 {
			t.Errorf("want one read: %v", w.API.Counts())
		}
		before := acctest.InJSON(attributesOf(c)[s.name])
		w.API.SetFaults()
		c.Refresh()
		if after := acctest.InJSON(attributesOf(c)[s.name]); before != after {
			t.Errorf("a refresh changes %s from %s to %s", s.name, before, after)
		}
	})
}

// While another setting changes in place.
func TestAnUnsetSettingStaysKnown(t *testing.T) {
	t.Parallel()
	eachSetting(t, optional, func(t *testing.T, s settingTest) {
		t.Helper()
		c := acctest.NewWorld(t).NewCore(t, nil)
		c.MustApply(configuration(acctest.Arguments{s.name: nil}))
		changed := configuration(acctest.Arguments{s.name: nil, "url": fixtures["url"].second})
		planned := c.Decode(c.Webhook, c.Plan(c.State, acctest.Block(c.Webhook, changed)).PlannedState)
		if !acctest.AttributesOf(t, planned)[s.name].Equal(acctest.AttributesOf(t, c.State)[s.name]) {
			t.Errorf("%s is planned as %s", s.name, acctest.AttributesOf(t, planned)[s.name])
		}
	})
}

// A create warns, since an error would taint; a change fails.
func TestAnotherValueInTheAnswerIsSaid(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(s.form))
		c := w.NewCore(t, nil)
		w.API.SetFaults(cakemailtest.Fault{Rewrite: s.rewrite(t, s.second)})
		s.expectMessageWith(t, c.Apply(configuration(nil)), "warning", s.name, s.shownAs(s.first), s.shownAs(s.second))
		s.expectShown(t, "the state", attributesOf(c), s.first)
		c.Refresh()
		s.expectShown(t, "the state after a refresh", attributesOf(c), s.second)
		if s.changesInPlace {
			w, c = s.start(t)
			w.API.SetFaults(cakemailtest.Fault{Rewrite: s.rewrite(t, s.first)})
			messages := c.Apply(configuration(acctest.Arguments{s.name: s.second}))
			s.expectMessageWith(t, messages, "error", s.name, s.shownAs(s.first), s.shownAs(s.second))
		}
	})
}

func TestARefusalLandsOnItsAttribute(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(s.form))
		w.API.SetFaults(cakemailtest.Fault{
			Operation: cakemailtest.Create, Status: 422, Body: `{"detail":[{"loc":["body","` + s.name + `"],"msg":"not on a Sunday","type":"value_error"}]}`,
		})
		messages := w.NewCore(t, nil).Apply(configuration(nil))
		s.expectMessageWith(t, messages, "error", s.name, "not on a Sunday")
	})
}

// If the in-memory API were not strict, the tests would prove little: it refuses other types, and what the fixture
// says that the API refuses.
func TestTheInMemoryAPIIsStrict(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(s.form))
		for name, value := range acctest.With(s.judged, map[string]judgement{"a truth value": refused(true, "")}) {
			body := configuration(acctest.Arguments{s.name: value.value})
			list, isList := body["events"].([]string)
			if body["event"] = body["events"]; isList && s.form == cakemailtest.Reference {
				body["event"] = strings.Join(list, ", ")
			}
			status, answer := postTo(t, w, "/webhooks", acctest.InJSON(body))
			isRefused := status == http.StatusUnprocessableEntity && strings.Contains(answer, `"`+strings.TrimSuffix(s.name, "s"))
			// The reference takes fewer events and periods than the guide.
			isTaken := status == http.StatusCreated || s.form == cakemailtest.Reference && isRefused
			if value.isTaken && !isTaken || !value.isTaken && !isRefused {
				t.Errorf("%s (%.80s): the in-memory API answers %d %s, but the API accepts it: %t", name, acctest.InJSON(value.value), status, answer, value.isTaken)
			}
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
		if !regexp.MustCompile(`(?m)^  ` + name + ` += `).Match(example) {
			t.Errorf("the example does not set %s", name)
		}
	}
}

// A list shows no secret.
func TestEveryViewShowsEachSetting(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		id, inList := c.Text("id"), s.first
		if s.secret {
			inList = nil
		}
		one, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id})
		s.expectShown(t, "the data source cakemail_webhook", one, s.first)
		s.expectLists(t, c, inList)
		imported := w.NewCore(t, nil)
		if problems := acctest.ErrorsIn(append(messages, imported.ImportState(id)...)); len(problems) > 0 {
			t.Errorf("the data source or the import fails:\n%s", acctest.Indented(problems))
		}
		s.expectShown(t, "the import", attributesOf(imported), s.first)
	})
}

// expectLists wants this value of the single webhook in both lists.
func (s settingTest) expectLists(t *testing.T, c *acctest.Core, want any) {
	t.Helper()
	all, messages := c.Data("cakemail_webhooks", nil)
	if problems := acctest.ErrorsIn(messages); len(problems) > 0 {
		t.Fatalf("the data source fails:\n%s", acctest.Indented(problems))
	}
	s.expectShown(t, "the data source cakemail_webhooks", only(t, all["webhooks"]), want)
	s.expectShown(t, "the list resource", c.List(acctest.Query{IncludeResource: true})[0].Resource, want)
}

// It stays as it is known, unless silence means that there is none.
func TestAnAnswerThatDoesNotTellASetting(t *testing.T) {
	t.Parallel()
	eachSetting(t, optional, func(t *testing.T, s settingTest) {
		t.Helper()
		w, c := s.start(t)
		w.API.SetFaults(cakemailtest.Fault{Rewrite: s.rewrite(t, nil)})
		s.expectLists(t, c, nil)
		w.ExpectMessages(t, c.Refresh())
		want := s.first
		if s.isNone {
			want = nil
		}
		s.expectShown(t, "the state", attributesOf(c), want)
		if s.isNone {
			// Empty is the same as none.
			other := w.NewCore(t, nil)
			w.ExpectMessages(t, other.Apply(configuration(acctest.Arguments{s.name: s.second, "url": fixtures["url"].second})))
			s.expectShown(t, "the state", attributesOf(other), s.second)
		}
	})
}

// It is masked, however the provider learned it; each witness checks that.
func TestASecretSettingThatTheAPIRepeats(t *testing.T) {
	t.Parallel()
	eachSetting(t, secretSetting, func(t *testing.T, s settingTest) {
		t.Helper()
		w, creator := s.start(t)
		reader, finder, refresher := w.NewCore(t, nil), w.NewCore(t, nil), w.NewCore(t, nil)
		refresher.State, refresher.Private = creator.State, creator.Private
		id := creator.Text("id")
		_, messages := reader.Data("cakemail_webhook", acctest.Arguments{"id": id})
		_, others := finder.Data("cakemail_webhooks", nil)
		w.ExpectMessages(t, append(messages, others...))

		w.API.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 400, Body: string(acctest.Repeating(textsOf(s.first)))})
		for _, c := range []*acctest.Core{creator, refresher} {
			if len(acctest.ErrorsIn(c.Refresh())) == 0 {
				t.Error("the API repeats the secret, and there is no message")
			}
		}
		for _, c := range []*acctest.Core{reader, finder} {
			if _, messages := c.Data("cakemail_webhook", acctest.Arguments{"id": id}); len(acctest.ErrorsIn(messages)) == 0 {
				t.Error("the API repeats the secret, and there is no message")
			}
		}
	})
}

// Both the provider's delivery and the in-memory API's show it as the fixture says.
func TestADeliveryShowsEachSetting(t *testing.T) {
	t.Parallel()
	eachSetting(t, anySetting, func(t *testing.T, s settingTest) {
		t.Helper()
		if s.delivered == nil {
			t.Fatal("the fixture does not say what a delivery shows")
		}
		receiver := acctest.NewReceiver(t, func(http.ResponseWriter, *http.Request) {})
		w := acctest.NewWorld(t, cakemailtest.WithForm(s.form))
		c := w.NewCore(t, nil)
		c.MustApply(configuration(acctest.Arguments{"url": receiver.Server.URL}))
		if _, messages := c.Invoke(c.Context(), acctest.Arguments{"webhook_id": c.Text("id")}); len(acctest.ErrorsIn(messages)) > 0 {
			t.Fatalf("the test delivery fails:\n%s", acctest.Indented(messages))
		}
		if _, err := w.API.Deliver(t.Context(), c.Text("id"), "Contact.Added"); err != nil {
			t.Fatal(err)
		}
		for _, delivery := range receiver.Deliveries() {
			if shown := s.delivered(delivery); shown != nil && acctest.InJSON(shown) != acctest.InJSON(s.first) {
				t.Errorf("a delivery shows %s = %s, want %s", s.name, acctest.InJSON(shown), acctest.InJSON(s.first))
			}
		}
	})
}

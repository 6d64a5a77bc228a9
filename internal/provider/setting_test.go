package provider_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider"
)

// settingTest is one setting in one form of the API.
type settingTest struct {
	fixture
	form cakemailtest.Form
	name string
	// changesInPlace means that this form of the API can change it.
	changesInPlace bool
	// required means that a configuration must set it.
	required bool
}

func anySetting(settingTest) bool        { return true }
func changingInPlace(s settingTest) bool { return s.changesInPlace }
func optional(s settingTest) bool        { return !s.required }
func leftToAPI(s settingTest) bool       { return !s.required && !s.isNone }
func secretSetting(s settingTest) bool   { return s.secret }

// eachSetting runs the test for every selected row of settings, in both forms.
func eachSetting(t *testing.T, wanted func(settingTest) bool, test func(t *testing.T, s settingTest)) {
	t.Helper()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		for name, inPlace := range provider.Settings() {
			fixture, found := fixtures[name]
			if !found {
				t.Fatalf("%s has no fixture", name)
			}
			s := settingTest{fixture, form, name, inPlace && form == cakemailtest.Reference, fixture.resource == "required"}
			if !wanted(s) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, s)
			})
		}
	})
}

// configuration sets everything to its first sample, with these changes.
func configuration(changes acctest.Arguments) acctest.Arguments {
	config := acctest.Arguments{}
	for name := range provider.Settings() {
		config[name] = fixtures[name].first
	}
	maps.Copy(config, changes)
	return config
}

// start makes a world with a webhook that has the first sample of everything.
func (s settingTest) start(t *testing.T) (*acctest.World, *acctest.Core) {
	t.Helper()
	w := acctest.NewWorld(t, cakemailtest.WithForm(s.form))
	c := w.NewCore(t, nil)
	c.MustApply(configuration(nil))
	return w, c
}

// inMessage is a value as a message shows it.
func inMessage(value any) string {
	switch value := value.(type) {
	case nil:
		return "nothing"
	case []string:
		return strings.Join(value, ", ")
	case map[string]string:
		return acctest.InJSON(value)
	}
	if value == "" {
		return `""`
	}
	if address, err := url.Parse(fmt.Sprint(value)); err == nil && address.Host != "" {
		return address.Scheme + "://" + address.Host
	}
	return fmt.Sprint(value)
}

// shownAs is the value as a message may show it.
func (s settingTest) shownAs(value any) string {
	if s.secret {
		return "differ in a part that messages do not show"
	}
	return inMessage(value)
}

func (s settingTest) expectShown(t *testing.T, where string, attributes acctest.Values, want any) {
	t.Helper()
	if got := acctest.InJSON(attributes[s.name]); got != acctest.InJSON(want) {
		t.Errorf("%s shows %s = %s, want %s", where, s.name, got, acctest.InJSON(want))
	}
}

// bodies returns the JSON bodies of one operation's calls.
func bodies(t *testing.T, w *acctest.World, operation cakemailtest.Operation) []acctest.Values {
	t.Helper()
	var decoded []acctest.Values
	for _, call := range w.API.Calls() {
		if call.Operation != operation {
			continue
		}
		var body acctest.Values
		if err := json.Unmarshal(call.Body, &body); err != nil {
			t.Fatal(err)
		}
		decoded = append(decoded, body)
	}
	return decoded
}

// postTo sends a body that the client would not send.
func postTo(t *testing.T, w *acctest.World, path, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.API.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+cakemailtest.DefaultAccessToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(read)
}

func (s settingTest) expectMessageWith(t *testing.T, messages []acctest.Message, severity, attribute string, parts ...string) {
	t.Helper()
	if !slices.ContainsFunc(messages, func(m acctest.Message) bool {
		return m.Severity == severity && m.Attribute == attribute &&
			!slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(m.Detail, part) })
	}) {
		t.Errorf("no %s on %q says %q:\n%s", severity, attribute, parts, acctest.Indented(messages))
	}
}

// rewrite sets this value of the setting in an answer; nil removes it.
func (s settingTest) rewrite(t *testing.T, value any) func([]byte) []byte {
	t.Helper()
	return func(body []byte) []byte {
		var answer any
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Error(err)
		}
		s.rewriteValue(answer, value)
		return []byte(acctest.InJSON(answer))
	}
}

func (s settingTest) rewriteValue(answer, value any) {
	if list, ok := answer.([]any); ok {
		for _, element := range list {
			s.rewriteValue(element, value)
		}
	}
	object, _ := answer.(acctest.Values)
	for key, field := range object {
		isEvent := key == "event" && s.name == "events"
		switch {
		case value == nil && (key == s.name || isEvent):
			delete(object, key)
		case isEvent:
			object[key] = inMessage(value)
		case key == s.name:
			object[key] = value
		default:
			s.rewriteValue(field, value)
		}
	}
}

// only returns the single element of a list.
func only(t *testing.T, list any) acctest.Values {
	t.Helper()
	elements, _ := list.([]any)
	if len(elements) != 1 {
		t.Fatalf("%d elements, want 1", len(elements))
	}
	element, _ := elements[0].(acctest.Values)
	return element
}

// attributesOf returns the state's attributes in Go types.
func attributesOf(c *acctest.Core) acctest.Values {
	c.T.Helper()
	attributes, _ := acctest.PlainValue(c.T, c.State).(acctest.Values)
	return attributes
}

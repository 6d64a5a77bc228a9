package cakemail_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// The list of events has one home, and the page of the documentation shows all of it.
func TestThePageListsTheKnownEvents(t *testing.T) {
	t.Parallel()
	page := readFile(t, "templates/guides/events-and-deliveries.md.tmpl")
	var forNew, others []string
	for line := range strings.Lines(page) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(line, "`") {
			continue
		}
		resource := strings.TrimSpace(cells[1])
		for column, names := range map[int]*[]string{2: &forNew, 3: &others} {
			for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[column], -1) {
				if !strings.HasPrefix(match[1], resource+".") {
					t.Errorf("%s is in the row of %s", match[1], resource)
				}
				*names = append(*names, match[1])
			}
		}
	}
	all := slices.Sorted(slices.Values(append(slices.Clone(forNew), others...)))
	if want := slices.Sorted(slices.Values(cakemail.KnownEvents)); !slices.Equal(all, want) {
		t.Errorf("the page lists %v, want %v", all, want)
	}
	if want := slices.Sorted(slices.Values(published["the OpenAPI document 1.20.18, for create"])); !slices.Equal(slices.Sorted(slices.Values(forNew)), want) {
		t.Errorf("for new webhooks, the page lists %v, want %v", forNew, want)
	}
}

// The page shows deliveries of the same fields as a test delivery has.
func TestTheExamplesOfDeliveriesAreOfTheirForms(t *testing.T) {
	t.Parallel()
	for path, form := range map[string]cakemail.Form{"examples/deliveries/developer-guide.json": cakemail.FormGuide, "examples/deliveries/api-reference.json": cakemail.FormReference} {
		sample, err := cakemail.EncodeSample(form, "Contact.Added", 42, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fieldsOf(t, []byte(readFile(t, path))), fieldsOf(t, sample); !slices.Equal(got, want) {
			t.Errorf("%s has the fields %v, want %v", path, got, want)
		}
	}
}

func fieldsOf(t *testing.T, body []byte) []string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(fields))
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

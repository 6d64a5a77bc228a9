package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
)

// noSuchEvents are the errors for patterns that match nothing.
var noSuchEvents = map[string]string{
	"Contact?Added": `No event for new webhooks matches "Contact?Added". The nearest is "Contact.Added"`,
	"Emails.*":      `No event for new webhooks matches "Emails.*". The nearest is "Email.*"`,
	"MFA.*": `Cakemail's newest list has no event for new webhooks that matches "MFA.*". Other lists have some. ` +
		"To try one, write its name into events",
	"Order.*": `No event for new webhooks matches "Order.*". Resources with events: Account, Campaign, CampaignLogExport, Contact, ContactsExport, Email, ` +
		"List, ListLogsExport, Segment, Sender, SuppressedEmail, SuppressedEmailsExport, User",
}

func TestEventsFunction_Calls(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	for pattern, want := range map[string][]any{
		"Contact.Added": {"Contact.Added"}, "contact.added": {"Contact.Added"}, "Email.*": {"Email.Bounced", "Email.Clicked"},
	} {
		got, problem := c.Call("events", pattern)
		if events, isSet := got.([]any); problem != nil || !isSet || !slices.Equal(events, want) {
			t.Errorf("%q: got %v (error %v), want %v", pattern, got, problem, want)
		}
	}
}

func TestEventsFunction_RefusesWhatMatchesNothing(t *testing.T) {
	t.Parallel()
	c := acctest.NewWorld(t).Unconfigured(t)
	for pattern, want := range noSuchEvents {
		got, problem := c.Call("events", pattern)
		if problem == nil || problem.Text != want || problem.FunctionArgument == nil || *problem.FunctionArgument != 0 {
			t.Errorf("%q: got %v and the error %+v, want %q on the argument", pattern, got, problem, want)
		}
	}
	long := strings.Repeat("Order", 100)
	if _, problem := c.Call("events", long); problem == nil || strings.Contains(problem.Text, long) {
		t.Errorf("a long pattern: got the error %+v, want only the beginning of the pattern", problem)
	}
}

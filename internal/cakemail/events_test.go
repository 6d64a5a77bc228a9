package cakemail

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// published is copied from Cakemail's documents, not from the client's list.
var published = map[string][]string{
	"the developer guide": {
		"Contact.Added", "Contact.Unsubscribed", "Email.Opened", "Email.Clicked", "Email.Bounced", "Campaign.Sent", "Campaign.Scheduled",
	},
	"the OpenAPI document 1.20.18, for create": {
		"Account.Created", "Account.Updated", "Account.Confirmed", "Account.Deleted", "ContactsExport.Created", "ContactsExport.Deleted",
		"Campaign.Canceled", "Campaign.Created", "Campaign.Unscheduled", "Campaign.Updated", "Campaign.Resumed", "Campaign.Scheduled", "Campaign.Suspended",
		"CampaignLogExport.Created", "User.Created", "User.Deleted", "User.Updated", "User.Confirmed",
		"List.Created", "List.Updated", "List.Deleted", "ListLogsExport.Created", "Segment.Created", "Segment.Updated", "Segment.Deleted",
		"Sender.Created", "Sender.Updated", "Sender.Deleted", "Sender.Confirmed", "Sender.ConfirmationEmailSent",
		"SuppressedEmail.Added", "SuppressedEmail.Removed", "SuppressedEmailsExport.Created", "SuppressedEmailsExport.Deleted",
		"Contact.Added", "Contact.Removed", "Contact.Updated", "Email.Clicked", "Email.Bounced",
	},
	"the SDK's own types": {"Contact.Deleted", "Email.SpamReport", "Campaign.Delivered", "Campaign.Opened", "Campaign.Clicked"},
	"the OpenAPI document 1.18.25": {
		"Account.Created", "Account.Updated", "Account.Confirmed", "Account.Deleted", "Contact.Added", "Contact.Updated", "Contact.Removed",
		"Contact.Tagged", "Contact.Untagged", "ContactsExport.Created", "ContactsExport.Deleted", "Campaign.Canceled", "Campaign.Created",
		"Campaign.Unscheduled", "Campaign.Updated", "Campaign.Resumed", "Campaign.Scheduled", "Campaign.Suspended", "CampaignLogExport.Created",
		"Email.Sent", "Email.Opened", "Email.Clicked", "Email.Bounced", "Email.ReportedAsSpam", "Email.Unsubscribed", "Email.GlobalUnsubscribed",
		"Email.Submitted", "Email.Queued", "Email.Rejected", "Email.Processing", "Email.Delivered", "Email.Error", "User.Created",
		"User.Deleted", "User.LoggedIn", "User.Updated", "User.Confirmed", "List.Created", "List.Updated", "List.Deleted",
		"ListLogsExport.Created", "MFA.RecoveryCodesViewed", "MFA.ChallengeIssued", "MFA.ChallengeCompleted", "MFA.MethodAdded",
		"MFA.MethodActivated", "MFA.MethodDeleted", "Segment.Created", "Segment.Updated", "Segment.Deleted", "Sender.Created", "Sender.Updated",
		"Sender.Deleted", "Sender.Confirmed", "Sender.ConfirmationEmailSent", "SuppressedEmail.Added", "SuppressedEmail.Removed",
		"SuppressedEmailsExport.Created", "SuppressedEmailsExport.Deleted",
	},
}

func TestEvents_ThatArePublishedAreKnown(t *testing.T) {
	for source, names := range published {
		for _, name := range names {
			if !IsKnownEvent(name) || !IsEventShaped(name) || SuggestEvent(name) != name {
				t.Errorf("%s has %s, which is not known, or not of the shape of an event, or %q is suggested", source, name, SuggestEvent(name))
			}
		}
	}
}

func TestEvents_ForNewWebhooksAreThoseOfTheNewestList(t *testing.T) {
	forNew, others := EventsLike("*")
	if want := sorted(published["the OpenAPI document 1.20.18, for create"]); !slices.Equal(forNew, want) {
		t.Errorf("for new webhooks: got %v, want %v", forNew, want)
	}
	if got := sorted(slices.Concat(forNew, others)); !slices.Equal(got, sorted(knownEvents)) {
		t.Errorf("all together: got %v, want every known event", got)
	}
}

func TestEvents_AreFoundByAPattern(t *testing.T) {
	contacts, created := []string{"Contact.Added", "Contact.Removed", "Contact.Updated"}, []string{
		"Account.Created", "Campaign.Created", "CampaignLogExport.Created", "ContactsExport.Created", "List.Created", "ListLogsExport.Created",
		"Segment.Created", "Sender.Created", "SuppressedEmailsExport.Created", "User.Created",
	}
	for pattern, want := range map[string]struct{ forNew, others []string }{
		"Contact.Added": {forNew: contacts[:1]},
		"Contact.*":     {contacts, []string{"Contact.Deleted", "Contact.Tagged", "Contact.Unsubscribed", "Contact.Untagged"}},
		"*.Created":     {forNew: created},
		"C*t.*dd*d":     {forNew: contacts[:1]},
		// Events are equal in any case.
		"CONTACT.ADDED": {forNew: contacts[:1]}, "*.CREATED": {forNew: created}, "contact.r*": {forNew: contacts[1:2]},
		// Only in another list.
		"Email.Opened": {others: []string{"Email.Opened"}}, "user.l*": {others: []string{"User.LoggedIn"}},
		// Not the name of any event.
		"": {}, "Contact": {}, "*.Exploded": {}, " Contact.Added": {}, "Contact.Added*Contact": {},
		// Only * is special.
		"Contact?Added": {}, "Contact.[A]dded": {}, `Contact\.Added`: {}, `Contact.\*`: {}, `Contact.\Added`: {}, "[": {}, `\`: {}, strings.Repeat("*a", 1<<20): {},
	} {
		if forNew, others := EventsLike(pattern); !slices.Equal(forNew, want.forNew) || !slices.Equal(others, want.others) {
			t.Errorf("%.100q: got %v and %v, want %v and %v", pattern, forNew, others, want.forNew, want.others)
		}
	}
}

func TestEvents_PatternsAreSuggestedForSmallTypos(t *testing.T) {
	for pattern, want := range map[string]string{
		"Emails.*": "Email.*", "Email": "Email.*", "email_*": "Email.*", "SupressedEmail.*": "SuppressedEmail.*",
		"*.Creatd": "*.Created", "Contact.Aded": "Contact.Added", "Email.[": "Email.*",
		// Not for new webhooks.
		"Email.Opend": "", "MFAs.*": "",
		"": "", "Order.*": "", strings.Repeat("*", 65): "",
	} {
		if got := SuggestPattern(pattern); got != want {
			t.Errorf("%.100q: got %q, want %q", pattern, got, want)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", path))
	wantNoError(t, err)
	return string(content)
}

// The list of events is kept in one place, and the page of the documentation shows all of it.
func TestEvents_AreAllOnThePage(t *testing.T) {
	page := readFile(t, filepath.Join("templates", "guides", "events-and-deliveries.md.tmpl"))
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
	if got, want := slices.Sorted(slices.Values(slices.Concat(forNew, others))), slices.Sorted(slices.Values(knownEvents)); !slices.Equal(got, want) {
		t.Errorf("the page lists %v, want %v", got, want)
	}
	if got, want := sorted(forNew), sorted(published["the OpenAPI document 1.20.18, for create"]); !slices.Equal(got, want) {
		t.Errorf("for new webhooks, the page lists %v, want %v", got, want)
	}
}

func TestEvents_ThatTheNewestListTakesForNewWebhooks(t *testing.T) {
	for _, name := range knownEvents {
		if want := slices.Contains(published["the OpenAPI document 1.20.18, for create"], name); IsEventForNew(name) != want {
			t.Errorf("%s: got %t, want %t", name, !want, want)
		}
	}
}

func TestEvents_AreShapedInOneWay(t *testing.T) {
	for name, want := range map[string]bool{
		"Contact.Added": true, "A.B": true, "MFA.MethodAdded": true, "Order2.Paid3": true,
		"": false, ".": false, "Contact": false, "Contact.": false, ".Added": false, "Contact.added": false, "contact.Added": false,
		"Contact.Added.Twice": false, "Contact Added": false, "Contact_Added": false, "Contact.Added\n": false, "\nContact.Added": false,
		"Contact..Added": false, "Contäct.Added": false, "2Contact.Added": false,
	} {
		if got := IsEventShaped(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
	for _, name := range []string{"", "contact.added", "Contact.Added ", "Contact.Exploded"} {
		if IsKnownEvent(name) {
			t.Errorf("%q is known", name)
		}
	}
}

func TestEvents_AreSuggestedForSmallTypos(t *testing.T) {
	for name, want := range map[string]string{
		// Only case and separators differ.
		"contact.added": "Contact.Added", "CONTACT_ADDED": "Contact.Added", "contact-added": "Contact.Added", "Contact:Added": "Contact.Added",
		" Contact.Added ": "Contact.Added", "mfa.methodadded": "MFA.MethodAdded",
		// Small typos.
		"Contact.Aded": "Contact.Added", "ContactAdded": "Contact.Added", "Email.Bounce": "Email.Bounced", "Emails.Bounce": "Email.Bounced",
		"Campaign.Cancelled": "Campaign.Canceled", "SupressedEmail.Added": "SuppressedEmail.Added",
		// Too far from every known name.
		"": "", "Order.Paid": "", "Contact.Exploded": "", "User.Login": "", "日本.語": "", ".": "",
		// Too long to read.
		strings.Repeat("a", 10<<20): "", "Contact.Added" + strings.Repeat(" ", 52): "", "Contact.Added" + strings.Repeat(" ", 51): "Contact.Added",
	} {
		if got := SuggestEvent(name); got != want {
			t.Errorf("%.100q: got %q, want %q", name, got, want)
		}
	}
	// Every plan validates each webhook's events several times, and nearly all are known.
	if allocations := testing.AllocsPerRun(100, func() { SuggestEvent("User.Updated") }); allocations > 0 {
		t.Errorf("%.0f allocations for a name that is known", allocations)
	}
}

func FuzzSuggestEvent(f *testing.F) {
	for _, seed := range []string{"", "Contact.Aded", "CAMPAIGN_LOG_EXPORT.CREATED", "日本.語", "\xff\xfe", strings.Repeat(".", 65)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		suggested, known := SuggestEvent(name), IsKnownEvent(name)
		if suggested != "" && !IsKnownEvent(suggested) || known && (suggested != name || !IsEventShaped(name)) {
			t.Errorf("%q: %q is suggested", name, suggested)
		}
		if IsEventShaped(name) && strings.Count(name, ".") != 1 {
			t.Errorf("%q has the shape of an event", name)
		}
	})
}

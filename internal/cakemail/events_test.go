package cakemail_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// published is written down from Cakemail's documents, apart from the client's own list.
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

func TestPublishedEventsAreKnown(t *testing.T) {
	t.Parallel()
	for source, names := range published {
		for _, name := range names {
			if !cakemail.IsKnownEvent(name) {
				t.Errorf("%s has %s, which is not known", source, name)
			}
			if !cakemail.IsEventShaped(name) {
				t.Errorf("%s has %s, which is not of the shape of an event", source, name)
			}
			if got := cakemail.SuggestEvent(name); got != name {
				t.Errorf("for %s itself, %q is suggested", name, got)
			}
		}
	}
}

func TestIsEventShaped(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Contact.Added": true, "A.B": true, "MFA.MethodAdded": true, "Order2.Paid3": true, "Brand.New": true,
		"": false, ".": false, "Contact": false, "Contact.": false, ".Added": false, "contact.added": false, "Contact.added": false,
		"contact.Added": false, "Contact.Added.Twice": false, "Contact Added": false, "Contact_Added": false, "Contact.Added ": false,
		"Contact.Added\n": false, "\nContact.Added": false, "Contact..Added": false, "Contäct.Added": false, "Contact.*": false, "2Contact.Added": false,
	} {
		if got := cakemail.IsEventShaped(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}

func TestIsKnownEventIsExact(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "contact.added", "CONTACT.ADDED", "Contact.Added ", "Contact.Exploded"} {
		if cakemail.IsKnownEvent(name) {
			t.Errorf("%q is known", name)
		}
	}
}

func TestSuggestEvent(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		// Case and separators alone.
		"contact.added": "Contact.Added", "CONTACT.ADDED": "Contact.Added", "contact_added": "Contact.Added", "contact-added": "Contact.Added",
		"Contact:Added": "Contact.Added", " Contact.Added ": "Contact.Added", "mfa.methodadded": "MFA.MethodAdded",
		// Small typos.
		"Contact.Aded": "Contact.Added", "Contat.Added": "Contact.Added", "ContactAdded": "Contact.Added", "Contacts.Added": "Contact.Added",
		"Email.Bounce": "Email.Bounced", "Emails.Bounce": "Email.Bounced", "Email.Click": "Email.Clicked", "Campaign.Cancelled": "Campaign.Canceled",
		"Campain.Sent": "Campaign.Sent", "List.Create": "List.Created", "User.Login": "", "SupressedEmail.Added": "SuppressedEmail.Added",
		// Too far from every known name.
		"": "", "Order.Paid": "", "Contact.Exploded": "", "Invoice.Created": "", "x": "", "日本.語": "", "Email.": "", ".": "",
	} {
		if got := cakemail.SuggestEvent(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestSuggestEventDoesNotReadLongNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("a", 10<<20), strings.Repeat("Contact.Added ", 1000), "Contact.Added" + strings.Repeat(" ", 100)} {
		if got := cakemail.SuggestEvent(name); got != "" {
			t.Errorf("a name of %d bytes: got %q", len(name), got)
		}
	}
}

// Every webhook's events are validated several times in each plan, and nearly all are known.
func TestKnownEventCostsNoSearch(t *testing.T) {
	allocations := testing.AllocsPerRun(100, func() { cakemail.SuggestEvent("User.Updated") })
	if allocations > 0 {
		t.Errorf("%.0f allocations for a name that is known", allocations)
	}
}

func FuzzSuggestEvent(f *testing.F) {
	for _, seed := range []string{"", "contact.added", "Contact.Aded", "CAMPAIGN_LOG_EXPORT.CREATED", "日本.語", "\xff\xfe", strings.Repeat("a", 64), strings.Repeat(".", 65)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		suggested := cakemail.SuggestEvent(name)
		if suggested != "" && !cakemail.IsKnownEvent(suggested) {
			t.Errorf("%q: %q is suggested, which is not known", name, suggested)
		}
		if cakemail.IsKnownEvent(name) && suggested != name {
			t.Errorf("for %q itself, %q is suggested", name, suggested)
		}
		if cakemail.IsKnownEvent(name) && !cakemail.IsEventShaped(name) {
			t.Errorf("%q is known but not of the shape of an event", name)
		}
		if cakemail.IsEventShaped(name) && len(slices.Collect(strings.SplitSeq(name, "."))) != 2 {
			t.Errorf("%q has the shape of an event", name)
		}
	})
}

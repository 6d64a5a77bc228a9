package cakemail

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// knownEvents is the union of the lists that Cakemail has published: the
// OpenAPI documents 1.18.25 and 1.20.18, the developer guide, and the official
// TypeScript SDK 2.2.0. The service's own list moves faster than this one.
var knownEvents = []string{
	"Account.Confirmed", "Account.Created", "Account.Deleted", "Account.Updated",
	"Campaign.Canceled", "Campaign.Clicked", "Campaign.Created", "Campaign.Delivered", "Campaign.Opened",
	"Campaign.Resumed", "Campaign.Scheduled", "Campaign.Sent", "Campaign.Suspended", "Campaign.Unscheduled",
	"Campaign.Updated", "CampaignLogExport.Created",
	"Contact.Added", "Contact.Deleted", "Contact.Removed", "Contact.Tagged", "Contact.Unsubscribed",
	"Contact.Untagged", "Contact.Updated", "ContactsExport.Created", "ContactsExport.Deleted",
	"Email.Bounced", "Email.Clicked", "Email.Delivered", "Email.Error", "Email.GlobalUnsubscribed",
	"Email.Opened", "Email.Processing", "Email.Queued", "Email.Rejected", "Email.ReportedAsSpam",
	"Email.Sent", "Email.SpamReport", "Email.Submitted", "Email.Unsubscribed",
	"List.Created", "List.Deleted", "List.Updated", "ListLogsExport.Created",
	"MFA.ChallengeCompleted", "MFA.ChallengeIssued", "MFA.MethodActivated", "MFA.MethodAdded",
	"MFA.MethodDeleted", "MFA.RecoveryCodesViewed",
	"Segment.Created", "Segment.Deleted", "Segment.Updated",
	"Sender.ConfirmationEmailSent", "Sender.Confirmed", "Sender.Created", "Sender.Deleted", "Sender.Updated",
	"SuppressedEmail.Added", "SuppressedEmail.Removed", "SuppressedEmailsExport.Created", "SuppressedEmailsExport.Deleted",
	"User.Confirmed", "User.Created", "User.Deleted", "User.LoggedIn", "User.Updated",
}

var eventShape = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*\.[A-Z][A-Za-z0-9]*$`)

// IsEventShaped tells whether the name has the shape Resource.Action, both in PascalCase.
func IsEventShaped(name string) bool {
	return eventShape.MatchString(name)
}

// IsKnownEvent tells whether Cakemail has published the name of this event.
func IsKnownEvent(name string) bool {
	return slices.Contains(knownEvents, name)
}

// farthestSuggestion is the number of edits from which on a name is no typo any more.
const farthestSuggestion = 3

// SuggestEvent returns the known event that the name differs from only in case
// or by a small typo, or "".
func SuggestEvent(name string) string {
	if IsKnownEvent(name) {
		return name
	}
	const longestName = 64
	if len(name) > longestName {
		return ""
	}
	wanted := strings.ToLower(strings.NewReplacer("_", ".", "-", ".", ":", ".", " ", "").Replace(name))
	best, bestDistance := "", farthestSuggestion
	for _, known := range knownEvents {
		distance := levenshtein.Distance(wanted, strings.ToLower(known), nil)
		if distance < bestDistance || distance == 0 {
			best, bestDistance = known, distance
		}
	}
	return best
}

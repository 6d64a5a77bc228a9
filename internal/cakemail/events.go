package cakemail

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// eventsForNew are the events that Cakemail's newest list accepts for new webhooks: create in the OpenAPI
// document 1.20.18. The service's own list changes faster.
var eventsForNew = []string{
	"Account.Confirmed", "Account.Created", "Account.Deleted", "Account.Updated",
	"Campaign.Canceled", "Campaign.Created", "Campaign.Resumed", "Campaign.Scheduled", "Campaign.Suspended", "Campaign.Unscheduled",
	"Campaign.Updated", "CampaignLogExport.Created",
	"Contact.Added", "Contact.Removed", "Contact.Updated", "ContactsExport.Created", "ContactsExport.Deleted",
	"Email.Bounced", "Email.Clicked",
	"List.Created", "List.Deleted", "List.Updated", "ListLogsExport.Created",
	"Segment.Created", "Segment.Deleted", "Segment.Updated",
	"Sender.ConfirmationEmailSent", "Sender.Confirmed", "Sender.Created", "Sender.Deleted", "Sender.Updated",
	"SuppressedEmail.Added", "SuppressedEmail.Removed", "SuppressedEmailsExport.Created", "SuppressedEmailsExport.Deleted",
	"User.Confirmed", "User.Created", "User.Deleted", "User.Updated",
}

// otherEvents are only in other lists of Cakemail: the OpenAPI document 1.18.25, the developer guide, and
// the official TypeScript SDK 2.2.0.
var otherEvents = []string{
	"Campaign.Clicked", "Campaign.Delivered", "Campaign.Opened", "Campaign.Sent",
	"Contact.Deleted", "Contact.Tagged", "Contact.Unsubscribed", "Contact.Untagged",
	"Email.Delivered", "Email.Error", "Email.GlobalUnsubscribed", "Email.Opened", "Email.Processing", "Email.Queued",
	"Email.Rejected", "Email.ReportedAsSpam", "Email.Sent", "Email.SpamReport", "Email.Submitted", "Email.Unsubscribed",
	"MFA.ChallengeCompleted", "MFA.ChallengeIssued", "MFA.MethodActivated", "MFA.MethodAdded",
	"MFA.MethodDeleted", "MFA.RecoveryCodesViewed",
	"User.LoggedIn",
}

var knownEvents = slices.Concat(eventsForNew, otherEvents)

var eventShape = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*\.[A-Z][A-Za-z0-9]*$`)

// IsEventForNew reports whether Cakemail's newest list accepts the event for new webhooks.
func IsEventForNew(name string) bool {
	return slices.Contains(eventsForNew, name)
}

// IsEventShaped reports whether the name has the form Resource.Action, both in PascalCase.
func IsEventShaped(name string) bool {
	return eventShape.MatchString(name)
}

// IsKnownEvent reports whether Cakemail has published this event.
func IsKnownEvent(name string) bool {
	return slices.Contains(knownEvents, name)
}

// onlyStars keeps path.Match from giving any other character than * a meaning.
var onlyStars = strings.NewReplacer("?", `\?`, "[", `\[`, `\`, `\\`)

// EventsLike returns the events that match the pattern in any case, where * stands for any text: those that
// the newest list accepts for new webhooks, and the others.
func EventsLike(pattern string) (forNew, others []string) {
	pattern = onlyStars.Replace(strings.ToLower(pattern))
	like := func(events []string) []string {
		return slices.DeleteFunc(slices.Clone(events), func(name string) bool {
			matches, _ := path.Match(pattern, strings.ToLower(name))
			return !matches
		})
	}
	return like(eventsForNew), like(otherEvents)
}

// EventResources returns the resources of the events for new webhooks, the part before the dot.
func EventResources() []string {
	var resources []string
	for _, name := range eventsForNew {
		resource, _, _ := strings.Cut(name, ".")
		resources = append(resources, resource)
	}
	return sorted(resources)
}

// SuggestEvent returns the known event that differs from the name only in case or by a small typo, or "".
func SuggestEvent(name string) string {
	if IsKnownEvent(name) {
		return name
	}
	return nearest(name, knownEvents)
}

// SuggestPattern suggests a pattern instead of one that matches no event for new webhooks: one of these
// events, all of a resource, or all of an action.
func SuggestPattern(pattern string) string {
	patterns := slices.Clone(eventsForNew)
	for _, name := range eventsForNew {
		resource, action, _ := strings.Cut(name, ".")
		patterns = append(patterns, resource+".*", "*."+action)
	}
	return nearest(pattern, patterns)
}

// farthestSuggestion is the number of edits from which on a name is not a typo.
const farthestSuggestion = 3

func nearest(name string, candidates []string) string {
	const longestName = 64
	if len(name) > longestName {
		return ""
	}
	wanted := strings.ToLower(strings.NewReplacer("_", ".", "-", ".", ":", ".", " ", "").Replace(name))
	best, bestDistance := "", farthestSuggestion
	for _, candidate := range candidates {
		distance := levenshtein.Distance(wanted, strings.ToLower(candidate), nil)
		if distance < bestDistance || distance == 0 {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

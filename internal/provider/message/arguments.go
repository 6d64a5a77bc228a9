package message

import (
	"fmt"
	"strings"
)

// What can be wrong with a URL; each completes a sentence that begins with its name.
const (
	IsEmpty         = "is empty"
	IsInvisible     = "holds a space or an invisible character: use trimspace() or urlencode()"
	HasNoScheme     = "does not begin with https:// or http://"
	IsUnreadable    = "cannot be read, perhaps because of a %, [, : or # that is not urlencode()d"
	HasNoHost       = "has no host"
	HasWrongPort    = "has a port that is not a number from 1 to 65535"
	HasMoreThanPath = "holds a query, a fragment or a user name, which the API's address cannot have"
)

// IsTooLong says how long a text is, and may be, in characters.
func IsTooLong(length, longest int) string {
	return fmt.Sprintf("is %d characters long; at most %d are allowed", length, longest)
}

// invalid is for the value of an argument or of an environment variable.
func invalid(name string, lines ...string) Message {
	name = strings.TrimSuffix(strings.TrimPrefix(name, InEnvironment("")), InBlock(""))
	return problem("Invalid "+name, lines...)
}

// URL is for what is not the URL of a webhook or of the API.
func URL(name, wrong, example string) Message {
	return invalid(name, inFront(name)+" "+wrong+".", "Use an absolute URL such as "+example+".")
}

// What can be wrong with an access token.
const (
	TokenIsEmpty   = "is empty. Leave it out to use CAKEMAIL_ACCESS_TOKEN, or email and password."
	TokenHasBearer = "begins with Bearer. Leave that word out: the provider adds it."
	TokenHasSpace  = "holds a space, a line break or a letter that no token has.\n" +
		"A token from a file often ends in a line break: use trimspace()."
	TokenHasBracket = "holds a quotation mark, a bracket or a $, which no token has.\n" +
		"In a file of variables, quotation marks can become part of the value."
)

// AccessToken is for what is not an access token. It is never quoted.
func AccessToken(name, wrong string) Message { return invalid(name, inFront(name)+" "+wrong) }

// EmailAddress is for what is not one. It is not quoted: it may be a password in the wrong place.
func EmailAddress(name string) Message {
	return invalid(name, inFront(name)+" is not an e-mail address, such as ops@example.com.",
		"Leave it out to use the environment variable CAKEMAIL_EMAIL.")
}

// Empty is for an argument that is "", mostly from a variable that nobody set.
func Empty(name, variable string) Message {
	return invalid(name, name+" is empty.", "Leave it out to use the environment variable "+variable+".")
}

// AccountVariable is for an account in the environment that is none.
func AccountVariable(name string) Message {
	return invalid(name, inFront(name)+" is not a whole number of at least 1.", "Set it to the account's number, for example 42, or unset it.")
}

// TooSmall is for a number below the least.
func TooSmall(name string, least int64) Message {
	advice := map[string]string{"rate_limit": " To pause deliveries, set archived = true."}[name]
	return invalid(name, fmt.Sprintf("%s must be at least %d.%s", name, least, advice))
}

// OutOfRange is for a number outside two limits.
func OutOfRange(name string, least, most int64) Message {
	return invalid(name, fmt.Sprintf("%s must be from %d to %d.", name, least, most))
}

// NotWhole is for a number with a fraction, or one that is too large.
func NotWhole(name, number string) Message {
	return invalid(name, name+" is "+number+". Use a whole number, such as 20.")
}

// NotAPeriod is for what is not one of the periods. The suggestion can be "".
func NotAPeriod(name, value, suggestion string, periods []string) Message {
	advice := didYouMean(suggestion)
	if advice == "" {
		advice = " Use " + strings.Join(periods, ", ") + "."
	}
	return invalid(name, quoted(value)+" is not a period."+advice)
}

// WebhookID is for what cannot be an id.
func WebhookID(name string, cause error) Message {
	return invalid(name, name+" is not the id of a webhook: "+cause.Error()+".",
		"Use the id that Cakemail shows, such as 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9.")
}

// Event is for what cannot be the name of an event. The suggestion can be "".
func Event(name, suggestion string) Message {
	return problem("Invalid event name", "Cakemail does not accept the event "+quoted(name)+"."+didYouMean(suggestion),
		"An event is named Resource.Action, such as Contact.Added. All names:", guide("events-and-deliveries"))
}

// UnknownEvent is for a name that was not published when this version was made.
func UnknownEvent(name, suggestion string) Message {
	return warning("Unknown event name", "Cakemail may not accept the event "+quoted(name)+"."+didYouMean(suggestion),
		"This version of the provider does not know it, and the API decides. All names:", guide("events-and-deliveries"))
}

// NoEvents is for an empty set.
func NoEvents() Message {
	return problem("No event", `events is empty. Name at least one, for example events = ["Contact.Added"].`,
		"To stop the deliveries of a webhook, set archived = true instead.")
}

const importForms = "Use the webhook's id, or ACCOUNT_ID/ID for another account than the provider's.\n" +
	"Add " + WithoutSecret + " to keep the secret out of the state."

// What can be wrong with an import id.
const (
	IsAURL         = "A webhook cannot be imported by its URL."
	HasWrongEnd    = "The part after the question mark is not known."
	HasWrongNumber = "The part before the slash must be an account number."
)

// InvalidImport is for an import id that cannot be read. What was given is "" where it can
// hold credentials.
func InvalidImport(wrong, given string) Message {
	if given != "" {
		given = "The import id is " + quoted(given) + "."
	}
	return problem("Invalid import id", wrong, given, importForms)
}

// ImportsNothing is for an import id that cannot name a webhook.
func ImportsNothing(cause error) Message {
	return problem("Invalid import id", "It names no webhook: "+cause.Error()+".", importForms)
}

// InvalidAccount is for an account in an identity that cannot be one.
func InvalidAccount(account int64) Message {
	return problem("Invalid import id", fmt.Sprintf("The account %d of the identity is not an account number.", account), importForms)
}

package message

import (
	"cmp"
	"fmt"
	"strings"
)

// Provider is what messages say about the provider's configuration.
type Provider struct {
	// Address is the API's address, AddressFrom its source; "" means the default.
	Address, AddressFrom string
	// Credentials are the credentials of calls, from [Token] or [Login].
	Credentials string
}

func (p Provider) address() string {
	if p.AddressFrom == "" {
		return "The address is the default, " + p.Address + "."
	}
	return fmt.Sprintf("Check %s, which is %s.", strings.TrimSuffix(inShort(p.AddressFrom), InBlock("")), shortened(p.Address, 40))
}

// ownAddress is address unless that is the default.
func (p Provider) ownAddress() string {
	if p.AddressFrom == "" {
		return ""
	}
	return p.address()
}

// InBlock names an argument in the provider block.
func InBlock(argument string) string { return argument + " in the provider block" }

// InEnvironment names an environment variable.
func InEnvironment(variable string) string { return "the environment variable " + variable }

// inShort returns only the name of an environment variable.
func inShort(from string) string { return strings.TrimPrefix(from, InEnvironment("")) }

// Token names an access token by its source.
func Token(from string) string { return inShort(from) }

// Login names an e-mail address and a password by their sources.
func Login(emailFrom, passwordFrom string) string {
	return inShort(emailFrom) + " and " + inShort(passwordFrom)
}

// NoCredentials is for a provider without credentials.
func NoCredentials() Message {
	return problem("Missing Cakemail credentials", "Set access_token in the provider block, or CAKEMAIL_ACCESS_TOKEN.",
		"Or set email and password, or CAKEMAIL_EMAIL and CAKEMAIL_PASSWORD.",
		"A user with multi-factor authentication needs an access token.")
}

// HalfALogin is for an e-mail address without a password, or the other way round.
func HalfALogin(missing, variable, presentFrom string) Message {
	return problem("Missing "+missing, fmt.Sprintf("There is %s, but no %s.", inShort(presentFrom), missing),
		fmt.Sprintf("Set %s in the provider block, or %s.", missing, variable)).On(missing)
}

// TwoCredentials is for a provider block with both kinds.
func TwoCredentials() Message {
	return problem("Two kinds of credentials", "Set access_token, or email and password, not both.").On("access_token")
}

// Unencrypted warns of an address without TLS.
func Unencrypted(name, host string) Message {
	return warning("Unencrypted connection", inFront(name)+" begins with http://.",
		"Credentials and secrets travel to "+short(host)+" unencrypted. Use https://.")
}

// NotKnownYet is for arguments of the provider whose values are known only after apply.
func NotKnownYet(unknown []string) Message {
	return problem("The provider's configuration is not known yet",
		"The provider needs "+strings.Join(unknown, " and ")+" now, but Terraform knows that only after apply.",
		"Use a known value, or first apply the resource that it comes from:", block("terraform apply -target=SOURCE_ADDRESS"))
}

// NotRefreshed is for a webhook that cannot be read because of NotKnownYet.
func NotRefreshed(about Subject, unknown []string) Message {
	return warning("The webhook was not refreshed", "The plan shows "+about.String()+" as it is in the state.", NotKnownYet(unknown).Text)
}

// inFront starts a sentence with the name.
func inFront(name string) string {
	if rest, found := strings.CutPrefix(name, "the "); found {
		return "The " + rest
	}
	return name
}

// What can be wrong with a value. Each completes a sentence that begins with the name.
const (
	IsEmpty         = "is empty."
	IsInvisible     = "has a space or an invisible character. Remove it, or percent-encode it with urlencode()."
	HasNoScheme     = "does not begin with https:// or http://."
	IsUnreadable    = "cannot be parsed. A %, [, : or # may need percent-encoding with urlencode()."
	HasNoHost       = "has no host."
	HasWrongPort    = "needs a port from 1 to 65535."
	HasMoreThanPath = "must not have a query, a fragment or a user name."

	TokenIsEmpty    = "is empty. Leave it out to use CAKEMAIL_ACCESS_TOKEN, or email and password."
	TokenHasBearer  = "begins with Bearer. Remove that word: the provider adds it."
	TokenHasBracket = "has a quotation mark, a bracket or a $, which no token has.\n" +
		"In an env file, quotation marks can become part of the value."

	IsNoEmailAddress = "is not an e-mail address, such as ops@example.com."
	IsNoAccount      = "must be an account number, for example 42, or unset."
)

// TokenHasSpace names the usual reason, which depends on the token's source.
func TokenHasSpace(from string) string {
	return "has a space, a line break or another character that no token has.\n" +
		withoutBreak(from, "A token from a file often ends in a line break: use trimspace().")
}

// HasLineBreak is for a password or an e-mail address from this source.
func HasLineBreak(from string) string {
	return "begins or ends with a line break.\n" + withoutBreak(from, `Remove it, for example with trim(VALUE, "\r\n").`)
}

// withoutBreak returns the advice for the configuration, or the same for a shell.
func withoutBreak(from, advice string) string {
	variable, isVariable := strings.CutPrefix(from, InEnvironment(""))
	if !isVariable {
		return advice
	}
	return text("Remove it. For a value from a file:", block("export "+variable+`=$(tr -d '\r\n' < FILE)`))
}

// Proxy warns about a variable that Go cannot use. It does not quote the value, which can hold a password.
func Proxy(variable string) Message {
	unused := Invalid(InEnvironment(variable), "is not the address of a proxy, so calls may bypass it.\n"+
		"Example: http://user:password@proxy.example.com:3128. Percent-encode %, / and @ in the password.")
	unused.IsWarning = true
	return unused
}

// IsTooLong gives the length and the limit, in characters.
func IsTooLong(length, longest int) string {
	return fmt.Sprintf("has %d characters. At most %d are allowed.", length, longest)
}

// Invalid is for an argument or an environment variable. It does not quote the value, which may be a misplaced secret.
func Invalid(name, wrong string) Message {
	title := strings.TrimSuffix(strings.TrimPrefix(name, InEnvironment("")), InBlock(""))
	return problem("Invalid "+title, inFront(name)+" "+wrong)
}

// URL is for an invalid URL of a webhook or of the API.
func URL(name, wrong, example string) Message {
	return Invalid(name, wrong+"\nUse an absolute URL such as "+example+".")
}

// Empty is for an argument that is "", mostly from an unset variable.
func Empty(name, variable string) Message {
	return Invalid(name, IsEmpty+OrFrom(variable))
}

// OrFrom names the environment variable to use instead.
func OrFrom(variable string) string {
	return "\nLeave it out to use the environment variable " + variable + "."
}

// OutOfRange is for a number below least or above most; most = 0 means no upper limit.
func OutOfRange(name string, least, most int64) Message {
	switch {
	case most > 0:
		return Invalid(name, fmt.Sprintf("must be from %d to %d.", least, most))
	case name == "rate_limit":
		return Invalid(name, fmt.Sprintf("must be at least %d. To pause deliveries, set archived = true.", least))
	default:
		return Invalid(name, fmt.Sprintf("must be at least %d.", least))
	}
}

// NotWhole is for a number that has a fraction or is too large.
func NotWhole(name, number string) Message {
	return Invalid(name, "is "+number+". Use a whole number.")
}

// WebhookID is for a value that cannot be an id.
func WebhookID(name string, cause error) Message {
	return Invalid(name, "is not a webhook's id: "+cause.Error()+
		".\nUse the id that Cakemail shows, such as 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9.")
}

// NotAPeriod is for an unknown period. The suggestion can be "".
func NotAPeriod(name, value, suggestion string, periods []string) Message {
	advice := cmp.Or(didYouMean(suggestion), " Use one of "+strings.Join(periods, ", ")+".")
	return problem("Invalid "+name, quoted(value)+" is not a period."+advice)
}

// Event is for a name that is unknown or cannot be an event. The suggestion can be "".
func Event(name, suggestion string, canBe bool) Message {
	if canBe {
		return warning("Unknown event name", notAccepted("might not", name, suggestion),
			"This provider version does not know it. All names:", guide("events-and-deliveries"))
	}
	return problem("Invalid event name", notAccepted("does not", name, suggestion),
		"Names have the form Resource.Action, such as Contact.Added. All names:", guide("events-and-deliveries"))
}

// OldEvents is for a new webhook with events that are only in older lists.
func OldEvents(names []string) Message {
	return warning("Event missing from Cakemail's newest list",
		"Cakemail might not accept "+shortened(strings.Join(names, ", "), 120)+" for a new webhook.",
		"All names:", guide("events-and-deliveries")).On("events")
}

func notAccepted(how, event, suggestion string) string {
	return "Cakemail " + how + " accept the event " + quoted(event) + "." + didYouMean(suggestion)
}

func didYouMean(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", suggestion)
}

// NoEventLike is for a function's argument that matches no event for new webhooks. nearest is a pattern that does,
// or "". isInOtherList means that another list has such an event. resources are all that have events. Terraform
// adds the period.
func NoEventLike(pattern, nearest string, isInOtherList bool, resources []string) string {
	if isInOtherList {
		return "Cakemail's newest list has no event for new webhooks that matches " + quoted(pattern) +
			". Other lists have some. To try one, write its name into events"
	}
	advice := fmt.Sprintf("The nearest is %q", nearest)
	if nearest == "" {
		advice = "Resources with events: " + strings.Join(resources, ", ")
	}
	return "No event for new webhooks matches " + quoted(pattern) + ". " + advice
}

// NoEvents is for an empty set.
func NoEvents() Message {
	return problem("No event", `events is empty. Name at least one, for example events = ["Contact.Added"].`,
		"To pause deliveries, set archived = true.")
}

// What can be wrong with an import id or an identity.
const (
	IsAURL          = "A webhook cannot be imported by its URL."
	HasWrongEnd     = "The part after the question mark is unknown."
	HasWrongNumber  = "The part before the slash must be an account number."
	HasWrongAccount = "The account_id of the identity must be an account number."
)

// NamesNothing is for a text that cannot be a webhook's id.
func NamesNothing(cause error) string { return "This is not a webhook's id: " + cause.Error() + "." }

// NotImported is for an import that does not find its webhook.
func NotImported(about Subject) Message {
	return problem(
		"There is no webhook "+quoted(about.ID),
		"It is not in "+accountName(about.Account)+". Check the id: case, spaces and quotation marks matter.",
		"To import from another account, use ACCOUNT_ID/ID.",
		"The data source cakemail_webhooks lists the webhooks of an account.",
	)
}

// InvalidImport quotes the import id, unless given is "" because it can hold credentials.
func InvalidImport(wrong, given string) Message {
	if given != "" {
		given = "The import id is " + quoted(given) + "."
	}
	return problem("Invalid import id", wrong, given, "Use the webhook's id, or ACCOUNT_ID/ID for another account.",
		"Add "+WithoutSecret+" to keep the secret out of the state.")
}

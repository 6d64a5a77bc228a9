package message

import (
	"fmt"
	"strings"
)

// Provider is what messages say of the provider's configuration.
type Provider struct {
	// Address is the API's, and AddressFrom where it comes from; "" is the default.
	Address, AddressFrom string
	// Credentials are those that calls use, from [Token] or [Login].
	Credentials string
}

func (p Provider) address() string {
	if p.AddressFrom == "" {
		return "The address is the default, " + p.Address + "."
	}
	return fmt.Sprintf("Check the address %s, from %s.", shortened(p.Address, 50), strings.TrimPrefix(p.AddressFrom, InEnvironment("")))
}

// InBlock says that a value comes from the provider block.
func InBlock(argument string) string { return argument + " in the provider block" }

// InEnvironment says that a value comes from the environment.
func InEnvironment(variable string) string { return "the environment variable " + variable }

// Token names an access token by where it comes from.
func Token(from string) string { return "the access token from " + from }

// Login names an e-mail address and a password by where they come from.
func Login(emailFrom, passwordFrom string) string {
	return "the e-mail address from " + emailFrom + " and the password from " + passwordFrom
}

// NoCredentials is for a provider without any.
func NoCredentials() Message {
	return problem("Missing Cakemail credentials", "Set access_token in the provider block, or CAKEMAIL_ACCESS_TOKEN.",
		"Or set email and password, or CAKEMAIL_EMAIL and CAKEMAIL_PASSWORD.",
		"Accounts with multi-factor authentication need the access token.")
}

// HalfALogin is for an e-mail address without a password, or the other way round.
func HalfALogin(missing, variable, presentFrom string) Message {
	return problem("Missing "+missing, fmt.Sprintf("%s is set, but no %s.", inFront(presentFrom), missing),
		fmt.Sprintf("Set %s in the provider block, or the environment variable %s.", missing, variable)).On(missing)
}

// TwoCredentials is for a provider block with both kinds.
func TwoCredentials() Message {
	return problem("Two kinds of credentials", "Set access_token, or email and password, not both.").On("access_token")
}

// Unencrypted warns of an address without TLS.
func Unencrypted(name, host string) Message {
	return warning("Unencrypted connection", inFront(name)+" begins with http://.",
		"So credentials and secrets travel to "+short(host)+" unencrypted. Use https://.")
}

// NotKnownYet is for arguments of the provider that come from what is still to be applied.
func NotKnownYet(unknown []string) Message {
	return problem("The provider's configuration is not known yet",
		"The provider's "+strings.Join(unknown, " and ")+" will be known only after apply, so Cakemail cannot be called.",
		"Give it a value that is known, or first apply what it comes from:", block("terraform apply -target=ADDRESS"))
}

// NotRefreshed is for a webhook that cannot be read for the same reason.
func NotRefreshed(about Subject, unknown []string) Message {
	shown := inFront(about.String()) + " is shown as the state has it."
	return warning("The webhook was not refreshed", shown, NotKnownYet(unknown).Text)
}

// inFront begins a sentence.
func inFront(name string) string {
	if rest, found := strings.CutPrefix(name, "the "); found {
		return "The " + rest
	}
	return name
}

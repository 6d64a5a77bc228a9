package provider

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

var (
	_ validator.String = check{}
	_ validator.Set    = check{}
)

// check is a validator of known values.
type check struct {
	// wants completes the sentence "The value must be ...".
	wants string
	// problem reports what is wrong with a value, and warning, if there is one, what is doubtful about another.
	problem, warning report
}

// report says something of the value at a path, or nothing.
type report func(diags *diag.Diagnostics, at path.Path, value attr.Value)

// Description implements [validator.Describer].
func (c check) Description(context.Context) string { return c.wants }

// MarkdownDescription implements [validator.Describer].
func (c check) MarkdownDescription(context.Context) string { return c.wants }

// ValidateString implements [validator.String].
func (c check) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	c.judge(&resp.Diagnostics, req.Path, req.ConfigValue)
}

// ValidateSet implements [validator.Set].
func (c check) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	c.judge(&resp.Diagnostics, req.Path, req.ConfigValue)
}

func (c check) judge(diags *diag.Diagnostics, at path.Path, value attr.Value) {
	if value.IsNull() || value.IsUnknown() {
		return
	}
	if c.problem(diags, at, value); c.warning != nil && !diags.HasError() {
		c.warning(diags, at, value)
	}
}

// textCheck refuses a text with a sentence that begins with the argument's name, and
// that problem completes: "" is for a good text.
func textCheck(wants, summary string, problem func(text string) string, advice string) check {
	return check{wants: wants, problem: func(diags *diag.Diagnostics, at path.Path, value attr.Value) {
		if wrong := problem(as[types.String](value).ValueString()); wrong != "" {
			diags.AddAttributeError(at, summary, at.String()+" "+wrong+advice)
		}
	}}
}

var (
	accessToken  = textCheck("an access token without spaces or line breaks", "Invalid access token", tokenProblem, "")
	emailAddress = textCheck("an e-mail address", "Invalid e-mail address", emailProblem, insteadUse(envEmail))
	webhookID    = textCheck("the id of a webhook", "Invalid webhook id", idProblem,
		". Use the id that Cakemail shows, for example 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9.")
	receiverURL = textCheck("an absolute http or https URL with a host, at most 2083 characters long", "Invalid URL", receiverProblem,
		". Use an absolute URL such as https://example.com/cakemail.")
	baseURL = check{
		wants:   receiverURL.wants,
		problem: textCheck("", "Invalid URL", baseURLProblem, ". Use an absolute URL such as "+cakemail.DefaultBaseURL+".").problem,
		warning: func(diags *diag.Diagnostics, at path.Path, value attr.Value) {
			if doubt := baseURLWarning(as[types.String](value).ValueString()); doubt != "" {
				diags.AddAttributeWarning(at, "Unencrypted connection", at.String()+" "+doubt)
			}
		},
	}
	// eventName also suggests the event that was probably meant.
	eventName = check{
		wants: "the name of an event, Resource.Action, such as Contact.Added",
		problem: func(diags *diag.Diagnostics, at path.Path, value attr.Value) {
			if name := as[types.String](value).ValueString(); !cakemail.IsEventShaped(name) {
				reportInvalidEvent(diags, at, name, cakemail.SuggestEvent(name))
			}
		},
		warning: func(diags *diag.Diagnostics, at path.Path, value attr.Value) {
			if name := as[types.String](value).ValueString(); !cakemail.IsKnownEvent(name) {
				warnUnknownEvent(diags, at, name, cakemail.SuggestEvent(name))
			}
		},
	}
	// someEvents also says how to stop deliveries, as the library's validator would not.
	someEvents = check{wants: "at least one event", problem: func(diags *diag.Diagnostics, at path.Path, value attr.Value) {
		if len(as[types.Set](value).Elements()) == 0 {
			reportNoEvents(diags, at)
		}
	}}
)

// notEmpty refuses "", which mostly comes from a variable that nobody set. The
// environment variable is the one to use instead.
func notEmpty(variable string) check {
	return textCheck("not empty", "Empty value", func(text string) string {
		if text == "" {
			return "is empty."
		}
		return ""
	}, insteadUse(variable))
}

func insteadUse(variable string) string {
	return " Leave it out to use the environment variable " + variable + "."
}

func receiverProblem(value string) string {
	parsed, err := url.Parse(value)
	switch length := utf8.RuneCountInString(value); {
	case length == 0:
		return "is empty"
	case length > longestURL:
		return fmt.Sprintf("is %d characters long; at most %d are allowed", length, longestURL)
	case strings.ContainsFunc(value, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) || r == utf8.RuneError }):
		return "holds a space, a line break or another invisible character, which cannot be in a URL; " +
			"trimspace() removes them at the ends, urlencode() escapes them within"
	case !strings.Contains(value, "://"):
		return "does not begin with https:// or http://"
	case err != nil:
		return "is not a URL that can be read, perhaps because of a stray %, [ or : in it, or a # or / in a password; urlencode() escapes them"
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return "does not begin with https:// or http://"
	case parsed.Hostname() == "":
		return "has no host"
	}
	if port, err := strconv.ParseUint(parsed.Port(), 10, 16); parsed.Port() != "" && (err != nil || port == 0) {
		return "has a port that is not a number from 1 to 65535"
	}
	return ""
}

// baseURLProblem also refuses what cannot be followed by a path.
func baseURLProblem(value string) string {
	problem := receiverProblem(value)
	parsed, err := url.Parse(value)
	if problem == "" && err == nil && (strings.ContainsAny(value, "?#") || parsed.User != nil) {
		return "holds a query, a fragment or a user name, which the address of the API cannot have"
	}
	return problem
}

// baseURLWarning completes a sentence that begins with the argument's name.
func baseURLWarning(value string) string {
	parsed, err := url.Parse(value)
	if err != nil || parsed.Scheme != "http" || isLoopback(parsed.Hostname()) {
		return ""
	}
	return fmt.Sprintf("begins with http://, so credentials and secrets travel to %s unencrypted. Use https:// unless this is a test.", parsed.Host)
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

func tokenProblem(token string) string {
	switch {
	case token == "":
		return "is empty. Leave it out to use the environment variable " + envAccessToken + ", or an e-mail address and a password."
	case strings.HasPrefix(strings.ToLower(token), "bearer "):
		return "begins with Bearer. Leave that word out: the provider adds it."
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "holds a space, a line break or another character that no token has. A token read from a file often ends in a line break: use trimspace()."
	case strings.ContainsAny(token, "\"'`${}<>"):
		return "holds a quotation mark, a bracket or a $, which no token has. In a file of variables, quotation marks can become part of the value."
	}
	return ""
}

func emailProblem(value string) string {
	user, host, found := strings.Cut(value, "@")
	if found && user != "" && host != "" && !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return ""
	}
	// The value is not shown: it may be a password in the wrong place.
	return "is not an e-mail address, such as ops@example.com."
}

func idProblem(value string) string {
	if err := cakemail.CheckID(value); err != nil {
		return "is not the id of a webhook: " + err.Error()
	}
	return ""
}

// quoteShort quotes a value of any length and content on one line.
func quoteShort(value string) string {
	const longest = 80
	runes := []rune(value)
	if len(runes) > longest {
		return fmt.Sprintf("%q (%d characters)", string(runes[:longest])+"…", len(runes))
	}
	return fmt.Sprintf("%q", value)
}

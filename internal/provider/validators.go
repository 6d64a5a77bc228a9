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

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

var (
	_ validator.String = httpURL{}
	_ validator.String = eventName{}
	_ validator.String = accessToken{}
	_ validator.String = emailAddress{}
	_ validator.String = notEmpty("")
)

// plainHTTP says what to think of a URL without TLS.
type plainHTTP int

const (
	plainHTTPAllowed plainHTTP = iota
	plainHTTPWarnsOffLoopback
)

// httpURL wants an absolute http or https URL with a host.
type httpURL struct {
	longest   int
	plainHTTP plainHTTP
	// baseOnly refuses what cannot be followed by a path: query, fragment, user information.
	baseOnly bool
}

// Description implements [validator.Describer].
func (v httpURL) Description(context.Context) string {
	return fmt.Sprintf("an absolute http or https URL with a host, at most %d characters long", v.longest)
}

// MarkdownDescription implements [validator.Describer].
func (v httpURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v httpURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name, value := req.Path.String(), req.ConfigValue.ValueString()
	if problem := v.problem(value); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid URL",
			fmt.Sprintf("%s %s. Use an absolute URL such as %s.", name, problem, v.example()))
		return
	}
	if warning := v.warning(value); warning != "" {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Unencrypted connection", name+" "+warning)
	}
}

func (v httpURL) example() string {
	if v.baseOnly {
		return cakemail.DefaultBaseURL
	}
	return "https://example.com/cakemail"
}

// problem completes a sentence that begins with the argument's name; "" when
// the URL is good.
func (v httpURL) problem(value string) string {
	if value == "" {
		return "is empty"
	}
	if length := utf8.RuneCountInString(value); length > v.longest {
		return fmt.Sprintf("is %d characters long; at most %d are allowed", length, v.longest)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return "holds a space, a line break or another invisible character, which cannot be in a URL; trimspace() removes them at the ends, urlencode() escapes them within"
	}
	if !strings.Contains(value, "://") {
		return "does not begin with https:// or http://"
	}
	parsed, err := url.Parse(value)
	switch {
	case err != nil:
		return "is not a URL that can be read, perhaps because of a stray %, [ or : in it, or a # or / in a password; urlencode() escapes them"
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return "does not begin with https:// or http://"
	case parsed.Hostname() == "":
		return "has no host"
	case !isPort(parsed.Port()):
		return "has a port that is not a number from 1 to 65535"
	case v.baseOnly && (strings.ContainsAny(value, "?#") || parsed.User != nil):
		return "holds a query, a fragment or a user name, which the address of the API cannot have"
	}
	return ""
}

func isPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && number > 0
}

// warning completes a sentence that begins with the argument's name.
func (v httpURL) warning(value string) string {
	parsed, err := url.Parse(value)
	if err != nil || v.plainHTTP == plainHTTPAllowed || parsed.Scheme != "http" || isLoopback(parsed.Hostname()) {
		return ""
	}
	return fmt.Sprintf("begins with http://, so credentials and secrets travel to %s unencrypted. Use https:// unless this is a test.", parsed.Host)
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// eventName wants the shape Resource.Action, warns of names that Cakemail has
// not published, and suggests the one that was probably meant.
type eventName struct{}

// Description implements [validator.Describer].
func (eventName) Description(context.Context) string {
	return "the name of an event, Resource.Action, such as Contact.Added"
}

// MarkdownDescription implements [validator.Describer].
func (v eventName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (eventName) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name := req.ConfigValue.ValueString()
	if !cakemail.IsEventShaped(name) {
		reportInvalidEvent(&resp.Diagnostics, req.Path, name, cakemail.SuggestEvent(name))
		return
	}
	if !cakemail.IsKnownEvent(name) {
		warnUnknownEvent(&resp.Diagnostics, req.Path, name, cakemail.SuggestEvent(name))
	}
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

// accessToken wants what can be sent in a header, and never quotes it.
type accessToken struct{}

// Description implements [validator.Describer].
func (accessToken) Description(context.Context) string {
	return "an access token without spaces or line breaks"
}

// MarkdownDescription implements [validator.Describer].
func (v accessToken) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v accessToken) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := v.problem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid access token", req.Path.String()+" "+problem)
	}
}

func (accessToken) problem(token string) string {
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

// emailAddress wants something that can be one.
type emailAddress struct{}

// Description implements [validator.Describer].
func (emailAddress) Description(context.Context) string { return "an e-mail address" }

// MarkdownDescription implements [validator.Describer].
func (v emailAddress) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v emailAddress) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := v.problem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid e-mail address",
			fmt.Sprintf("%s %s Leave it out to use the environment variable %s.", req.Path, problem, envEmail))
	}
}

// problem completes a sentence that begins with where the value comes from; ""
// when it is good.
func (emailAddress) problem(value string) string {
	user, host, found := strings.Cut(value, "@")
	if found && user != "" && host != "" && !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return ""
	}
	// The value is not shown: it may be a password in the wrong place.
	return "is not an e-mail address, such as ops@example.com."
}

// notEmpty refuses "", which mostly comes from a variable that nobody set. It
// holds the name of the environment variable to use instead.
type notEmpty string

// Description implements [validator.Describer].
func (notEmpty) Description(context.Context) string { return "not empty" }

// MarkdownDescription implements [validator.Describer].
func (v notEmpty) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v notEmpty) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() && req.ConfigValue.ValueString() == "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Empty value",
			fmt.Sprintf("%s is empty. Leave it out to use the environment variable %s.", req.Path, string(v)))
	}
}

// webhookID wants what can be the id of a webhook.
type webhookID struct{}

// Description implements [validator.Describer].
func (webhookID) Description(context.Context) string { return "the id of a webhook" }

// MarkdownDescription implements [validator.Describer].
func (v webhookID) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (webhookID) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := cakemail.CheckID(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid webhook id",
			fmt.Sprintf("%s is not the id of a webhook: %s. Use the id that Cakemail shows, for example 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9.", req.Path, err))
	}
}

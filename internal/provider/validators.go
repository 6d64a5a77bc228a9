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
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
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
		addAt(&resp.Diagnostics, req.Path, message.URL(name, problem, v.example()))
		return
	}
	if host := v.unencrypted(value); host != "" {
		addAt(&resp.Diagnostics, req.Path, message.Unencrypted(name, host))
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
		return message.IsEmpty
	}
	if length := utf8.RuneCountInString(value); length > v.longest {
		return message.IsTooLong(length, v.longest)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return message.IsInvisible
	}
	if !strings.Contains(value, "://") {
		return message.HasNoScheme
	}
	parsed, err := url.Parse(value)
	switch {
	case err != nil:
		return message.IsUnreadable
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return message.HasNoScheme
	case parsed.Hostname() == "":
		return message.HasNoHost
	case !isPort(parsed.Port()):
		return message.HasWrongPort
	case v.baseOnly && (strings.ContainsAny(value, "?#") || parsed.User != nil):
		return message.HasMoreThanPath
	}
	return ""
}

func isPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && number > 0
}

// unencrypted returns the host of an address without TLS that should have it, or "".
func (v httpURL) unencrypted(value string) string {
	parsed, err := url.Parse(value)
	if err != nil || v.plainHTTP == plainHTTPAllowed || parsed.Scheme != "http" || isLoopback(parsed.Hostname()) {
		return ""
	}
	return parsed.Host
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
		addAt(&resp.Diagnostics, req.Path, message.Event(name, cakemail.SuggestEvent(name)))
		return
	}
	if !cakemail.IsKnownEvent(name) {
		addAt(&resp.Diagnostics, req.Path, message.UnknownEvent(name, cakemail.SuggestEvent(name)))
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
		addAt(&resp.Diagnostics, req.Path, message.AccessToken(req.Path.String(), problem))
	}
}

func (accessToken) problem(token string) string {
	switch {
	case token == "":
		return message.TokenIsEmpty
	case strings.HasPrefix(strings.ToLower(token), "bearer "):
		return message.TokenHasBearer
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return message.TokenHasSpace
	case strings.ContainsAny(token, "\"'`${}<>"):
		return message.TokenHasBracket
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
	if !v.isGood(req.ConfigValue.ValueString()) {
		addAt(&resp.Diagnostics, req.Path, message.EmailAddress(req.Path.String()))
	}
}

func (emailAddress) isGood(value string) bool {
	user, host, found := strings.Cut(value, "@")
	return found && user != "" && host != "" && !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
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
		addAt(&resp.Diagnostics, req.Path, message.Empty(req.Path.String(), string(v)))
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
		addAt(&resp.Diagnostics, req.Path, message.WebhookID(req.Path.String(), err))
	}
}

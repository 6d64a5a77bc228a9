package provider

import (
	"context"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ validator.String = check{}
	_ validator.Set    = check{}
	_ validator.Int64  = check{}

	_ basetypes.Int64Typable      = wholeNumber{}
	_ basetypes.Int64Valuable     = notWhole{}
	_ xattr.ValidateableAttribute = notWhole{}
)

// check validates known values.
type check struct {
	// wants completes the sentence "The value must be ...".
	wants string
	// judge says what is wrong with, or doubtful about, the value of this name.
	judge func(name string, value attr.Value) []message.Message
}

// Description implements [validator.Describer].
func (c check) Description(context.Context) string { return c.wants }

// MarkdownDescription implements [validator.Describer].
func (c check) MarkdownDescription(context.Context) string { return c.wants }

// ValidateString implements [validator.String].
func (c check) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	c.validate(&resp.Diagnostics, req.Path, req.ConfigValue)
}

// ValidateSet implements [validator.Set].
func (c check) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	c.validate(&resp.Diagnostics, req.Path, req.ConfigValue)
}

// ValidateInt64 implements [validator.Int64].
func (c check) ValidateInt64(_ context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	c.validate(&resp.Diagnostics, req.Path, req.ConfigValue)
}

func (c check) validate(diags *diag.Diagnostics, at path.Path, value attr.Value) {
	if value.IsNull() || value.IsUnknown() {
		return
	}
	addAt(diags, at, c.judge(at.String(), value)...)
}

// textCheck checks a text.
func textCheck(wants string, judge func(name, text string) []message.Message) check {
	return check{wants: wants, judge: func(name string, value attr.Value) []message.Message { return judge(name, textIn(value)) }}
}

// numberCheck checks the limits of a number; most = 0 means no upper limit.
func numberCheck(least, most int64) check {
	return check{wants: "a number in limits", judge: func(name string, value attr.Value) []message.Message {
		number, _ := value.(types.Int64)
		isLarge := most > 0 && number.ValueInt64() > most
		return when(number.ValueInt64() < least || isLarge, message.OutOfRange(name, least, most))
	}}
}

// when returns the message if the condition holds.
func when(isSo bool, said message.Message) []message.Message {
	if !isSo {
		return nil
	}
	return []message.Message{said}
}

var (
	accessToken = textCheck("an access token without spaces or line breaks", func(name, text string) []message.Message {
		wrong := tokenProblem(name, text)
		return when(wrong != "", message.Invalid(name, wrong))
	})
	emailAddress = textCheck("an e-mail address", func(name, text string) []message.Message {
		wrong := emailProblem(name, text)
		if wrong == message.IsNoEmailAddress {
			wrong += message.OrFrom(envEmail)
		}
		return when(wrong != "", message.Invalid(name, wrong))
	})
	password = textCheck("a password without a line break at its ends", func(name, text string) []message.Message {
		return when(hasLineBreak(text), message.Invalid(name, message.HasLineBreak(name)))
	})
	webhookID = textCheck("the id of a webhook", func(name, text string) []message.Message {
		if err := cakemail.CheckID(text); err != nil {
			return when(true, message.WebhookID(name, err))
		}
		return nil
	})
	receiverURL = textCheck("an absolute http or https URL with a host, at most 2083 characters long", func(name, text string) []message.Message {
		wrong := urlProblem(text)
		return when(wrong != "", message.URL(name, wrong, "https://example.com/cakemail"))
	})
	baseURL = textCheck(receiverURL.wants, func(name, text string) []message.Message {
		if wrong := baseURLProblem(text); wrong != "" {
			return when(true, message.URL(name, wrong, cakemail.DefaultBaseURL))
		}
		host := unencryptedHost(text)
		return when(host != "", message.Unencrypted(name, host))
	})
	eventName = textCheck("the name of an event, Resource.Action, such as Contact.Added", func(_, text string) []message.Message {
		return when(!cakemail.IsKnownEvent(text), message.Event(text, cakemail.SuggestEvent(text), cakemail.IsEventShaped(text)))
	})
	period = textCheck("one of "+strings.Join(periods, ", "), func(name, text string) []message.Message {
		return when(!slices.Contains(periods, text), message.NotAPeriod(name, text, suggestPeriod(text), periods))
	})
	// someEvents also says how to stop deliveries, unlike the library's validator.
	someEvents = check{wants: "at least one event", judge: func(_ string, value attr.Value) []message.Message {
		events, _ := value.(types.Set)
		return when(len(events.Elements()) == 0, message.NoEvents())
	}}
)

var periods = []string{"second", "minute", "hour", "day"}

// suggestPeriod returns the period that was probably meant, or "".
func suggestPeriod(text string) string {
	meant := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), "s")
	if !slices.Contains(periods, meant) {
		return ""
	}
	return meant
}

// notEmpty refuses "", which mostly comes from an unset variable, and names the environment variable to use
// instead.
func notEmpty(variable string) check {
	return textCheck("not empty", func(name, text string) []message.Message {
		return when(text == "", message.Empty(name, variable))
	})
}

// urlProblem says what is wrong with a webhook's URL, or "".
func urlProblem(value string) string {
	parsed, err := url.Parse(value)
	switch length := utf8.RuneCountInString(value); {
	case length == 0:
		return message.IsEmpty
	case length > longestURL:
		return message.IsTooLong(length, longestURL)
	case strings.ContainsFunc(value, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) || r == utf8.RuneError }):
		return message.IsInvisible
	case !strings.Contains(value, "://"):
		return message.HasNoScheme
	case err != nil:
		return message.IsUnreadable
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return message.HasNoScheme
	case parsed.Hostname() == "":
		return message.HasNoHost
	}
	if port, err := strconv.ParseUint(parsed.Port(), 10, 16); parsed.Port() != "" && (err != nil || port == 0) {
		return message.HasWrongPort
	}
	return ""
}

// baseURLProblem also refuses a URL that no path can follow.
func baseURLProblem(value string) string {
	wrong := urlProblem(value)
	parsed, err := url.Parse(value)
	if wrong == "" && err == nil && (strings.ContainsAny(value, "?#") || parsed.User != nil) {
		return message.HasMoreThanPath
	}
	return wrong
}

// unencryptedHost returns the host of an address that lacks TLS but should have it, or "".
func unencryptedHost(value string) string {
	parsed, err := url.Parse(value)
	if err != nil || parsed.Scheme != "http" || isLoopback(parsed.Hostname()) {
		return ""
	}
	return parsed.Host
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// tokenProblem says why a text from this source cannot be an access token, or "".
func tokenProblem(from, token string) string {
	switch {
	case token == "":
		return message.TokenIsEmpty
	case strings.HasPrefix(strings.ToLower(token), "bearer "):
		return message.TokenHasBearer
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return message.TokenHasSpace(from)
	case strings.ContainsAny(token, "\"'`${}<>"):
		return message.TokenHasBracket
	}
	return ""
}

// emailProblem says why a text from this source cannot be an e-mail address, or "".
func emailProblem(from, value string) string {
	user, host, found := strings.Cut(value, "@")
	switch {
	case hasLineBreak(value):
		return message.HasLineBreak(from)
	case !found, user == "", host == "", strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return message.IsNoEmailAddress
	}
	return ""
}

// hasLineBreak reports a line break at either end, such as from a file.
func hasLineBreak(text string) bool { return strings.Trim(text, "\r\n") != text }

// wholeNumber is the framework's type for whole numbers, except that it reports other numbers as a mistake in the
// configuration: the framework's own type calls 1.5 a defect of the provider.
type wholeNumber struct{ basetypes.Int64Type }

// Equal implements [attr.Type]: the values have the framework's type.
func (t wholeNumber) Equal(other attr.Type) bool {
	_, same := other.(wholeNumber)
	return same || t.Int64Type.Equal(other)
}

// ValueFromTerraform implements [attr.Type].
func (t wholeNumber) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.Int64Type.ValueFromTerraform(ctx, in)
	var number *big.Float
	if err == nil || in.As(&number) != nil {
		return value, err
	}
	return notWhole{number: number}, nil
}

// notWhole is a number that no argument of this provider accepts.
type notWhole struct {
	basetypes.Int64Value
	number *big.Float
}

// ValidateAttribute implements [xattr.ValidateableAttribute].
func (n notWhole) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	addAt(&resp.Diagnostics, req.Path, message.NotWhole(req.Path.String(), n.number.Text('g', 10)))
}

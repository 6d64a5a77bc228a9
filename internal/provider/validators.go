package provider

import (
	"context"
	"net"
	"net/url"
	"slices"
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
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var (
	_ validator.String = check{}
	_ validator.Set    = check{}
	_ validator.Int64  = check{}
)

// check is a validator of known values.
type check struct {
	// wants completes the sentence "The value must be ...".
	wants string
	// judge says what is wrong with or doubtful about the value of this name, if anything.
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

// textCheck is a check of texts.
func textCheck(wants string, judge func(name, text string) []message.Message) check {
	return check{wants: wants, judge: func(name string, value attr.Value) []message.Message {
		return judge(name, as[types.String](value).ValueString())
	}}
}

// numberCheck is a check of numbers in limits; there is none above where most is 0.
func numberCheck(least, most int64) check {
	return check{wants: "a number in limits", judge: func(name string, value attr.Value) []message.Message {
		if number := as[types.Int64](value).ValueInt64(); number < least || most > 0 && number > most {
			return one(message.OutOfRange(name, least, most))
		}
		return nil
	}}
}

func one(said message.Message) []message.Message { return []message.Message{said} }

var (
	accessToken = textCheck("an access token without spaces or line breaks", func(name, text string) []message.Message {
		if wrong := tokenProblem(text); wrong != "" {
			return one(message.Invalid(name, wrong))
		}
		return nil
	})
	emailAddress = textCheck("an e-mail address", func(name, text string) []message.Message {
		if !isEmailAddress(text) {
			return one(message.Invalid(name, message.IsNoEmailAddress))
		}
		return nil
	})
	webhookID = textCheck("the id of a webhook", func(name, text string) []message.Message {
		if err := cakemail.CheckID(text); err != nil {
			return one(message.WebhookID(name, err))
		}
		return nil
	})
	receiverURL = textCheck("an absolute http or https URL with a host, at most 2083 characters long", func(name, text string) []message.Message {
		if wrong := urlProblem(text); wrong != "" {
			return one(message.URL(name, wrong, "https://example.com/cakemail"))
		}
		return nil
	})
	baseURL = textCheck(receiverURL.wants, func(name, text string) []message.Message {
		if wrong := baseURLProblem(text); wrong != "" {
			return one(message.URL(name, wrong, cakemail.DefaultBaseURL))
		}
		if host := unencryptedHost(text); host != "" {
			return one(message.Unencrypted(name, host))
		}
		return nil
	})
	eventName = textCheck("the name of an event, Resource.Action, such as Contact.Added", func(_, text string) []message.Message {
		if !cakemail.IsKnownEvent(text) {
			return one(message.Event(text, cakemail.SuggestEvent(text), cakemail.IsEventShaped(text)))
		}
		return nil
	})
	period = textCheck("one of "+strings.Join(periods, ", "), func(name, text string) []message.Message {
		if slices.Contains(periods, text) {
			return nil
		}
		return one(message.NotAPeriod(name, text, suggestPeriod(text), periods))
	})
	// someEvents also says how to stop deliveries, as the library's validator would not.
	someEvents = check{wants: "at least one event", judge: func(_ string, value attr.Value) []message.Message {
		if len(as[types.Set](value).Elements()) == 0 {
			return one(message.NoEvents())
		}
		return nil
	}}
)

var periods = []string{"second", "minute", "hour", "day"}

// suggestPeriod is the period that was probably meant, or "".
func suggestPeriod(text string) string {
	meant := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), "s")
	if !slices.Contains(periods, meant) {
		return ""
	}
	return meant
}

// notEmpty refuses "", which mostly comes from a variable that nobody set. The
// environment variable is the one to use instead.
func notEmpty(variable string) check {
	return textCheck("not empty", func(name, text string) []message.Message {
		if text == "" {
			return one(message.Empty(name, variable))
		}
		return nil
	})
}

// urlProblem says what is wrong with the URL of a webhook, "" if nothing is.
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

// baseURLProblem also refuses what cannot be followed by a path.
func baseURLProblem(value string) string {
	wrong := urlProblem(value)
	parsed, err := url.Parse(value)
	if wrong == "" && err == nil && (strings.ContainsAny(value, "?#") || parsed.User != nil) {
		return message.HasMoreThanPath
	}
	return wrong
}

// unencryptedHost is the host of an address without TLS that should have it, or "".
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

// tokenProblem says why a text can be no access token, "" if it can.
func tokenProblem(token string) string {
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

func isEmailAddress(value string) bool {
	user, host, found := strings.Cut(value, "@")
	return found && user != "" && host != "" && !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}

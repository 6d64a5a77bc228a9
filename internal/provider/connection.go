package provider

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// The environment variables are the same as for Cakemail's own command line.
const (
	envBaseURL     = "CAKEMAIL_API_BASE"
	envAccessToken = "CAKEMAIL_ACCESS_TOKEN"
	envEmail       = "CAKEMAIL_EMAIL"
	envPassword    = "CAKEMAIL_PASSWORD"
	envAccountID   = "CAKEMAIL_ACCOUNT_ID"
)

type providerModel struct {
	BaseURL        types.String `tfsdk:"base_url"`
	AccessToken    types.String `tfsdk:"access_token"`
	Email          types.String `tfsdk:"email"`
	Password       types.String `tfsdk:"password"`
	AccountID      types.Int64  `tfsdk:"account_id"`
	MaxRetries     types.Int64  `tfsdk:"max_retries"`
	RequestTimeout types.Int64  `tfsdk:"request_timeout"`
}

// unknown returns the arguments that every call needs and that are known only after apply.
func (m providerModel) unknown() []string {
	var names []string
	for name, value := range map[string]attr.Value{
		"base_url": m.BaseURL, "access_token": m.AccessToken, "email": m.Email, "password": m.Password,
		"account_id": m.AccountID, "max_retries": m.MaxRetries, "request_timeout": m.RequestTimeout,
	} {
		if value.IsUnknown() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// connection is what the provider's objects share: the client, the default account, and the source of the
// credentials.
type connection struct {
	// api is nil while an argument of the provider is unknown; see client.
	api     *cakemail.Client
	unknown []string
	// account is the default account: null means the account of the credentials. It can be unknown.
	account types.Int64
	// facts are what messages say about the configuration.
	facts message.Provider
	// applying means that Terraform says it applies, or that it has begun to change something.
	applying atomic.Bool
	// read are the ids of the resources that were read, shared the ids that two resources have.
	read, shared sync.Map
	// replaced are the webhooks that were archived for a replacement that does not exist yet.
	replaced sync.Map
	// shown is when Terraform has had time to show the whole state. It is set once somebody needs it.
	shown atomic.Pointer[time.Time]
	// unlisted are the accounts that a plan has reported as impossible to list.
	unlisted sync.Map
}

// connect turns configuration and environment into the client's options. The configuration takes precedence.
func connect(model providerModel, getenv func(string) string, options cakemail.Options, diags *diag.Diagnostics) *connection {
	made := &connection{unknown: model.unknown(), account: accountDefault(model, getenv, diags)}
	made.facts.Address = baseURLOf(model, getenv, made, diags)
	if variable := unreadableProxy(made.facts.Address, getenv); variable != "" {
		add(diags, message.Proxy(variable))
	}
	if len(made.unknown) > 0 {
		return made
	}
	options.BaseURL = made.facts.Address
	options.Credentials = credentialsOf(model, getenv, made, diags)
	if diags.HasError() {
		return made
	}
	options.IsPlanning = func() bool { return !made.applying.Load() }
	options.MaxRetries = cakemail.DefaultMaxRetries
	if !model.MaxRetries.IsNull() {
		options.MaxRetries = int(model.MaxRetries.ValueInt64())
	}
	options.RequestTimeout = time.Duration(model.RequestTimeout.ValueInt64()) * time.Second
	made.api = cakemail.New(options)
	return made
}

func accountDefault(model providerModel, getenv func(string) string, diags *diag.Diagnostics) types.Int64 {
	raw := getenv(envAccountID)
	if !model.AccountID.IsNull() || raw == "" {
		return model.AccountID
	}
	account, err := strconv.ParseInt(strings.TrimSpace(raw), 10, 64)
	if err != nil || account < 1 {
		add(diags, message.Invalid(message.InEnvironment(envAccountID), message.IsNoAccount).On("account_id"))
		return types.Int64Null()
	}
	return types.Int64Value(account)
}

func baseURLOf(model providerModel, getenv func(string) string, made *connection, diags *diag.Diagnostics) string {
	if !model.BaseURL.IsNull() {
		made.facts.AddressFrom = message.InBlock("base_url")
		return model.BaseURL.ValueString()
	}
	raw := strings.TrimSpace(getenv(envBaseURL))
	if raw == "" {
		return cakemail.DefaultBaseURL
	}
	made.facts.AddressFrom = message.InEnvironment(envBaseURL)
	if problem := baseURLProblem(raw); problem != "" {
		add(diags, message.URL(made.facts.AddressFrom, problem, cakemail.DefaultBaseURL).On("base_url"))
		return raw
	}
	if host := unencryptedHost(raw); host != "" {
		add(diags, message.Unencrypted(made.facts.AddressFrom, host).On("base_url"))
	}
	return raw
}

// unreadableProxy returns the variable of the proxy for this address if its value cannot be read: net/http says
// nothing then, and calls directly.
func unreadableProxy(address string, getenv func(string) string) string {
	scheme, _, _ := strings.Cut(address, "://")
	for _, variable := range []string{strings.ToUpper(scheme + "_proxy"), strings.ToLower(scheme + "_proxy")} {
		value := getenv(variable)
		if value == "" {
			continue
		}
		if !strings.Contains(value, "://") {
			value = "http://" + value
		}
		if parsed, err := url.Parse(value); err != nil || parsed.Hostname() == "" {
			return variable
		}
		return ""
	}
	return ""
}

// credentialsOf prefers the configuration to the environment, and in each an access token to a password.
func credentialsOf(model providerModel, getenv func(string) string, made *connection, diags *diag.Diagnostics) cakemail.Credentials {
	email, emailFrom := lookUp(model.Email, "email", envEmail, getenv)
	password, passwordFrom := lookUp(model.Password, "password", envPassword, getenv)
	inConfiguration := !model.Email.IsNull() || !model.Password.IsNull()

	if token, from := lookUp(model.AccessToken, "access_token", envAccessToken, getenv); token != "" && !inConfiguration {
		made.facts.Credentials = message.Token(from)
		if problem := tokenProblem(from, token); problem != "" {
			add(diags, message.Invalid(from, problem).On("access_token"))
		}
		return cakemail.Credentials{AccessToken: token}
	}
	switch {
	case email != "" && password != "":
		if problem := emailProblem(emailFrom, email); problem != "" {
			add(diags, message.Invalid(emailFrom, problem).On("email"))
		}
		if hasLineBreak(password) {
			add(diags, message.Invalid(passwordFrom, message.HasLineBreak(passwordFrom)).On("password"))
		}
		made.facts.Credentials = message.Login(emailFrom, passwordFrom)
		return cakemail.Credentials{Email: email, Password: password}
	case email != "":
		add(diags, message.HalfALogin("password", envPassword, emailFrom))
	case password != "":
		add(diags, message.HalfALogin("email", envEmail, passwordFrom))
	default:
		add(diags, message.NoCredentials())
	}
	return cakemail.Credentials{}
}

// lookUp returns a value and its source.
func lookUp(configured types.String, argument, variable string, getenv func(string) string) (value, from string) {
	if !configured.IsNull() {
		return configured.ValueString(), message.InBlock(argument)
	}
	return getenv(variable), message.InEnvironment(variable)
}

// connectionFrom returns what Configure left for the objects, or nil before the provider is configured, as in
// `validate`.
func connectionFrom(data any) *connection {
	found, _ := data.(*connection)
	return found
}

// client returns the client, or reports why there is none yet.
func (c *connection) client(diags *diag.Diagnostics) *cakemail.Client {
	if c.api == nil {
		add(diags, message.NotKnownYet(c.unknown))
		return nil
	}
	return c.api
}

// clientToApply is like client, for what changes something.
func (c *connection) clientToApply(diags *diag.Diagnostics) *cakemail.Client {
	c.applying.Store(true)
	return c.client(diags)
}

// orDefault returns the object's own account, or the default.
func (c *connection) orDefault(own types.Int64) types.Int64 {
	if own.IsNull() {
		return c.account
	}
	return own
}

// accountOf returns the account of a webhook: the object's own, or the one where this process knows the webhook
// to be, or the default.
func (c *connection) accountOf(own types.Int64, id string) types.Int64 {
	number, isKnown := c.api.AccountOf(id)
	switch {
	case !own.IsNull() || !isKnown:
		return c.orDefault(own)
	case number == 0:
		return types.Int64Null()
	}
	return types.Int64Value(number)
}

package provider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// The environment variables are those of Cakemail's own command line.
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

// unknown names the arguments without which no call can be made and that are
// known only after apply.
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

// connection is what the provider's objects share: the client, the default
// account, and where the credentials came from.
type connection struct {
	// api is nil while an argument of the provider is unknown; see client.
	api     *cakemail.Client
	unknown []string
	// account is the default account: null for the credentials' own, or unknown.
	account types.Int64
	// credentials tells a person where the refused credentials came from.
	credentials string
	// baseURL is the API's address, and baseURLFrom tells where it came from.
	baseURL, baseURLFrom string
	// applying tells that this process has begun to apply a plan.
	applying atomic.Bool
	// unlisted are the accounts of which a plan has said that they cannot be listed.
	unlisted sync.Map
}

// connect resolves configuration and environment into the client's options; the
// configuration wins.
func connect(model providerModel, getenv func(string) string, options cakemail.Options, diags *diag.Diagnostics) *connection {
	made := &connection{unknown: model.unknown(), account: accountDefault(model, getenv, diags)}
	made.baseURL = baseURLOf(model, getenv, made, diags)
	if len(made.unknown) > 0 {
		return made
	}
	options.BaseURL = made.baseURL
	options.Credentials = credentialsOf(model, getenv, made, diags)
	if diags.HasError() {
		return made
	}
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
		diags.AddAttributeError(path.Root("account_id"), "Invalid "+envAccountID,
			"The environment variable "+envAccountID+" is not a whole number of at least 1. Set it to the account's number, for example 42, or unset it.")
		return types.Int64Null()
	}
	return types.Int64Value(account)
}

func baseURLOf(model providerModel, getenv func(string) string, made *connection, diags *diag.Diagnostics) string {
	if !model.BaseURL.IsNull() {
		made.baseURLFrom = "base_url in the provider block"
		return model.BaseURL.ValueString()
	}
	raw := strings.TrimSpace(getenv(envBaseURL))
	if raw == "" {
		made.baseURLFrom = "the default of base_url"
		return cakemail.DefaultBaseURL
	}
	made.baseURLFrom = "the environment variable " + envBaseURL
	if problem := baseURLProblem(raw); problem != "" {
		diags.AddAttributeError(path.Root("base_url"), "Invalid "+envBaseURL,
			fmt.Sprintf("The environment variable %s %s. Set it to an address such as %s, or unset it.", envBaseURL, problem, cakemail.DefaultBaseURL))
		return raw
	}
	if warning := baseURLWarning(raw); warning != "" {
		diags.AddAttributeWarning(path.Root("base_url"), "Unencrypted connection", "The environment variable "+envBaseURL+" "+warning)
	}
	return raw
}

// credentialsOf prefers what the configuration says over the environment, and
// an access token over a password within either.
func credentialsOf(model providerModel, getenv func(string) string, made *connection, diags *diag.Diagnostics) cakemail.Credentials {
	email, emailFrom := lookUp(model.Email, "email", envEmail, getenv)
	password, passwordFrom := lookUp(model.Password, "password", envPassword, getenv)
	inConfiguration := !model.Email.IsNull() || !model.Password.IsNull()

	if token, from := lookUp(model.AccessToken, "access_token", envAccessToken, getenv); token != "" && !inConfiguration {
		made.credentials = "the access token from " + from
		if problem := tokenProblem(token); problem != "" {
			diags.AddAttributeError(path.Root("access_token"), "Invalid access token", "The access token from "+from+" "+problem)
		}
		return cakemail.Credentials{AccessToken: token}
	}
	switch {
	case email != "" && password != "":
		if problem := emailProblem(email); problem != "" {
			diags.AddAttributeError(path.Root("email"), "Invalid e-mail address", "The e-mail address from "+emailFrom+" "+problem)
		}
		made.credentials = fmt.Sprintf("the e-mail address %s (from %s) and the password (from %s)", email, emailFrom, passwordFrom)
		return cakemail.Credentials{Email: email, Password: password}
	case email != "":
		diags.AddAttributeError(path.Root("password"), "Missing password",
			fmt.Sprintf("There is an e-mail address (from %s) but no password. Set password in the provider block or the environment variable %s.", emailFrom, envPassword))
	case password != "":
		diags.AddAttributeError(path.Root("email"), "Missing e-mail address",
			fmt.Sprintf("There is a password (from %s) but no e-mail address. Set email in the provider block or the environment variable %s.", passwordFrom, envEmail))
	default:
		diags.AddError("Missing Cakemail credentials",
			"The provider needs one of two:\n\n"+
				"  - an access token: access_token in the provider block, or the environment variable "+envAccessToken+"; or\n"+
				"  - an e-mail address and a password: email and password in the provider block, or the environment variables "+envEmail+" and "+envPassword+".\n\n"+
				"Accounts with multi-factor authentication need the access token.")
	}
	return cakemail.Credentials{}
}

// lookUp returns a value and where it came from.
func lookUp(configured types.String, argument, variable string, getenv func(string) string) (value, from string) {
	if !configured.IsNull() {
		return configured.ValueString(), argument + " in the provider block"
	}
	return getenv(variable), "the environment variable " + variable
}

// connectionFrom is the one place where objects take what Configure left for
// them. It returns nil before the provider is configured, as in `validate`.
func connectionFrom(data any, diags *diag.Diagnostics) *connection {
	if data == nil {
		return nil
	}
	found, ok := data.(*connection)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("This is a defect of the provider, please report it: the provider data is a %T.", data))
		return nil
	}
	return found
}

// client returns the client, or says why there cannot be one yet.
func (c *connection) client(diags *diag.Diagnostics) *cakemail.Client {
	if c.api == nil {
		diags.AddError("The provider's configuration is not known yet", c.notReady())
		return nil
	}
	return c.api
}

// clientToApply is client for what changes something.
func (c *connection) clientToApply(diags *diag.Diagnostics) *cakemail.Client {
	c.applying.Store(true)
	return c.client(diags)
}

func (c *connection) notReady() string {
	return fmt.Sprintf("The provider's %s will be known only after apply, because it comes from a resource that is still to be created or changed, "+
		"so the Cakemail API cannot be called now. First apply what it comes from (terraform apply -target=...), or give the provider a value that is known.",
		strings.Join(c.unknown, " and "))
}

// accountOf returns the account that an object belongs to: its own, or the default.
func (c *connection) accountOf(own types.Int64) types.Int64 {
	if own.IsNull() {
		return c.account
	}
	return own
}

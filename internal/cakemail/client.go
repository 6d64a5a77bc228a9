// Package cakemail is a client of Cakemail's webhook API. It serves both public descriptions of that API, the
// developer guide and the OpenAPI reference, and tells them apart only by their answers.
package cakemail

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Defaults of [Options].
const (
	DefaultBaseURL        = "https://api.cakemail.dev"
	DefaultMaxRetries     = 4
	DefaultRequestTimeout = 30 * time.Second
)

// Options configure a [Client]. Zero values get their default, if they have one.
type Options struct {
	// BaseURL is the address of the API; default [DefaultBaseURL].
	BaseURL string
	// Credentials authenticate every call.
	Credentials Credentials
	// MaxRetries is how often a failed call is retried; 0 means never. A 429 with a Retry-After of at most
	// [MaxRetryWait] is not a failure.
	MaxRetries int
	// RequestTimeout bounds one attempt, including the body of the answer; default [DefaultRequestTimeout].
	RequestTimeout time.Duration
	// IsPlanning reports whether a call gives up at once if the host does not exist or refuses connections; nil
	// means never.
	IsPlanning func() bool
	// UserAgent is sent with every call.
	UserAgent string
	// RetryWait is the shortest wait before the first retry; it doubles each time. Default [DefaultRetryWait].
	RetryWait time.Duration
	// Patience is how long to wait for what the API has done and does not show yet.
	Patience Patience
	// Dial opens the connections; default [net.Dialer.DialContext].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Jitter returns a part of a wait, so that parallel calls spread; default a random one.
	Jitter func(time.Duration) time.Duration
}

// Client calls the API. It is safe for concurrent use. One client serves the whole process, since it holds
// the connections and the token.
type Client struct {
	baseURL    *url.URL
	userAgent  string
	maxRetries int
	retryWait  time.Duration
	patience   Patience
	jitter     func(time.Duration) time.Duration
	isPlanning func() bool
	timeout    time.Duration
	transport  http.RoundTripper
	auth       authorizer
	secrets    *mask.Secrets
	accounts   *accounts
	mark       string
	pause      sharedPause
	archives   archives
}

// New returns a client. It makes no call.
func New(options Options) *Client {
	client := &Client{
		baseURL:    parseBaseURL(cmp.Or(options.BaseURL, DefaultBaseURL)),
		userAgent:  options.UserAgent,
		maxRetries: options.MaxRetries,
		retryWait:  cmp.Or(options.RetryWait, DefaultRetryWait),
		patience:   options.Patience.orDefault(),
		jitter:     options.Jitter,
		isPlanning: options.IsPlanning,
		timeout:    cmp.Or(options.RequestTimeout, DefaultRequestTimeout),
		accounts:   newAccounts(),
		secrets:    &mask.Secrets{},
	}
	client.mark = markOf(client.baseURL, options.Credentials)
	if client.jitter == nil {
		client.jitter = rand.N[time.Duration]
	}
	if client.isPlanning == nil {
		client.isPlanning = func() bool { return false }
	}
	credentials := options.Credentials
	client.secrets.Add(credentials.AccessToken, credentials.Password)
	transport := newTransport()
	if options.Dial != nil {
		transport.DialContext = options.Dial
	}
	client.transport = transport
	client.auth = newAuthorizer(client, credentials)
	return client
}

// Mark tells this API and these credentials from others without revealing them.
func (c *Client) Mark() string { return c.mark }

func markOf(baseURL *url.URL, credentials Credentials) string {
	sum := sha256.Sum256([]byte(baseURL.String() + " " + cmp.Or(credentials.AccessToken, credentials.Email)))
	return hex.EncodeToString(sum[:4])
}

// parseBaseURL drops what no path can follow. If it is not a URL, the first call fails.
func parseBaseURL(raw string) *url.URL {
	parsed, err := url.Parse(raw)
	if err != nil {
		return &url.URL{}
	}
	return &url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: parsed.Path, RawPath: parsed.RawPath}
}

// newTransport keeps one connection open per concurrent call: the default of net/http, two per host, would
// open a new one for most calls of an apply.
func newTransport() *http.Transport {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	transport = transport.Clone()
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 1024
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
		// Go's own error quotes the proxy's reason, which can repeat the password of the proxy.
		if response.StatusCode != http.StatusOK {
			return proxyError(statusText(response))
		}
		return nil
	}
	return transport
}

// proxyError is the status with which a proxy refuses a connection.
type proxyError string

// Error implements error.
func (e proxyError) Error() string { return "the proxy answered " + string(e) }

// request is one call of the API before it is sent.
type request struct {
	action string
	method string
	path   string
	// id is the webhook in the path, or "".
	id      string
	account int64
	query   url.Values
	body    any
	// repeatable calls may be sent again even if they may have been processed.
	repeatable bool
	// finishes makes the call once even if Terraform stops.
	finishes bool
	// isLogin marks a token request, which is never shown.
	isLogin bool
}

// send makes the call, again with a new token if the first was refused. It returns the body of a 2xx
// answer, nil for 204 No Content. Every error is an *[Error].
func (c *Client) send(ctx context.Context, call request) ([]byte, error) {
	loginContext := ctx
	if call.finishes {
		loginContext = context.WithoutCancel(ctx)
	}
	token, err := c.auth.token(loginContext, "")
	if err != nil {
		return nil, failedAction(call.action, err)
	}
	body, err := c.sendWith(ctx, call, token)
	if failure, ok := errors.AsType[*Error](err); ok && failure.Kind == Unauthorized && c.auth.renewable() {
		if token, err = c.auth.token(loginContext, token); err != nil {
			return nil, failedAction(call.action, err)
		}
		return c.sendWith(ctx, call, token)
	}
	return body, err
}

// sendWith is the only place that sends a request for a webhook.
func (c *Client) sendWith(ctx context.Context, call request, token string) ([]byte, error) {
	c.pause.await(ctx)
	if ctx.Err() != nil && !call.finishes {
		return nil, stopped(ctx, call.action)
	}
	httpRequest, err := c.newRequest(ctx, call, token)
	if err != nil {
		return nil, &Error{Kind: Unexpected, Action: call.action, Cause: err}
	}
	exchange := c.newExchange(call)
	response, err := exchange.retrying().Do(httpRequest)
	if err != nil {
		return nil, c.transportError(exchange, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, c.transportError(exchange, err)
	}
	if !call.repeatable && response.StatusCode == http.StatusServiceUnavailable {
		c.pause.extend(min(retryAfter(response), MaxRetryWait))
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, c.answerError(exchange, response, body)
	}
	if response.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	return body, nil
}

func (c *Client) newRequest(ctx context.Context, call request, token string) (*retryablehttp.Request, error) {
	var body io.Reader
	if call.body != nil {
		encoded, err := json.Marshal(call.body)
		if err != nil {
			return nil, fmt.Errorf("encoding the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	query := url.Values{}
	maps.Copy(query, call.query)
	if call.account > 0 {
		query.Set("account_id", strconv.FormatInt(call.account, 10))
	}
	target := c.baseURL.JoinPath(call.path)
	target.RawQuery = query.Encode()
	httpRequest, err := retryablehttp.NewRequestWithContext(ctx, call.method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	if call.body != nil {
		httpRequest.Header.Set("Content-Type", "application/json")
	}
	httpRequest.Header.Set("Accept", "application/json")
	httpRequest.Header.Set("Authorization", "Bearer "+token)
	httpRequest.Header.Set("User-Agent", c.userAgent)
	return httpRequest, nil
}

// Conceal keeps a webhook's secret settings, its secret, and what [mask.Secrets.AddURL] finds in its URL
// out of logs and errors. Unless the secret of a webhook is concealed, nothing that the API says about it is quoted.
func (c *Client) Conceal(webhook Webhook) {
	c.secrets.Add(webhook.Secrets()...)
	c.secrets.Add(webhook.Secret)
	c.secrets.AddURL(webhook.Address())
	if webhook.Secret != "" {
		c.accounts.conceal(webhook.ID)
	}
}

// quotes reports whether errors and logs may quote what the API says in an answer with this status. A create that is
// not refused can have made a secret.
func (c *Client) quotes(call request, status int) bool {
	switch {
	case call.isLogin:
		return false
	case call.id != "":
		return c.accounts.isConcealed(call.id)
	}
	return call.repeatable || !mayHaveHappened(status) && status != http.StatusConflict
}

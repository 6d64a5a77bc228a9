package cakemail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

const loginAction = "log in"

// errChallenge stands for the answer of POST /token to a user with multi-factor
// authentication: 401, or by the schema 200, with a challenge instead of a token.
var errChallenge = errors.New("the account is protected by multi-factor authentication")

// Credentials are an access token, or else an e-mail address and a password.
type Credentials struct {
	AccessToken string
	Email       string
	Password    string
}

// authorizer provides the access token of a call. Errors are *[Error].
type authorizer interface {
	// token returns a token that is not the one the API has just refused.
	token(ctx context.Context, refused string) (string, error)
	// renewable tells whether there can be another token after a refusal.
	renewable() bool
}

func newAuthorizer(client *Client, credentials Credentials) authorizer {
	if credentials.AccessToken != "" {
		return staticToken(credentials.AccessToken)
	}
	return &passwordGrant{
		client:      client,
		credentials: credentials,
		config: oauth2.Config{Endpoint: oauth2.Endpoint{
			TokenURL:  client.baseURL.JoinPath("token").String(),
			AuthStyle: oauth2.AuthStyleInParams,
		}},
		http: &http.Client{
			Transport:     challengeTransport{next: userAgentTransport{client: client}},
			CheckRedirect: refuseRedirect,
		},
	}
}

type staticToken string

func (t staticToken) token(context.Context, string) (string, error) { return string(t), nil }
func (staticToken) renewable() bool                                 { return false }

// passwordGrant logs in when the first call needs it, and renews the token by
// the refresh token or else by the password. Concurrent calls share one login,
// or its failure.
type passwordGrant struct {
	client      *Client
	credentials Credentials
	config      oauth2.Config
	http        *http.Client

	logins singleflight.Group
	// current and refused belong to the one login that runs.
	current *oauth2.Token
	// refused is a final refusal: asking again with the same password could lock the account.
	refused error
}

func (g *passwordGrant) renewable() bool { return true }

func (g *passwordGrant) token(ctx context.Context, refused string) (string, error) {
	return once(ctx, &g.logins, "", loginAction,
		func() (string, error) { return g.login(ctx, refused) },
		func(token string) bool { return token != refused })
}

// login runs once at a time.
func (g *passwordGrant) login(ctx context.Context, refused string) (string, error) {
	if g.refused != nil {
		return "", g.refused
	}
	if g.current.Valid() && g.current.AccessToken != refused {
		return g.current.AccessToken, nil
	}
	token, err := g.renew(ctx)
	if err != nil {
		if isFinalRefusal(err) {
			g.refused = err
		}
		return "", err
	}
	g.client.secrets.Add(token.AccessToken, token.RefreshToken)
	g.current = token
	return token.AccessToken, nil
}

func (g *passwordGrant) renew(ctx context.Context) (*oauth2.Token, error) {
	if g.current != nil && g.current.RefreshToken != "" {
		token, err := g.request(ctx, func(ctx context.Context) (*oauth2.Token, error) {
			return g.config.TokenSource(ctx, &oauth2.Token{RefreshToken: g.current.RefreshToken}).Token()
		})
		if err == nil {
			return token, nil
		}
	}
	return g.request(ctx, func(ctx context.Context) (*oauth2.Token, error) {
		return g.config.PasswordCredentialsToken(ctx, g.credentials.Email, g.credentials.Password)
	})
}

func (g *passwordGrant) request(ctx context.Context, fetch func(context.Context) (*oauth2.Token, error)) (*oauth2.Token, error) {
	if ctx.Err() != nil && !isFinishing(ctx) {
		return nil, stopped(ctx, loginAction)
	}
	exchange := &exchange{login: true, repeatable: true, shielded: isFinishing(ctx), started: time.Now()}
	token, err := fetch(context.WithValue(withExchange(ctx, exchange), oauth2.HTTPClient, g.http))
	if err == nil {
		return token, nil
	}
	if errors.Is(err, errChallenge) {
		return nil, &Error{Kind: ChallengeRequired, Action: loginAction, Cause: errChallenge}
	}
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		failure := g.client.answerError(loginAction, exchange, refusal.Response, refusal.Body)
		if failure.Kind == Gone {
			// The login is what is not there; a webhook must not pass for gone.
			failure.Kind = Unsupported
		}
		return nil, failure
	}
	if exchange.answered {
		return nil, &Error{Kind: Unreadable, Action: loginAction, Host: g.client.host(), Attempts: exchange.attempts, Cause: errors.New("the answer holds no access token")}
	}
	return nil, g.client.transportError(loginAction, exchange, err)
}

func isFinalRefusal(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch failure.Kind {
	case Unauthorized, Forbidden, Invalid, ChallengeRequired:
		return true
	default:
		return false
	}
}

// userAgentTransport sends a token request through the retrying client.
type userAgentTransport struct{ client *Client }

// RoundTrip implements [http.RoundTripper].
func (t userAgentTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", t.client.userAgent)
	request.Header.Set("Accept", "application/json")
	return t.client.retrying(exchangeFrom(request.Context())).StandardClient().Transport.RoundTrip(request)
}

// challengeTransport turns an answer with a challenge into errChallenge,
// whatever its status, because oauth2 drops the body of a 200 without a token.
type challengeTransport struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t challengeTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	exchangeFrom(request.Context()).answered = true
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if asksForChallenge(body) {
		return nil, errChallenge
	}
	return response, nil
}

// asksForChallenge looks under `detail` too, where the envelope of /token has its fields.
func asksForChallenge(body []byte) bool {
	var answer map[string]any
	if json.Unmarshal(body, &answer) != nil {
		return false
	}
	if token, _ := answer["access_token"].(string); token != "" {
		return false
	}
	detail, _ := answer["detail"].(map[string]any)
	for _, fields := range []map[string]any{answer, detail} {
		if challenge := fields["challenge"]; challenge != nil && challenge != "" {
			return true
		}
	}
	return false
}

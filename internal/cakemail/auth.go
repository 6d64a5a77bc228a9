package cakemail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

const loginAction = "log in"

// errChallenge stands for the answer of POST /token to a user with multi-factor authentication: a challenge
// instead of a token, with 401, or with 200 by the schema.
var errChallenge = errors.New("the account is protected by multi-factor authentication")

// Credentials are an access token, or an e-mail address and a password.
type Credentials struct {
	AccessToken string
	Email       string
	Password    string
}

// authorizer provides the access token of a call. Errors are *[Error].
type authorizer interface {
	// token returns a token other than the one that the API has just refused.
	token(ctx context.Context, refused string) (string, error)
	// renewable reports whether there can be another token after a refusal.
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
	}
}

type staticToken string

func (t staticToken) token(context.Context, string) (string, error) { return string(t), nil }
func (staticToken) renewable() bool                                 { return false }

// passwordGrant logs in when the first call needs it. When the token is refused, it renews it by the refresh
// token or, if that is refused too, by the password. Concurrent calls share one login, or its failure.
type passwordGrant struct {
	client      *Client
	credentials Credentials
	config      oauth2.Config

	logins singleflight.Group
	// current and refused belong to the one running login.
	current *oauth2.Token
	// refused is a final refusal: to try the same password again could lock the account.
	refused error
}

func (g *passwordGrant) renewable() bool { return true }

// token shares one login with all callers who ask at the same time. It logs in again if the caller who
// began the login stopped, or if the login gave the refused token.
func (g *passwordGrant) token(ctx context.Context, refused string) (string, error) {
	for {
		isMine := false
		login := g.logins.DoChan("", func() (any, error) {
			isMine = true
			return g.login(ctx, refused)
		})
		select {
		case result := <-login:
			token, _ := result.Val.(string)
			if isMine || !IsKind(result.Err, Stopped) && (result.Err != nil || token != refused) {
				return token, result.Err
			}
		case <-ctx.Done():
			return "", stopped(ctx, loginAction)
		}
	}
}

// login runs only once at a time.
func (g *passwordGrant) login(ctx context.Context, refused string) (string, error) {
	if g.refused != nil {
		return "", g.refused
	}
	if g.current != nil && g.current.AccessToken != refused {
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
		if err == nil || IsAway(err) || IsKind(err, Untrusted) {
			return token, err
		}
	}
	return g.request(ctx, func(ctx context.Context) (*oauth2.Token, error) {
		return g.config.PasswordCredentialsToken(ctx, g.credentials.Email, g.credentials.Password)
	})
}

func (g *passwordGrant) request(ctx context.Context, fetch func(context.Context) (*oauth2.Token, error)) (*oauth2.Token, error) {
	if ctx.Err() != nil {
		return nil, stopped(ctx, loginAction)
	}
	login := &loginTransport{exchange: g.client.newExchange(request{action: loginAction, repeatable: true, isLogin: true})}
	token, err := fetch(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: login, CheckRedirect: refuseRedirect}))
	if err == nil {
		return token, nil
	}
	if errors.Is(err, errChallenge) {
		return nil, &Error{Kind: ChallengeRequired, Action: loginAction, Cause: errChallenge}
	}
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return nil, g.client.answerError(login.exchange, refusal.Response, refusal.Body)
	}
	if login.isAnswered {
		return nil, &Error{
			Kind: Unreadable, Action: loginAction, Host: g.client.host(), Attempts: login.exchange.attempts,
			Cause: errors.New("the answer has no access token"),
		}
	}
	return nil, g.client.transportError(login.exchange, err)
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

// loginTransport sends a token request through the retrying client. It turns a challenge into errChallenge,
// whatever the status, because oauth2 drops the body of a 200 without a token. Of other answers, it passes
// only the tokens to oauth2, which reads JSON of no other content type and only whole numbers as lifetimes,
// and would log in for each call if the lifetime is short.
type loginTransport struct {
	exchange *exchange
	// isAnswered means that there was an answer, readable or not.
	isAnswered bool
}

// RoundTrip implements [http.RoundTripper].
func (t *loginTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", t.exchange.client.userAgent)
	request.Header.Set("Accept", "application/json")
	response, err := t.exchange.retrying().StandardClient().Transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	t.isAnswered = true
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	_ = json.Unmarshal(body, &answer)
	token, _ := answer["access_token"].(string)
	if token == "" && asksForChallenge(answer) {
		return nil, errChallenge
	}
	if token != "" && response.StatusCode < http.StatusMultipleChoices {
		refresh, _ := answer["refresh_token"].(string)
		// Strings can always be encoded.
		body, _ = json.Marshal(map[string]string{"access_token": token, "refresh_token": refresh})
		response.Header.Set("Content-Type", "application/json")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// asksForChallenge also looks under `detail`, where the envelope of /token has its fields.
func asksForChallenge(answer map[string]any) bool {
	detail, _ := answer["detail"].(map[string]any)
	for _, fields := range []map[string]any{answer, detail} {
		if challenge := fields["challenge"]; challenge != nil && challenge != "" {
			return true
		}
	}
	return false
}

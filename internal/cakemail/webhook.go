package cakemail

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Form is the public description of the API that an answer follows.
type Form string

// The two descriptions.
const (
	// FormReference is the OpenAPI document: one event, the secret in the show call alone, PATCH.
	FormReference Form = "reference"
	// FormGuide is the developer guide: several events, the secret in the create answer, no PATCH.
	FormGuide Form = "guide"
)

// Webhook is a webhook as an answer of the API tells it. What an answer can be
// silent about is nil then; Secret and HashFunction, which cannot be empty, are "".
type Webhook struct {
	ID string
	Settings
	Archived *bool
	// Secret signs deliveries; see [Sign].
	Secret       string
	HashFunction string
	// Form is the description that the answer follows.
	Form Form
}

// Matches tells whether the webhook has this URL and event; "" matches any.
func (w Webhook) Matches(url, event string) bool {
	return (url == "" || SameURL(w.Address(), url)) && (event == "" || slices.Contains(w.Events, event))
}

// Address is the URL, "" where it is nil.
func (s Settings) Address() string {
	if s.URL == nil {
		return ""
	}
	return *s.URL
}

// IsArchived tells whether the answer says that the webhook is archived.
func (w Webhook) IsArchived() bool {
	return w.Archived != nil && *w.Archived
}

// Get returns the webhook of this id; an [Error] of kind [Gone] when there is
// none, and of kind [Unconfirmed] when the account's list fails or still shows it.
func (c *Client) Get(ctx context.Context, account int64, id string) (Webhook, error) {
	const action = "read the webhook"
	webhook, err := c.webhookCall(ctx, id, request{action: action, method: http.MethodGet, account: account, repeatable: true}, "")
	if IsKind(err, Gone) {
		return Webhook{}, c.confirmGone(ctx, account, id, err)
	}
	if err == nil && !webhook.IsWhole() {
		return Webhook{}, c.unreadable(action, errors.New("the answer lacks the url or the events"))
	}
	return webhook, err
}

// Update changes the webhook in place. Where the API does not offer that, the
// [Error] is of kind [Unchangeable] and nothing has changed; where the webhook is
// gone, it is as with [Client.Get]. It can change no events: they must be nil.
func (c *Client) Update(ctx context.Context, account int64, id string, changes Settings) (Webhook, error) {
	c.ledger.claim(account, id, "")
	webhook, err := c.webhookCall(ctx, id, request{
		action: "change the webhook", method: http.MethodPatch, account: account, body: c.encode(changes), repeatable: true,
	}, "")
	if err != nil {
		return Webhook{}, c.changeError(ctx, account, id, err)
	}
	if !changes.areToldBy(webhook.Settings) {
		return c.Get(Finishing(ctx), account, id)
	}
	return webhook, nil
}

// changeError tells an API that changes no webhook from a webhook that is gone:
// both can answer 404.
func (c *Client) changeError(ctx context.Context, account int64, id string, err error) error {
	failure, ok := errors.AsType[*Error](err)
	if !ok || failure.LoginFailed || failure.Kind != Gone && failure.Kind != Unsupported {
		return err
	}
	if failure.Kind == Gone {
		if _, readErr := c.Get(Finishing(ctx), account, id); readErr != nil {
			return readErr
		}
	}
	failure.Kind = Unchangeable
	return failure
}

// Archive disables the webhook; Cakemail has no way to delete one. Archiving an archived
// webhook succeeds. An API that answers nothing gives a webhook with ID and Archived alone.
// The [Error] is as with [Client.Get], and of kind [Unreadable] where the answer denies it.
func (c *Client) Archive(ctx context.Context, account int64, id string) (Webhook, error) {
	// A list that lags shows it as active for a while, but no create made it.
	c.ledger.claim(account, id, "")
	c.archiving.Add(1)
	defer c.archived.Add(1)
	return c.setArchived(ctx, account, id, true)
}

// Unarchive enables the webhook again, with its id and secret. Unarchiving an active
// webhook succeeds. Answers and errors are as with [Client.Archive].
func (c *Client) Unarchive(ctx context.Context, account int64, id string) (Webhook, error) {
	c.ledger.claim(account, id, "")
	return c.setArchived(ctx, account, id, false)
}

func (c *Client) setArchived(ctx context.Context, account int64, id string, archived bool) (Webhook, error) {
	action, suffix := "unarchive the webhook", "/unarchive"
	if archived {
		action, suffix = "archive the webhook", "/archive"
	}
	webhook, err := c.webhookCall(ctx, id, request{action: action, method: http.MethodPost, account: account, repeatable: true}, suffix)
	if IsKind(err, Invalid) {
		// The API may refuse what is already so; only a look can tell.
		if current, getErr := c.Get(Finishing(ctx), account, id); getErr == nil && current.Archived != nil && *current.Archived == archived {
			return current, nil
		}
	}
	if IsKind(err, Gone) {
		return Webhook{}, c.confirmGone(Finishing(ctx), account, id, err)
	}
	if err != nil {
		return Webhook{}, err
	}
	if webhook.Archived != nil && *webhook.Archived != archived {
		return Webhook{}, &Error{Kind: Unreadable, Action: action, Host: c.host(), Message: "the answer says that the webhook's state did not change"}
	}
	webhook.Archived = &archived
	return webhook, nil
}

// webhookCall makes a call on one webhook and decodes its answer. It is repeated
// while the webhook is too new for a 404 to mean anything.
func (c *Client) webhookCall(ctx context.Context, id string, call request, suffix string) (Webhook, error) {
	if err := CheckID(id); err != nil {
		return Webhook{}, &Error{Kind: Unexpected, Action: call.action, Host: c.host(), Cause: err}
	}
	call.path = "/webhooks/" + url.PathEscape(id) + suffix
	var body []byte
	var err error
	interrupted := c.whileNew(c.ledger.dated(ctx, id), call.action, func() bool {
		body, err = c.send(ctx, call)
		return !IsKind(err, Gone)
	})
	if interrupted != nil {
		return Webhook{}, interrupted
	}
	if err != nil {
		return Webhook{}, err
	}
	webhook, err := c.decode(body, id)
	if err != nil {
		return Webhook{}, c.unreadable(call.action, err)
	}
	return webhook, nil
}

// CheckID tells what makes an id unfit to name a webhook in the API's paths.
func CheckID(id string) error {
	const longest = 255
	switch {
	case id == "":
		return errors.New("the id is empty")
	case len(id) > longest:
		return fmt.Errorf("the id is longer than %d bytes", longest)
	case !utf8.ValidString(id) || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errors.New("the id holds characters that cannot be printed")
	case strings.Contains(id, "://"):
		return errors.New("a URL is not an id")
	case id == "." || id == "..":
		return errors.New(`"." and ".." are not ids`)
	}
	return nil
}

func (c *Client) decode(body []byte, id string) (Webhook, error) {
	webhook, err := decodeWebhook(body, id)
	c.Conceal(webhook.Settings, webhook.Secret)
	return webhook, err
}

func (c *Client) encode(settings Settings) wireRequest {
	c.Conceal(settings)
	return encodeSettings(settings)
}

func (c *Client) unreadable(action string, cause error) *Error {
	return &Error{Kind: Unreadable, Action: action, Host: c.host(), MayHaveHappened: true, Cause: cause}
}

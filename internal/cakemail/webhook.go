package cakemail

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// SameURL tells whether two URLs differ at most in what a URL library may
// rewrite: the case of scheme and host, and an empty path against "/".
func SameURL(one, other string) bool {
	return one == other || normalURL(one) == normalURL(other)
}

func normalURL(raw string) string {
	parsed, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	if parsed.Path == "" {
		parsed.Path = "/"
	}
	parsed.Host = strings.ToLower(parsed.Host)
	return parsed.String()
}

// Get returns the webhook of this id; an [Error] of kind [Gone] when there is none.
func (c *Client) Get(ctx context.Context, account int64, id string) (Webhook, error) {
	const action = "read the webhook"
	webhook, err := c.webhookCall(ctx, id, request{action: action, method: http.MethodGet, account: account, repeatable: true}, "")
	if err == nil && (webhook.Address() == "" || len(webhook.Events) == 0) {
		return Webhook{}, c.unreadable(action, errors.New("the answer lacks the url or the events"))
	}
	return webhook, err
}

// Update changes the webhook in place. Where the API does not offer that, the
// [Error] is of kind [Unchangeable] and nothing has changed. It can change no events.
func (c *Client) Update(ctx context.Context, account int64, id string, changes Settings) (Webhook, error) {
	webhook, err := c.webhookCall(ctx, id, request{
		action: "change the webhook", method: http.MethodPatch, account: account, body: encodeSettings(changes), repeatable: true,
	}, "")
	if failure, ok := errors.AsType[*Error](err); ok && !failure.LoginFailed && (failure.Kind == Gone || failure.Kind == Unsupported) {
		failure.Kind = Unchangeable
	}
	if err != nil {
		return Webhook{}, err
	}
	if !changes.areToldBy(webhook.Settings) {
		return c.Get(Finishing(ctx), account, id)
	}
	return webhook, nil
}

// Archive disables the webhook; Cakemail has no way to delete one. Archiving an
// archived webhook succeeds.
func (c *Client) Archive(ctx context.Context, account int64, id string) (Webhook, error) {
	return c.setArchived(ctx, account, id, true)
}

// Unarchive enables the webhook again, with its id and secret. Unarchiving an
// active webhook succeeds.
func (c *Client) Unarchive(ctx context.Context, account int64, id string) (Webhook, error) {
	c.ledgers.of(account).claim(id, "")
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
	if err != nil {
		return Webhook{}, err
	}
	if webhook.Archived != nil && *webhook.Archived != archived {
		return Webhook{}, &Error{Kind: Unreadable, Action: action, Host: c.host(), Message: "the answer says that the webhook's state did not change"}
	}
	webhook.Archived = &archived
	return webhook, nil
}

// webhookCall makes a call on one webhook and decodes its answer.
func (c *Client) webhookCall(ctx context.Context, id string, call request, suffix string) (Webhook, error) {
	if err := CheckID(id); err != nil {
		return Webhook{}, &Error{Kind: Unexpected, Action: call.action, Host: c.host(), Cause: err}
	}
	call.path = "/webhooks/" + url.PathEscape(id) + suffix
	body, err := c.send(ctx, call)
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
	case id == "." || id == "..":
		return errors.New(`"." and ".." are not ids`)
	}
	return nil
}

func (c *Client) decode(body []byte, id string) (Webhook, error) {
	webhook, err := decodeWebhook(body, id)
	c.secrets.add(webhook.Secret)
	return webhook, err
}

func (c *Client) unreadable(action string, cause error) *Error {
	return &Error{Kind: Unreadable, Action: action, Host: c.host(), MayHaveHappened: true, Cause: cause}
}

// ListOptions say which webhooks to list.
type ListOptions struct {
	// Account is the account to act for; 0 is the one of the credentials.
	Account int64
	// WithArchived includes archived webhooks.
	WithArchived bool
}

const (
	// perPage is the API's documented default; a larger one may be refused.
	perPage = 50
	// maxPages ends a list that never ends by itself.
	maxPages = 1000
)

// List yields every webhook, page by page, without secrets. It yields one error
// and ends when a page cannot be had, so a list is never silently shorter.
func (c *Client) List(ctx context.Context, options ListOptions) iter.Seq2[Webhook, error] {
	return func(yield func(Webhook, error) bool) {
		seen := map[string]bool{}
		for page := 1; page <= maxPages; page++ {
			webhooks, full, err := c.listPage(ctx, options, page)
			if err != nil {
				yield(Webhook{}, err)
				return
			}
			before := len(seen)
			for _, webhook := range webhooks {
				if seen[webhook.ID] {
					continue
				}
				seen[webhook.ID] = true
				if !yield(webhook, nil) {
					return
				}
			}
			// A page without anything new is what a server that ignores `page` sends.
			if !full || len(seen) == before {
				return
			}
		}
		yield(Webhook{}, c.unreadable(listAction, errors.New("the list does not end after 1000 pages")))
	}
}

const listAction = "list the webhooks"

// listPage returns one page, and whether another may follow.
func (c *Client) listPage(ctx context.Context, options ListOptions, page int) ([]Webhook, bool, error) {
	query := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(perPage)}}
	if options.WithArchived {
		query.Set("with_archived", "true")
	}
	body, err := c.send(ctx, request{
		action: listAction, method: http.MethodGet, path: "/webhooks", account: options.Account, query: query, repeatable: true,
	})
	if failure, ok := errors.AsType[*Error](err); ok && failure.Kind == Gone {
		failure.Kind = Unsupported
	}
	if err != nil {
		return nil, false, err
	}
	webhooks, size, err := decodeList(body)
	if err != nil {
		return nil, false, c.unreadable(listAction, err)
	}
	return webhooks, len(webhooks) >= size, nil
}

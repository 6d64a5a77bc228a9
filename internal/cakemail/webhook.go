package cakemail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Form is the public description of the API that an answer follows.
type Form string

// The two descriptions.
const (
	// FormReference is the OpenAPI document: one event, the secret only in the show call, PATCH.
	FormReference Form = "reference"
	// FormGuide is the developer guide: several events, the secret in the create answer, no PATCH.
	FormGuide Form = "guide"
)

// Webhook is a webhook in an answer of the API. What the answer does not tell is nil, or "" for Secret and
// HashFunction, which cannot be empty.
type Webhook struct {
	ID string
	Settings
	Archived *bool
	// Secret signs deliveries; see [Sign].
	Secret       string
	HashFunction string
	// Status is a status that nobody has published, else "".
	Status string
	// Unread says what cannot be read of the answer.
	Unread error
	// Form is the description that the answer follows.
	Form Form
}

// Matches reports whether the webhook has this URL and event; "" matches any.
func (w Webhook) Matches(address, event string) bool {
	return (address == "" || SameURL(w.Address(), address)) && (event == "" || w.HasEvent(event))
}

// HasEvent reports whether the webhook has the event, in any case of letters.
func (s Settings) HasEvent(event string) bool {
	return slices.ContainsFunc(s.Events, func(name string) bool { return strings.EqualFold(name, event) })
}

// SameEvents reports whether the names differ at most in order and in case.
func SameEvents(one, other []string) bool { return eventsKey(one) == eventsKey(other) }

func eventsKey(events []string) string {
	return strings.Join(sorted(strings.Split(strings.ToLower(strings.Join(events, "\n")), "\n")), "\n")
}

// Address returns the URL, or "" if it is nil.
func (s Settings) Address() string {
	if s.URL == nil {
		return ""
	}
	return *s.URL
}

// IsArchived reports whether the answer says that the webhook is archived.
func (w Webhook) IsArchived() bool {
	return w.Archived != nil && *w.Archived
}

// Ref names a webhook for a call.
type Ref struct {
	// Account is the account to act for; 0 is the account of the credentials.
	Account int64
	ID      string
	// Created is when the webhook was created, if known. A call waits for a webhook younger than
	// [Patience.NewWebhook] to appear.
	Created time.Time
	// Finishes makes the call once even if Terraform stops, because it ends what has begun.
	Finishes bool
}

func (r Ref) finishing() Ref {
	r.Finishes = true
	return r
}

// Get returns the webhook. The [Error] is of kind [Gone] if there is none, and [Unconfirmed] if the account's
// list fails or still shows it.
func (c *Client) Get(ctx context.Context, ref Ref) (Webhook, error) {
	webhook, err := c.webhookCall(ctx, ref, request{action: "read the webhook", method: http.MethodGet}, "")
	if gone, ok := goneBy(err); ok {
		return Webhook{}, c.confirmGone(ctx, ref, gone)
	}
	if err == nil && !webhook.IsWhole() {
		return Webhook{}, c.unreadable("read the webhook", cmp.Or(webhook.Unread, errors.New("the answer lacks the url or the events")))
	}
	return webhook, err
}

// Update changes the webhook in place, but not its events, which must be nil. If the API does not offer that,
// the [Error] is of kind [Unsupported] and nothing has changed. If the webhook is gone, the error is as with
// [Client.Get].
func (c *Client) Update(ctx context.Context, ref Ref, changes Settings) (Webhook, error) {
	c.accounts.claim(ref.ID, claim{})
	const action = "change the webhook"
	webhook, err := c.webhookCall(ctx, ref, request{action: action, method: http.MethodPatch, body: c.encode(changes)}, "")
	if gone, ok := goneBy(err); ok {
		// An API that cannot change webhooks may answer 404 too.
		if _, err := c.Get(ctx, ref.finishing()); err != nil {
			return Webhook{}, err
		}
		return Webhook{}, &Error{Kind: Unsupported, Action: action, Host: gone.Host, Status: gone.Status, Message: gone.Message, RequestID: gone.RequestID}
	}
	if err != nil || changes.AreIn(webhook.Settings) {
		return webhook, err
	}
	return c.readUntil(ctx, ref, func(read Webhook) bool { return changes.AreIn(read.Settings) })
}

// readUntil reads a changed webhook until isSo holds, since an answer can lack the change or come from a
// server that is behind. It returns the last answer.
func (c *Client) readUntil(ctx context.Context, ref Ref, isSo func(Webhook) bool) (read Webhook, err error) {
	for _, wait := range c.patience.looks() {
		sleep(ctx, wait)
		if read, err = c.Get(ctx, ref.finishing()); err != nil || isSo(read) || ctx.Err() != nil {
			break
		}
	}
	return read, err
}

// Archive disables the webhook, since Cakemail cannot delete one. To archive an archived webhook succeeds. If
// the answer is empty, the webhook has only ID and Archived. The [Error] is as with [Client.Get], and of kind
// [Unreadable] if the answer denies the change.
func (c *Client) Archive(ctx context.Context, ref Ref) (Webhook, error) {
	defer c.archives.begin()()
	return c.setArchived(ctx, ref, true)
}

// Unarchive enables the webhook again, with its id and secret. To unarchive an active webhook succeeds.
// Answers and errors are as with [Client.Archive].
func (c *Client) Unarchive(ctx context.Context, ref Ref) (Webhook, error) {
	return c.setArchived(ctx, ref, false)
}

func (c *Client) setArchived(ctx context.Context, ref Ref, archived bool) (Webhook, error) {
	action, suffix := "unarchive the webhook", "/unarchive"
	if archived {
		action, suffix = "archive the webhook", "/archive"
	}
	// A list that lags can show it as new later, but no create made it.
	c.accounts.claim(ref.ID, claim{})
	webhook, err := c.webhookCall(ctx, ref, request{action: action, method: http.MethodPost}, suffix)
	if gone, ok := goneBy(err); ok {
		return Webhook{}, c.confirmGone(ctx, ref.finishing(), gone)
	}
	if IsKind(err, Invalid) {
		// The API may refuse what is already so; only a read can tell.
		isSo := func(read Webhook) bool {
			// A webhook with an unpublished status is not archived.
			isAwake := read.Archived == nil && read.Status != "" && !archived
			return read.Archived != nil && *read.Archived == archived || isAwake
		}
		if current, getErr := c.readUntil(ctx, ref, isSo); getErr == nil && isSo(current) {
			current.Archived = &archived
			return current, nil
		}
	}
	isDone := func(read Webhook) bool { return read.Archived == nil || *read.Archived == archived }
	if err == nil && !isDone(webhook) {
		webhook, err = c.readUntil(ctx, ref, isDone)
	}
	if err != nil {
		return Webhook{}, err
	}
	if !isDone(webhook) {
		return Webhook{}, &Error{Kind: Unreadable, Action: action, Host: c.host(), Message: "the answer says that the webhook's state did not change"}
	}
	webhook.Archived = &archived
	return webhook, nil
}

// webhookCall makes a repeatable call on one webhook and decodes the answer. It repeats the call while the
// webhook is so new that a 404 means nothing.
func (c *Client) webhookCall(ctx context.Context, ref Ref, call request, suffix string) (Webhook, error) {
	if err := CheckID(ref.ID); err != nil {
		return Webhook{}, &Error{Kind: Unexpected, Action: call.action, Host: c.host(), Cause: err}
	}
	call.id, call.account, call.repeatable, call.finishes = ref.ID, ref.Account, true, ref.Finishes
	call.path = "/webhooks/" + url.PathEscape(ref.ID) + suffix
	if made, _ := c.accounts.claimOf(ref.ID); ref.Created.IsZero() {
		ref.Created = made.made
	}
	var body []byte
	var err error
	interrupted := c.whileNew(ctx, ref.Created, call.action, func() bool {
		body, err = c.send(ctx, call)
		return !IsKind(err, Gone)
	})
	if err = cmp.Or(interrupted, err); err != nil {
		return Webhook{}, err
	}
	webhook, err := c.decode(ctx, body, ref.ID)
	if err != nil {
		return Webhook{}, c.unreadable(call.action, err)
	}
	c.accounts.place(webhook.ID, ref.Account)
	return webhook, nil
}

// goneBy returns the error of a call that found no webhook.
func goneBy(err error) (gone *Error, ok bool) {
	gone, ok = errors.AsType[*Error](err)
	return gone, ok && gone.Kind == Gone
}

// CheckID says why an id cannot name a webhook in the API's paths.
func CheckID(id string) error {
	const longest = 255
	switch {
	case id == "":
		return errors.New("the id is empty")
	case len(id) > longest:
		return fmt.Errorf("the id is longer than %d bytes", longest)
	case !utf8.ValidString(id) || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errors.New("the id has characters that cannot be printed")
	case strings.Contains(id, "://"):
		return errors.New("a URL is not an id")
	case id == "." || id == "..":
		return errors.New(`"." and ".." are not ids`)
	}
	return nil
}

func (c *Client) decode(ctx context.Context, body []byte, id string) (Webhook, error) {
	webhook, err := decodeWebhook(body, id)
	c.Conceal(webhook)
	c.logIDs(ctx, webhook)
	return webhook, err
}

func (c *Client) encode(settings Settings) wireRequest {
	c.Conceal(Webhook{Settings: settings})
	return encodeSettings(settings)
}

func (c *Client) unreadable(action string, cause error) *Error {
	return &Error{Kind: Unreadable, Action: action, Host: c.host(), MayHaveHappened: true, Cause: cause}
}

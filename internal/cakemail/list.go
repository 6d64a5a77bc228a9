package cakemail

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

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
// and ends when a page cannot be had, so a list is never silently shorter. When
// the number of webhooks changes meanwhile, it reads all pages again: an archived
// webhook moves those behind it forward, past the page that is read next.
func (c *Client) List(ctx context.Context, options ListOptions) iter.Seq2[Webhook, error] {
	return func(yield func(Webhook, error) bool) {
		seen := map[string]bool{}
		fresh := func(webhook Webhook, err error) bool {
			if err == nil && seen[webhook.ID] {
				return true
			}
			seen[webhook.ID] = true
			return yield(webhook, err)
		}
		if shifted := c.listPages(ctx, options, fresh); shifted {
			c.listPages(ctx, options, fresh)
		}
	}
}

const listAction = "list the webhooks"

// listPages yields what the pages hold, and tells whether their number of
// webhooks changed from one to the next.
func (c *Client) listPages(ctx context.Context, options ListOptions, yield func(Webhook, error) bool) (shifted bool) {
	seen := map[string]bool{}
	var first *int
	for number := 1; number <= maxPages; number++ {
		page, err := c.listPage(ctx, options, number)
		if err != nil {
			yield(Webhook{}, err)
			return false
		}
		if number == 1 {
			first = page.count
		}
		shifted = shifted || first != nil && page.count != nil && *first != *page.count
		before := len(seen)
		for _, webhook := range page.webhooks {
			seen[webhook.ID] = true
			if !yield(webhook, nil) {
				return false
			}
		}
		isOld := len(seen) == before
		if isOld && len(page.webhooks) > 0 {
			c.ignoresPage.Store(true)
		}
		if isOld || page.endsList(len(seen), shifted, c.ignoresPage.Load()) {
			return shifted
		}
	}
	yield(Webhook{}, c.unreadable(listAction, errors.New("the list does not end after 1000 pages")))
	return false
}

// endsList tells whether no page follows, when so many webhooks have been seen. A server
// may give less than it says. Where it says nothing, only the next page can tell, unless
// it is known to ignore `page` and so to give everything at once.
func (p listedPage) endsList(seen int, shifted, ignoresPage bool) bool {
	isShort := len(p.webhooks) < p.size || p.size == 0 && (p.count != nil || ignoresPage)
	isComplete := p.count == nil || shifted || seen >= *p.count
	return isShort && isComplete
}

// listPage returns one page.
func (c *Client) listPage(ctx context.Context, options ListOptions, number int) (listedPage, error) {
	query := url.Values{"page": {strconv.Itoa(number)}, "per_page": {strconv.Itoa(perPage)}, "with_count": {"true"}}
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
		return listedPage{}, err
	}
	page, err := decodeList(body)
	if err != nil {
		return listedPage{}, c.unreadable(listAction, err)
	}
	for _, webhook := range page.webhooks {
		c.secrets.addURL(webhook.Address())
	}
	return page, nil
}

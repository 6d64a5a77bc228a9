package cakemail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ListOptions say which webhooks to list.
type ListOptions struct {
	// Account is the account to act for; 0 is the one of the credentials.
	Account int64
	// WithArchived includes archived webhooks.
	WithArchived bool
	// finishes tells that the list is made, once, although Terraform stops.
	finishes bool
}

const (
	// perPage is the API's documented default; a larger one may be refused.
	perPage = 50
	// maxPages ends a list that never ends by itself.
	maxPages = 1000
)

// maxReadings is how often a list is read that does not hold what it counts.
const maxReadings = 3

// List yields every webhook, page by page, without secrets. It yields one error
// and ends when a page cannot be had, so a list is never silently shorter. Where the
// pages hold fewer webhooks than the API counts, or the count changes meanwhile, or this
// client archives one or just has, it reads all pages again, three times at most: an archived
// webhook moves those behind it forward, past the page that is read next. An [Error] of kind
// [Unexpected] says that some stay missing.
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
		var read reading
		for number := range maxReadings {
			if number > 0 && read.count == 0 {
				// Nothing but the next reading tells whether it shifts still, as its servers learn of an archive.
				sleep(ctx, c.patience.LostCreate/2)
			}
			if read = c.listPages(ctx, options, fresh); read.isOver {
				return
			}
			if len(seen) < read.count {
				// The count may come from a server that is ahead.
				sleep(ctx, c.patience.LostCreate/12)
			}
		}
		if len(seen) < read.count {
			cause := fmt.Errorf("the API counts %d webhooks but lists %d; try again, or ask Cakemail's support", read.count, len(seen))
			fresh(Webhook{}, &Error{Kind: Unexpected, Action: listAction, Host: c.host(), Cause: cause})
		}
	}
}

const listAction = "list the webhooks"

// reading is what reading all pages once came to.
type reading struct {
	// isOver tells that the list is complete, failed, or not wanted any further.
	isOver bool
	// count is the last number of webhooks that the API told.
	count int
}

// listPages yields what the pages hold.
func (c *Client) listPages(ctx context.Context, options ListOptions, yield func(Webhook, error) bool) reading {
	seen, counts, began := map[string]bool{}, []int{}, time.Now()
	for number := 1; number <= maxPages; number++ {
		page, err := c.listPage(ctx, options, number)
		if err != nil {
			yield(Webhook{}, err)
			return reading{isOver: true}
		}
		if page.count != nil {
			counts = append(counts, int(*page.count))
		}
		before := len(seen)
		for _, webhook := range page.webhooks {
			seen[webhook.ID] = true
			if !yield(webhook, nil) {
				return reading{isOver: true}
			}
		}
		if isOld := len(seen) == before; isOld || page.endsList(len(seen)) {
			read := readingOf(len(seen), counts)
			// A second page that repeats the first tells that there are no pages to shift.
			isWhole := number == 1 || number == 2 && isOld && len(page.webhooks) > 0
			isShifted := !isWhole && !options.WithArchived && c.archives.since(began.Add(-c.patience.LostCreate))
			read.isOver = read.isOver && !isShifted
			return read
		}
	}
	yield(Webhook{}, c.unreadable(listAction, errors.New("the list does not end after 1000 pages")))
	return reading{isOver: true}
}

// archives are this client's calls that archive. Their zero value is ready for use.
type archives struct {
	mu      sync.Mutex
	running int
	last    time.Time
}

// begin returns the function that ends it.
func (a *archives) begin() (end func()) {
	a.add(1)
	return func() { a.add(-1) }
}

func (a *archives) add(calls int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running, a.last = a.running+calls, time.Now()
}

// since tells whether a webhook was being archived at this moment or later.
func (a *archives) since(moment time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.running > 0 || a.last.After(moment)
}

// readingOf tells that so many webhooks were on pages that told these counts.
func readingOf(seen int, counts []int) reading {
	if len(counts) == 0 {
		return reading{isOver: true}
	}
	last := counts[len(counts)-1]
	return reading{isOver: seen >= last && slices.Min(counts) == slices.Max(counts), count: last}
}

// endsList tells whether no page follows, when so many webhooks have been seen. A server
// may give less than it says. Where it does not count, only the next page can tell.
func (p listedPage) endsList(seen int) bool {
	return p.count != nil && len(p.webhooks) < cmp.Or(p.size, perPage) && int64(seen) >= *p.count
}

// listPage returns one page.
func (c *Client) listPage(ctx context.Context, options ListOptions, number int) (listedPage, error) {
	query := url.Values{"page": {strconv.Itoa(number)}, "per_page": {strconv.Itoa(perPage)}, "with_count": {"true"}}
	if options.WithArchived {
		query.Set("with_archived", "true")
	}
	body, err := c.send(ctx, request{
		action: listAction, method: http.MethodGet, path: "/webhooks", account: options.Account, query: query, repeatable: true, finishes: options.finishes,
	})
	if err != nil {
		return listedPage{}, err
	}
	page, err := decodeList(body)
	if err != nil {
		return listedPage{}, c.unreadable(listAction, err)
	}
	for _, webhook := range page.webhooks {
		c.Conceal(webhook.Settings, webhook.Secret)
		c.accounts.place(webhook.ID, options.Account)
	}
	c.logIDs(ctx, page.webhooks...)
	return page, nil
}

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
	// Account is the account to act for; 0 is the account of the credentials.
	Account int64
	// WithArchived includes archived webhooks. Without it, a list can have some.
	WithArchived bool
	// finishes makes the list once even if Terraform stops.
	finishes bool
}

const (
	// perPage is the API's documented default; it may refuse a larger one.
	perPage = 50
	// maxPages ends a list that never ends by itself.
	maxPages = 1000
)

// maxReadings is how often a list is read while it holds less than it counts.
const maxReadings = 3

// List yields every webhook, page by page, without secrets. If a page cannot be read, it yields one error and
// ends, so a list is never silently incomplete. An archived webhook moves those behind it forward, past the
// page that is read next. So List reads all pages again, three times at most, if they hold fewer webhooks than
// the API counts, if the count changes meanwhile, or if this client archives a webhook or just has. The last time,
// it also yields archived webhooks: these keep their places, and an API may count them. An [Error] of kind
// [Unexpected] says that some are still missing.
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
			if read.isShifted && read.count == 0 {
				// Only the next reading tells whether the list still shifts, as the API's servers learn of an archived webhook.
				sleep(ctx, c.patience.LostCreate/2)
			}
			options.WithArchived = options.WithArchived || number == maxReadings-1
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

// reading is the result of reading all pages once.
type reading struct {
	// isOver means that the list is complete, has failed, or is no longer wanted.
	isOver bool
	// isShifted means that this client was archiving webhooks meanwhile, or just before.
	isShifted bool
	// count is the API's last count of webhooks.
	count int
}

// listPages yields the webhooks on all pages.
func (c *Client) listPages(ctx context.Context, options ListOptions, yield func(Webhook, error) bool) reading {
	seen, counts, began := map[string]bool{}, []int{}, time.Now()
	for number := 1; number <= maxPages; number++ {
		page, err := c.listPage(ctx, options, number)
		if len(counts) > 0 && (IsKind(err, Invalid) || IsKind(err, Unsupported)) {
			// An API may refuse the page after the last one. Whether this is it, the count says.
			page, err = listedPage{}, nil
		}
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
			// If the second page repeats the first, there are no pages that could shift.
			isWhole := number == 1 || number == 2 && isOld && len(page.webhooks) > 0
			read.isShifted = !isWhole && !options.WithArchived && c.archives.since(began.Add(-c.patience.LostCreate))
			read.isOver = read.isOver && !read.isShifted
			return read
		}
	}
	yield(Webhook{}, c.unreadable(listAction, errors.New("the list does not end after 1000 pages")))
	return reading{isOver: true}
}

// archives are this client's archiving calls. The zero value is ready for use.
type archives struct {
	mu      sync.Mutex
	running int
	last    time.Time
}

// begin notes the start of a call, and returns the function that notes its end.
func (a *archives) begin() (end func()) {
	a.add(1)
	return func() { a.add(-1) }
}

func (a *archives) add(calls int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running, a.last = a.running+calls, time.Now()
}

// since reports whether a webhook was being archived at this moment or later.
func (a *archives) since(moment time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.running > 0 || a.last.After(moment)
}

// readingOf is the result of reading so many webhooks on pages with these counts.
func readingOf(seen int, counts []int) reading {
	if len(counts) == 0 {
		return reading{isOver: true}
	}
	last := counts[len(counts)-1]
	return reading{isOver: seen >= last && slices.Min(counts) == slices.Max(counts), count: last}
}

// endsList reports whether this is the last page, after so many webhooks. A page can hold less than its size
// says. Without a count, only the next page can tell.
func (p listedPage) endsList(seen int) bool {
	return p.count != nil && len(p.webhooks) < cmp.Or(p.size, perPage) && int64(seen) >= *p.count
}

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
		c.Conceal(webhook)
		c.accounts.place(webhook.ID, options.Account)
	}
	c.logIDs(ctx, page.webhooks...)
	return page, nil
}

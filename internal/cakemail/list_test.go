package cakemail_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// pages serves so many webhooks, page by page, at most so many per page, and counts them.
func pages(total, largestPage int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		size = min(size, largestPage)
		items := []string{}
		for number := (page - 1) * size; number < min(page*size, total); number++ {
			items = append(items, fmt.Sprintf(`{"id":"w%d"}`, number))
		}
		answer{Body: fmt.Sprintf(`{"pagination":{"page":%d,"per_page":%d,"count":%d},"data":[%s]}`, page, size, total, strings.Join(items, ","))}.write(w)
	}
}

// shortPages serves twelve webhooks, five a page, in an envelope that names PAGE and ITEMS.
func shortPages(envelope string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		shown := numbered(12)[min((page-1)*5, 12):min(page*5, 12)]
		answer{Body: strings.NewReplacer("PAGE", strconv.Itoa(page), "ITEMS", itemsOf(shown)).Replace(envelope)}.write(w)
	}
}

func numbered(total int) []string {
	ids := make([]string, total)
	for number := range ids {
		ids[number] = fmt.Sprintf("w%d", number)
	}
	return ids
}

func itemsOf(ids []string) string {
	items := make([]string, len(ids))
	for index, id := range ids {
		items[index] = `{"id":"` + id + `"}`
	}
	return "[" + strings.Join(items, ",") + "]"
}

func TestList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   []string
		calls  int
	}{
		"no webhook":                                  {pages(0, 50), nil, 1},
		"a page that is not full":                     {pages(3, 50), numbered(3), 1},
		"exactly one page":                            {pages(50, 50), numbered(50), 2},
		"several pages":                               {pages(120, 50), numbered(120), 3},
		"a smaller page than asked for":               {pages(45, 10), numbered(45), 5},
		"one webhook a page":                          {pages(4, 1), numbered(4), 5},
		"an array":                                    {inTurn(answer{Body: itemsOf(numbered(3))}), numbered(3), 2},
		"an array of nothing":                         {inTurn(answer{Body: "[]"}), nil, 1},
		"arrays of five":                              {shortPages("ITEMS"), numbered(12), 4},
		"a server that ignores the page":              {inTurn(answer{Body: itemsOf(numbered(70))}), numbered(70), 2},
		"the same webhook on two pages":               {inTurn(answer{Body: itemsOf(numbered(50))}, answer{Body: itemsOf([]string{"w49", "w50"})}), numbered(51), 3},
		"the same webhook twice on a page":            {inTurn(answer{Body: itemsOf([]string{"w0", "w0", "w1"})}), numbered(2), 2},
		"a server that gives less than it says":       {shortPages(`{"pagination":{"page":PAGE,"per_page":50,"count":12},"data":ITEMS}`), numbered(12), 3},
		"a server that gives less, and tells no size": {shortPages(`{"pagination":{"page":PAGE,"count":12},"data":ITEMS}`), numbered(12), 3},
		"a server that gives less than it says, and does not count": {shortPages(`{"pagination":{"page":PAGE,"per_page":50},"data":ITEMS}`), numbered(12), 4},
		"a page repeated after a 503":                               {inTurn(answer{Status: 503}, answer{Body: itemsOf(numbered(2))}), numbered(2), 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, test.answer)

			got, err := collect(api.client().List(t.Context(), cakemail.ListOptions{}))

			wantNoError(t, err)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if calls := len(api.received()); calls != test.calls {
				t.Errorf("got %d calls, want %d", calls, test.calls)
			}
		})
	}
}

func TestAListIsNeverSilentlyShorter(t *testing.T) {
	t.Parallel()
	full := answer{Body: itemsOf(numbered(50))}
	for name, test := range map[string]struct {
		later answer
		want  cakemail.Kind
	}{
		"500":            {answer{Status: 500}, cakemail.Unavailable},
		"403":            {answer{Status: 403}, cakemail.Forbidden},
		"404":            {answer{Status: 404}, cakemail.Unsupported},
		"cut":            {answer{Cut: true}, cakemail.Network},
		"HTML":           {answer{Body: "<html>"}, cakemail.Unreadable},
		"empty":          {answer{}, cakemail.Unreadable},
		"truncated":      {answer{Body: `{"data":[{"id":"w50"}`}, cakemail.Unreadable},
		"without a list": {answer{Body: `{"pagination":{}}`}, cakemail.Unreadable},
		"with a bad id":  {answer{Body: `[{"id":"w50"},{"id":null}]`}, cakemail.Unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, inTurn(full, test.later))

			got, err := collect(api.client().List(t.Context(), cakemail.ListOptions{}))

			wantKind(t, err, test.want)
			if !slices.Equal(got, numbered(50)) {
				t.Errorf("got %d webhooks before the error, want 50", len(got))
			}
		})
	}
}

// A list that says itself that some are missing is read again, and then an error.
func TestAListThatIsShortOfItsOwnCount(t *testing.T) {
	t.Parallel()
	inAnyOrder := func(seed uint64) http.HandlerFunc {
		order := rand.New(rand.NewPCG(seed, 0))
		return func(w http.ResponseWriter, r *http.Request) {
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			ids := numbered(120)
			order.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			shown := ids[min((page-1)*50, 120):min(page*50, 120)]
			answer{Body: fmt.Sprintf(`{"pagination":{"page":%d,"per_page":50,"count":120},"data":%s}`, page, itemsOf(shown))}.write(w)
		}
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"in another order on each page": {inAnyOrder(1), "counts 120 webhooks"},
		"one is never there":            {shortPages(`{"pagination":{"page":PAGE,"count":13},"data":ITEMS}`), "counts 13 webhooks, and lists 12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, test.answer)

			_, err := collect(api.client().List(t.Context(), cakemail.ListOptions{}))

			if failure := wantKind(t, err, cakemail.Unexpected); !strings.Contains(failure.Error(), test.want) {
				t.Errorf("got %v, want %q in it", failure, test.want)
			}
		})
	}
}

// pagedWhile serves what is there, page by page, and changes it after the page.
func pagedWhile(ids []string, changes map[int]func([]string) []string) http.HandlerFunc {
	calls := 0
	return func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		shown := ids[min((page-1)*50, len(ids)):min(page*50, len(ids))]
		answer{Body: fmt.Sprintf(`{"pagination":{"page":%d,"per_page":50,"count":%d},"data":%s}`, page, len(ids), itemsOf(shown))}.write(w)
		calls++
		if change := changes[calls]; change != nil {
			ids = change(slices.Clone(ids))
		}
	}
}

func TestAListThatShiftsWhileItIsPaged(t *testing.T) {
	t.Parallel()
	archiveFirst := func(ids []string) []string { return ids[1:] }
	addFirst := func(ids []string) []string { return append([]string{"new"}, ids...) }
	for name, test := range map[string]struct {
		changes map[int]func([]string) []string
		calls   int
	}{
		"nothing changes":                          {nil, 3},
		"one is archived after the first page":     {map[int]func([]string) []string{1: archiveFirst}, 6},
		"one is archived after the second page":    {map[int]func([]string) []string{2: archiveFirst}, 6},
		"one is archived after the last page":      {map[int]func([]string) []string{3: archiveFirst}, 3},
		"one is added after the first page":        {map[int]func([]string) []string{1: addFirst}, 7},
		"one is archived and one is added at last": {map[int]func([]string) []string{1: archiveFirst, 4: addFirst}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, pagedWhile(numbered(120), test.changes))

			got, err := collect(api.client().List(t.Context(), cakemail.ListOptions{}))

			wantNoError(t, err)
			for _, id := range numbered(120) {
				if count := strings.Count(" "+strings.Join(got, " ")+" ", " "+id+" "); count != 1 {
					t.Errorf("%s is listed %d times", id, count)
				}
			}
			if calls := len(api.received()); calls != test.calls {
				t.Errorf("got %d calls, want %d", calls, test.calls)
			}
		})
	}
}

func TestAListYieldsNothingAfterItsError(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Status: 403}))
	yields := 0
	for _, err := range api.client().List(t.Context(), cakemail.ListOptions{}) {
		yields++
		wantKind(t, err, cakemail.Forbidden)
	}
	if yields != 1 {
		t.Errorf("yields %d times, want once", yields)
	}
}

func TestAListThatNeverEndsIsAnError(t *testing.T) {
	t.Parallel()
	api := newStub(t, pages(1<<30, 1))

	got, err := collect(api.client().List(t.Context(), cakemail.ListOptions{}))

	wantKind(t, err, cakemail.Unreadable)
	if len(got) != 1000 || len(api.received()) != 1000 {
		t.Errorf("got %d webhooks of %d pages, want 1000 of 1000", len(got), len(api.received()))
	}
}

func TestAListIsReadOnlyAsFarAsItIsWanted(t *testing.T) {
	t.Parallel()
	api := newStub(t, pages(500, 50))
	wanted := 60
	for _, err := range api.client().List(t.Context(), cakemail.ListOptions{}) {
		wantNoError(t, err)
		if wanted--; wanted == 0 {
			break
		}
	}
	if got := len(api.received()); got != 2 {
		t.Errorf("got %d calls, want 2", got)
	}
}

func TestAListEndsWhenTerraformStops(t *testing.T) {
	t.Parallel()
	api := newStub(t, pages(500, 50))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, last = range api.client().List(ctx, cakemail.ListOptions{}) {
		cancel()
	}
	wantKind(t, last, cakemail.Stopped)
	if got := len(api.received()); got != 1 {
		t.Errorf("got %d calls, want one", got)
	}
}

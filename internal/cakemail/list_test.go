package cakemail

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// collect reads a list until its end or its error.
func collect(list iter.Seq2[Webhook, error]) ([]string, error) {
	var ids []string
	for webhook, err := range list {
		if err != nil {
			return ids, err
		}
		ids = append(ids, webhook.ID)
	}
	return ids, nil
}

func numbered(total int) []string {
	ids := make([]string, total)
	for number := range ids {
		ids[number] = fmt.Sprintf("w%d", number)
	}
	return ids
}

func itemsOf(ids ...string) string {
	items := make([]string, len(ids))
	for index, id := range ids {
		items[index] = `{"id":"` + id + `"}`
	}
	return "[" + strings.Join(items, ",") + "]"
}

const counted = `{"pagination":{"page":PAGE,"per_page":SIZE,"count":COUNT},"data":ITEMS}`

// paged serves these webhooks in pages of this size, in an envelope that has only the named fields.
func paged(envelope string, size int, ids func() []string) api {
	return func(r *http.Request) answer {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		all := ids()
		shown := all[min((page-1)*size, len(all)):min(page*size, len(all))]
		return answer{Body: strings.NewReplacer("PAGE", strconv.Itoa(page), "SIZE", strconv.Itoa(size), "COUNT", strconv.Itoa(len(all)),
			"ITEMS", itemsOf(shown...)).Replace(envelope)}
	}
}

func same(total int) func() []string { return func() []string { return numbered(total) } }

func TestList_HasEachWebhookOnce(t *testing.T) {
	type row struct {
		answer api
		want   int
		calls  int
	}
	array := func(ids ...string) answer { return answer{Body: itemsOf(ids...)} }
	all := numbered(70)
	stories(t, map[string]row{
		"no webhook":                          {paged(counted, 50, same(0)), 0, 1},
		"a page that is not full":             {paged(counted, 50, same(3)), 3, 1},
		"exactly one page":                    {paged(counted, 50, same(50)), 50, 2},
		"several pages":                       {paged(counted, 50, same(120)), 120, 3},
		"a smaller page than asked for":       {paged(counted, 10, same(45)), 45, 5},
		"one webhook a page":                  {paged(counted, 1, same(4)), 4, 5},
		"an array of nothing":                 {inTurn(nothing), 0, 1},
		"arrays of five":                      {paged("ITEMS", 5, same(12)), 12, 4},
		"the same array, whatever the page":   {inTurn(array(all...)), 70, 2},
		"the same webhook on two pages":       {inTurn(array(all[:50]...), array("w49", "w50")), 51, 3},
		"the same webhook twice on a page":    {inTurn(array("w0", "w0", "w1")), 2, 2},
		"less than the server says":           {paged(strings.Replace(counted, "SIZE", "50", 1), 5, same(12)), 12, 3},
		"less, and no size":                   {paged(`{"pagination":{"count":COUNT},"data":ITEMS}`, 5, same(12)), 12, 3},
		"less than the server says, no count": {paged(`{"pagination":{"per_page":50},"data":ITEMS}`, 5, same(12)), 12, 4},
	}, func(t bubble, row row) {
		api := newStub(row.answer)

		got, err := collect(api.client().List(t.Context(), ListOptions{}))

		wantNoError(t, err)
		if !slices.Equal(got, numbered(row.want)) {
			t.Errorf("got %v, want %d", got, row.want)
		}
		if calls := len(api.received()); calls != row.calls {
			t.Errorf("got %d calls, want %d", calls, row.calls)
		}
	})
}

func TestList_IsNeverSilentlyShorter(t *testing.T) {
	type row struct {
		later answer
		want  Kind
	}
	stories(t, map[string]row{
		"a 500":           {answer{Status: 500}, Unavailable},
		"a cut":           {answer{Cut: true}, Network},
		"a page of HTML":  {answer{Body: "<html>"}, Unreadable},
		"half an answer":  {answer{Body: `{"data":[{"id":"w50"}`}, Unreadable},
		"no list":         {answer{Body: `{"pagination":{}}`}, Unreadable},
		"one without ids": {answer{Body: `[{"id":"w50"},{"id":null}]`}, Unreadable},
	}, func(t bubble, row row) {
		yields := 0
		var got []string
		for webhook, err := range newStub(inTurn(answer{Body: itemsOf(numbered(50)...)}, row.later)).client().List(t.Context(), ListOptions{}) {
			if yields++; yields <= 50 {
				got = append(got, webhook.ID)
				continue
			}
			wantKind(t, err, row.want)
		}
		if yields != 51 || !slices.Equal(got, numbered(50)) {
			t.Errorf("got %v in %d yields, want 50 and the error", got, yields)
		}
	})
}

func TestList_ThatIsShortOfItsOwnCountIsAnError(t *testing.T) {
	type row struct {
		answer api
		want   string
	}
	order := rand.New(rand.NewPCG(1, 0))
	stories(t, map[string]row{
		"in another order on each page": {paged(counted, 50, func() []string {
			ids := numbered(120)
			order.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			return ids
		}), "the API counts 120 webhooks"},
		"one is never there": {paged(`{"pagination":{"count":13},"data":ITEMS}`, 5, same(12)), "the API counts 13 webhooks but lists 12"},
	}, func(t bubble, row row) {
		_, err := collect(newStub(row.answer).client().List(t.Context(), ListOptions{}))
		if failure := wantKind(t, err, Unexpected); !strings.Contains(failure.Error(), row.want) {
			t.Errorf("got %v, want %q in it", failure, row.want)
		}
	})
}

// Nobody has published what the count counts.
func TestList_WhoseCountHasTheArchivedIsComplete(t *testing.T) {
	story(t, "like any other", func(t bubble) {
		api := newStub(func(r *http.Request) answer {
			if r.URL.Query().Get("page") != "1" {
				return answer{Status: http.StatusNotFound}
			}
			items := strings.ReplaceAll(itemsOf("w0", "w1"), "}", `,"status":"active"}`)
			if r.URL.Query().Get("with_archived") == "true" {
				items = strings.TrimSuffix(items, "]") + `,{"id":"w2","status":"archived"}]`
			}
			return answer{Body: `{"pagination":{"count":3},"data":` + items + `}`}
		})

		listed, err := api.client().Active(t.Context(), 0)

		wantNoError(t, err)
		if len(listed.all) != 2 {
			t.Errorf("got %d webhooks, want 2", len(listed.all))
		}
	})
}

// An API may refuse the page after the last one.
func TestList_EndsBeforeARefusedPage(t *testing.T) {
	type row struct {
		// says is in the error; "" means none.
		says   string
		total  int
		status int
	}
	stories(t, map[string]row{
		"404 after a full page":             {"", 50, http.StatusNotFound},
		"422 after two full pages":          {"", 100, http.StatusUnprocessableEntity},
		"503 after a full page":             {"503", 50, http.StatusServiceUnavailable},
		"404 where webhooks are missing":    {"counts 51 webhooks but lists 50", 51, http.StatusNotFound},
		"404 where nothing counts the rest": {"404", -50, http.StatusNotFound},
	}, func(t bubble, row row) {
		total, envelope := row.total, counted
		if total < 0 {
			total, envelope = -total, `{"data":ITEMS}`
		}
		full := paged(envelope, 50, same(total))
		api := newStub(func(r *http.Request) answer {
			if page, _ := strconv.Atoi(r.URL.Query().Get("page")); page > total/50 {
				return answer{Status: row.status}
			}
			return full(r)
		})

		got, err := collect(api.client().List(t.Context(), ListOptions{}))

		if row.says != "" {
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, want %q in it", err, row.says)
			}
			return
		}
		wantNoError(t, err)
		if len(got) != total {
			t.Errorf("got %d webhooks, want %d", len(got), total)
		}
	})
}

func TestList_ThatShiftsIsReadAgain(t *testing.T) {
	archives := func(ids []string) []string { return ids[1:] }
	adds := func(ids []string) []string { return append([]string{"new"}, ids...) }
	type row struct {
		// changes happen after so many pages.
		changes map[int]func([]string) []string
		calls   int
	}
	stories(t, map[string]row{
		"nothing changes":                          {nil, 3},
		"one is archived after the first page":     {map[int]func([]string) []string{1: archives}, 6},
		"one is archived after the last page":      {map[int]func([]string) []string{3: archives}, 3},
		"one is added after the first page":        {map[int]func([]string) []string{1: adds}, 7},
		"one is archived and one is added at last": {map[int]func([]string) []string{1: archives, 4: adds}, 10},
	}, func(t bubble, row row) {
		ids, pages := numbered(120), 0
		api := newStub(paged(counted, 50, func() []string {
			if change := row.changes[pages]; change != nil {
				ids = change(slices.Clone(ids))
			}
			pages++
			return ids
		}))

		got, err := collect(api.client().List(t.Context(), ListOptions{}))

		wantNoError(t, err)
		slices.Sort(got)
		if got = slices.DeleteFunc(got, func(id string) bool { return id == "new" }); !slices.Equal(got, slices.Sorted(slices.Values(numbered(120)))) {
			t.Errorf("got %v, want each once", got)
		}
		if calls := len(api.received()); calls != row.calls {
			t.Errorf("got %d calls, want %d", calls, row.calls)
		}
	})
}

// A replica that lags moves the webhooks after the archive was answered.
func TestList_AfterAnArchiveIsReadAgain(t *testing.T) {
	for sentence, wait := range map[string]time.Duration{"at once": 0, "when every replica has caught up": time.Minute} {
		story(t, sentence, func(t bubble) {
			calls := 0
			listed := paged(counted, 50, func() []string {
				calls++
				if calls == 1 {
					return numbered(60)
				}
				return append(numbered(60)[1:], "new")
			})
			client := newStub(func(r *http.Request) answer {
				if r.Method == http.MethodPost {
					return archivedAs("true")
				}
				return listed(r)
			}).client()
			_, err := client.Archive(t.Context(), Ref{ID: webhookID})
			wantNoError(t, err)
			time.Sleep(wait)

			got, err := collect(client.List(t.Context(), ListOptions{}))

			wantNoError(t, err)
			if isRead := slices.Contains(got, "w50"); isRead != (wait == 0) {
				t.Errorf("the list has the webhook that moved forward: %t", isRead)
			}
		})
	}
}

func TestList_Ends(t *testing.T) {
	story(t, "with an error after 1000 pages", func(t bubble) {
		got, err := collect(newStub(paged(counted, 1, same(2000))).client().List(t.Context(), ListOptions{}))
		wantKind(t, err, Unreadable)
		if len(got) != 1000 {
			t.Errorf("got %d webhooks, want 1000", len(got))
		}
	})
	story(t, "where nobody wants more", func(t bubble) {
		api := newStub(paged(counted, 50, same(500)))
		wanted := 60
		for _, err := range api.client().List(t.Context(), ListOptions{}) {
			wantNoError(t, err)
			if wanted--; wanted == 0 {
				break
			}
		}
		api.wantHeard(t, "list list")
	})
	story(t, "when Terraform stops", func(t bubble) {
		api := newStub(paged(counted, 50, same(500)))
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var last error
		for _, last = range api.client().List(ctx, ListOptions{}) {
			stop()
		}
		wantKind(t, last, Stopped)
		api.wantHeard(t, "list")
	})
}

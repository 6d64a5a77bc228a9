package cakemail

import (
	"reflect"
	"strings"
	"testing"
)

func TestDecodeList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want []Webhook
		size int
	}{
		"reference": {
			body: `{"pagination":{"page":1,"per_page":20,"count":2},"data":[{"id":"w1","status":"active","event":"A.A","url":"https://a.example/","rate_limit":5,"rate_limit_period":"minute"},{"id":"w2","status":"archived"}]}`,
			want: []Webhook{
				{ID: "w1", Settings: Settings{URL: new("https://a.example/"), Events: []string{"A.A"}, RateLimit: new(int64(5)), RateLimitPeriod: new("minute")}, Archived: new(false), Form: FormReference},
				{ID: "w2", Archived: new(true), Form: FormReference},
			},
			size: 20,
		},
		"guide": {
			body: `[{"webhook_id":1,"events":["B.B","A.A"],"archived":false}]`,
			want: []Webhook{{ID: "1", Settings: Settings{Events: []string{"A.A", "B.B"}}, Archived: new(false), Form: FormGuide}},
			size: 0,
		},
		"the guide's items in an envelope": {
			body: `{"pagination":{"page":1,"per_page":50},"data":[{"id":"w1","events":["A.A","B.B"]}]}`,
			want: []Webhook{{ID: "w1", Settings: Settings{Events: []string{"A.A", "B.B"}}, Form: FormGuide}}, size: 50,
		},
		"under another name":       {body: `{"webhooks":[{"id":"w1"}]}`, want: []Webhook{{ID: "w1", Form: FormGuide}}, size: 0},
		"no webhooks":              {body: `{"pagination":{"page":1,"per_page":50},"data":[]}`, want: []Webhook{}, size: 50},
		"no webhooks in an array":  {body: ` [] `, want: []Webhook{}, size: 0},
		"a page size of zero":      {body: `{"pagination":{"per_page":0},"data":[]}`, want: []Webhook{}, size: 0},
		"a negative page size":     {body: `{"pagination":{"per_page":-5},"data":[]}`, want: []Webhook{}, size: 0},
		"null for the pagination":  {body: `{"pagination":null,"data":[]}`, want: []Webhook{}, size: 0},
		"null for the page size":   {body: `{"pagination":{"per_page":null},"data":[]}`, want: []Webhook{}, size: 0},
		"items in their envelopes": {body: `[{"id":"w1","data":{"url":"https://a.example/"}}]`, want: []Webhook{{ID: "w1", Settings: Settings{URL: new("https://a.example/")}, Form: FormReference}}, size: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeList([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.webhooks, test.want) || got.size != test.size {
				t.Errorf("got  %+v, page size %d\nwant %+v, page size %d", got.webhooks, got.size, test.want, test.size)
			}
		})
	}
}

func TestDecodeListRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"an empty answer":          {"", "not complete JSON"},
		"an HTML page":             {"<html></html>", "not complete JSON"},
		"null":                     {"null", "no list of webhooks"},
		"a single webhook":         {`{"id":"w1"}`, "no list of webhooks"},
		"null for the list":        {`{"data":null}`, "no list of webhooks"},
		"an object for the list":   {`{"data":{}}`, "object where"},
		"a truncated list":         {`{"data":[{"id":"w1"},{"id"`, "not complete JSON"},
		"a truncated array":        {`[{"id":"w1"}`, "not complete JSON"},
		"a null item":              {`[null]`, "the id is empty"},
		"an item without an id":    {`{"data":[{"id":"w1"},{"url":"https://a.example/"}]}`, "the id is empty"},
		"an item with a bad id":    {`{"data":[{"id":"."}]}`, "are not ids"},
		"an item of another type":  {`{"data":["w1"]}`, "string where"},
		"two lists":                {`[][]`, "not complete JSON"},
		"text for the page size":   {`{"pagination":{"per_page":"50"},"data":[]}`, "string where"},
		"unbalanced":               {`{"data":[}]`, "not complete JSON"},
		"a key that is no string":  {`{1:2}`, "not complete JSON"},
		"the second of two faulty": {`{"data":[{"id":"w1","url":"a"},{"id":"w2","url":1}]}`, `number where "data.url"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := decodeList([]byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %+v, %v; want an error with %q", page, err, test.want)
			}
			if page.webhooks != nil {
				t.Errorf("a refused list yields %+v", page.webhooks)
			}
		})
	}
}

func TestCheckID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"1", "w1", "a/b", "a%2Fb", "...", ".a", "a b", "ünïcødé", "日本", "a?b#c", "<script>", "a\\b", `"`, strings.Repeat("x", 255)} {
		if err := CheckID(id); err != nil {
			t.Errorf("%q is refused: %v", id, err)
		}
	}
	for _, id := range []string{"", ".", "..", "a\x00", "a\nb", "a\tb", "\x7f", "\u200b", "\u202e", "a\u00a0b", "\xff", strings.Repeat("x", 256)} {
		if CheckID(id) == nil {
			t.Errorf("%q is accepted", id)
		}
	}
}

package cakemail

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCall_IsWrittenAsTheAPIReadsIt(t *testing.T) {
	const one = "/webhooks/" + webhookID
	ref := Ref{Account: 42, ID: webhookID}
	type row struct {
		call func(context.Context, *Client) error
		want string
	}
	listing := func(options ListOptions) func(context.Context, *Client) error {
		return func(ctx context.Context, client *Client) error {
			_, err := collect(client.List(ctx, options))
			return err
		}
	}
	on := func(kind string, ref Ref) func(context.Context, *Client) error {
		return func(ctx context.Context, client *Client) error { return calls[kind](ctx, client, ref) }
	}
	stories(t, map[string]row{
		"read":                   {on("read", Ref{ID: webhookID}), "GET " + one + "? "},
		"read for a sub-account": {on("read", ref), "GET " + one + "?account_id=42 "},
		"change":                 {on("change", ref), "PATCH " + one + `?account_id=42 {"rate_limit":50}`},
		"archive":                {on("archive", ref), "POST " + one + "/archive?account_id=42 "},
		"unarchive": {func(ctx context.Context, client *Client) error {
			_, err := client.Unarchive(ctx, ref)
			return err
		}, "POST " + one + "/unarchive?account_id=42 "},
		"list":                    {listing(ListOptions{Account: 42}), "GET /webhooks?account_id=42&page=1&per_page=50&with_count=true "},
		"list with archived ones": {listing(ListOptions{WithArchived: true}), "GET /webhooks?page=1&per_page=50&with_archived=true&with_count=true "},
	}, func(t bubble, row row) {
		api := newStub(script{"list": {{Body: "[]"}}}.api())

		wantNoError(t, row.call(t.Context(), api.client()))

		received := api.received()
		if len(received) != 1 {
			t.Fatalf("got %d calls, want one", len(received))
		}
		got := received[0]
		if text := got.Method + " " + got.Path + "?" + got.Query + " " + got.Body; text != row.want {
			t.Errorf("got  %s\nwant %s", text, row.want)
		}
		contentType := ""
		if got.Body != "" {
			contentType = "application/json"
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer " + testToken, "Accept": "application/json", "User-Agent": "cakemail-test/1", "Content-Type": contentType,
		} {
			if values := strings.Join(got.Header.Values(name), ", "); values != want {
				t.Errorf("the header %s is %q, want %q", name, values, want)
			}
		}
	})
}

var (
	notFound   = answer{Status: http.StatusNotFound}
	isArchived = answer{Status: http.StatusBadRequest, Body: `{"detail":[{"msg":"Webhook is already archived","type":"bad_request"}]}`}
	nothing    = answer{Body: "[]"}
)

func TestGet_TellsTheWebhook(t *testing.T) {
	webhook, err := newStub(inTurn(answer{Body: shown})).client().Get(t.Context(), Ref{ID: webhookID})
	wantNoError(t, err)
	if webhook.Secret != webhookSecret || webhook.HashFunction != "sha256" || webhook.Form != FormReference || webhook.IsArchived() {
		t.Errorf("got %+v", webhook)
	}
}

func TestGet_WhenTheAnswerIsNoWebhook(t *testing.T) {
	type row struct {
		answer answer
		want   Kind
		calls  int
	}
	stories(t, map[string]row{
		"gone":                     {notFound, Gone, 2},
		"gone, says a 400":         {answer{Status: 400, Body: `{"detail":[{"msg":"Webhook not found"}]}`}, Gone, 2},
		"a body without end":       {answer{Body: shown[:50]}, Unreadable, 1},
		"an empty 200":             {answer{}, Unreadable, 1},
		"no events":                {answer{Body: `{"url":"https://example.com"}`}, Unreadable, 1},
		"an HTML page":             {answer{Body: "<html></html>", Header: map[string]string{"Content-Type": "text/html"}}, Unreadable, 1},
		"a webhook, called HTML":   {answer{Body: shown, Header: map[string]string{"Content-Type": "text/html"}}, succeeds, 1},
		"another webhook":          {answer{Body: strings.ReplaceAll(shown, webhookID, "other")}, Unreadable, 1},
		"a 500, again and again":   {answer{Status: 500}, Unavailable, 3},
		"a cut, again and again":   {answer{Cut: true}, Network, 3},
		"none, again and again":    {answer{After: never}, Timeout, 3},
		"more than any answer has": {answer{Body: `{"id":"` + strings.Repeat("x", 10<<20) + `"}`}, Unreadable, 1},
		"a refusal without end":    {answer{Status: 400, Body: strings.Repeat("x", 10<<20)}, Unreadable, 1},
	}, func(t bubble, row row) {
		api := newStub(script{"read": {row.answer}}.api())

		_, err := api.client().Get(t.Context(), Ref{ID: webhookID})

		wantKind(t, err, row.want)
		if got := len(api.received()); got != row.calls {
			t.Errorf("got %d calls, want %d", got, row.calls)
		}
	})
}

func TestUpdate_ReadsWhatTheAnswerDoesNotTell(t *testing.T) {
	everything := Settings{URL: new(webhookURL), RateLimit: new(int64(50)), RateLimitPeriod: new("second")}
	patched := answer{Body: `{"id":"` + webhookID + `","object":"Webhook","patched":true}`}
	partly := answer{Body: `{"id":"` + webhookID + `","data":{"url":"u","rate_limit":50}}`}
	tells, old := answer{Body: shown}, answer{Body: strings.Replace(shown, webhookURL, "https://example.com/old", 1)}
	type row struct {
		changes Settings
		answers []answer
		want    Kind
		calls   string
	}
	stories(t, map[string]row{
		"the answer tells all":             {everything, []answer{tells}, succeeds, "change"},
		"the answer lacks the data":        {everything, []answer{patched, tells}, succeeds, "change read"},
		"the answer is empty":              {everything, []answer{{}, tells}, succeeds, "change read"},
		"the answer lacks one change":      {everything, []answer{partly, tells}, succeeds, "change read"},
		"what was not changed may lack":    {Settings{RateLimit: new(int64(50))}, []answer{partly}, succeeds, "change"},
		"the answer has the old values":    {everything, []answer{old, old, tells}, succeeds, "change read read"},
		"the old values stay":              {Settings{URL: new(webhookURL)}, []answer{old}, succeeds, "change" + strings.Repeat(" read", 7)},
		"the URL is written otherwise":     {Settings{URL: new("HTTPS://EXAMPLE.com:443/hook")}, []answer{tells}, succeeds, "change"},
		"the look fails":                   {everything, []answer{patched, {Status: 403}}, Forbidden, "change read"},
		"404, and the webhook is there":    {everything, []answer{notFound, tells}, Unsupported, "change read"},
		"404, and the webhook is gone":     {everything, []answer{notFound, notFound, nothing}, Gone, "change read list"},
		"404 to everything":                {everything, []answer{notFound}, Unconfirmed, "change read list"},
		"404, and the look fails":          {everything, []answer{notFound, {Status: 403}}, Forbidden, "change read"},
		"not offered":                      {everything, []answer{{Status: 405}}, Unsupported, "change"},
		"repeated after a cut":             {everything, []answer{{Cut: true}, tells}, succeeds, "change change"},
		"the answer is of another webhook": {everything, []answer{{Body: `{"id":"other"}`}}, Unreadable, "change"},
	}, func(t bubble, row row) {
		api := newStub(inTurn(row.answers...))

		webhook, err := api.client().Update(t.Context(), Ref{ID: webhookID}, row.changes)

		wantKind(t, err, row.want)
		if err == nil && (webhook.RateLimit == nil || *webhook.RateLimit != 50) {
			t.Errorf("got %+v", webhook)
		}
		api.wantHeard(t, row.calls)
	})
}

func TestUpdate_OfAnAPIWithoutLoginsIsNotUnsupported(t *testing.T) {
	_, err := newStub(inTurn(notFound)).client(withPassword).Update(t.Context(), Ref{ID: webhookID}, Settings{RateLimit: new(int64(9))})
	if failure := wantKind(t, err, Unsupported); !failure.LoginFailed {
		t.Errorf("got %+v, want a failed login", failure)
	}
}

func TestArchive_BelievesAnAnswerOrLooks(t *testing.T) {
	type row struct {
		answers []answer
		want    Kind
		calls   string
	}
	stories(t, map[string]row{
		"archives":                              {[]answer{archivedAs("true")}, succeeds, "archive"},
		"an empty answer is a yes":              {[]answer{{}}, succeeds, "archive"},
		"an answer without the state is a yes":  {[]answer{{Body: `{"id":"` + webhookID + `"}`}}, succeeds, "archive"},
		"is archived already":                   {[]answer{isArchived, shownAs("archived")}, succeeds, "archive read"},
		"is so, and the look is behind":         {[]answer{isArchived, shownAs("active"), shownAs("archived")}, succeeds, "archive read read"},
		"refused, and still active":             {[]answer{isArchived, shownAs("active")}, Invalid, "archive" + strings.Repeat(" read", 7)},
		"refused, and the look does not tell":   {[]answer{isArchived, shownAs("")}, Invalid, "archive" + strings.Repeat(" read", 7)},
		"refused, and the look fails":           {[]answer{isArchived, {Status: 403}}, Invalid, "archive read"},
		"the answer contradicts":                {[]answer{archivedAs("false"), shownAs("active")}, Unreadable, "archive" + strings.Repeat(" read", 7)},
		"the answer comes from a server behind": {[]answer{archivedAs("false"), shownAs("active"), shownAs("archived")}, succeeds, "archive read read"},
		"a value in it cannot be read": {
			[]answer{{Body: `{"id":"` + webhookID + `","archived":true,"data":{"rate_limit":{}}}`}},
			succeeds,
			"archive",
		},
		"gone":                                  {[]answer{notFound, nothing}, Gone, "archive list"},
		"404 to everything":                     {[]answer{notFound}, Unconfirmed, "archive list"},
		"repeated after a cut":                  {[]answer{{Cut: true}, archivedAs("true")}, succeeds, "archive archive"},
		"the cut one was processed":             {[]answer{{Cut: true}, isArchived, shownAs("archived")}, succeeds, "archive archive read"},
		"repeated no more than it is asked for": {[]answer{{Status: 500}}, Unavailable, "archive archive archive"},
	}, func(t bubble, row row) {
		api := newStub(inTurn(row.answers...))

		webhook, err := api.client().Archive(t.Context(), Ref{ID: webhookID})

		wantKind(t, err, row.want)
		if err == nil && (webhook.ID != webhookID || !webhook.IsArchived()) {
			t.Errorf("got %+v", webhook)
		}
		api.wantHeard(t, row.calls)
	})
}

func TestUnarchive_DoesTheOpposite(t *testing.T) {
	type row struct {
		answers []answer
		want    Kind
	}
	stories(t, map[string]row{
		"unarchives":                       {[]answer{archivedAs("false")}, succeeds},
		"an empty answer is a yes":         {[]answer{{}}, succeeds},
		"is active already":                {[]answer{isArchived, shownAs("active")}, succeeds},
		"refused, and still archived":      {[]answer{isArchived, shownAs("archived")}, Invalid},
		"refused, and its word is unknown": {[]answer{isArchived, shownAs("sleepy")}, succeeds},
		"the answer contradicts":           {[]answer{archivedAs("true")}, Unreadable},
	}, func(t bubble, row row) {
		webhook, err := newStub(inTurn(row.answers...)).client().Unarchive(t.Context(), Ref{ID: webhookID})

		wantKind(t, err, row.want)
		if err == nil && (webhook.ID != webhookID || webhook.Archived == nil || *webhook.Archived) {
			t.Errorf("got %+v", webhook)
		}
	})
}

// lagging does not know the webhook in the first calls.
func lagging(count int) *stub {
	known, asked := script{}.api(), 0
	return newStub(func(r *http.Request) answer {
		if r.URL.Path != "/webhooks" {
			asked++
		}
		if r.URL.Path != "/webhooks" && asked <= count {
			return notFound
		}
		return known(r)
	})
}

func TestCall_OnANewWebhookWaitsForIt(t *testing.T) {
	const unknown = -1
	type row struct {
		// age is the webhook's age, and lags the number of calls that do not know it.
		age  time.Duration
		lags int
		// wait is how long the call takes.
		wait time.Duration
		want Kind
	}
	for kind, call := range calls {
		stories(t, map[string]row{
			kind + " of one that appears":           {0, 3, 0, succeeds},
			kind + " of one that does not":          {0, 1 << 20, DefaultNewWebhook, Gone},
			kind + " of one of half a minute":       {30 * time.Second, 1 << 20, 30 * time.Second, Gone},
			kind + " of one created in the future":  {-1000 * time.Hour, 1 << 20, DefaultNewWebhook, Gone},
			kind + " of one that is not new":        {DefaultNewWebhook, 1 << 20, 0, Gone},
			kind + " of one made nobody knows when": {unknown, 1 << 20, 0, Gone},
		}, func(t bubble, row row) {
			began := time.Now()
			ref := Ref{ID: webhookID, Created: began.Add(-row.age)}
			if row.age == unknown {
				ref.Created = time.Time{}
			}

			wantKind(t, call(t.Context(), lagging(row.lags).client(), ref), row.want)

			// A change that gets a 404 is followed by a read.
			if took := time.Since(began); row.want == Gone && (took < row.wait || took > 2*row.wait || kind != "change" && took != row.wait) {
				t.Errorf("it took %s, want %s", took, row.wait)
			}
		})
	}
	story(t, "whose age this process knows itself, since it made it", func(t bubble) {
		client := lagging(3).client()
		_, err := client.Create(t.Context(), 0, spec())
		wantNoError(t, err)
		_, err = client.Get(t.Context(), Ref{ID: webhookID})
		wantNoError(t, err)
	})
	story(t, "until Terraform stops, which does not make it pass for gone", func(t bubble) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		_, err := lagging(1<<20).client().Get(ctx, Ref{ID: webhookID, Created: time.Now()})
		wantKind(t, err, Stopped)
	})
}

func TestCheckID(t *testing.T) {
	longest := strings.Repeat("x", 255)
	for _, id := range []string{"1", "a/b", "a%2Fb", "...", ".a", "a b", "ünïcødé", "日本", "a?b#c", `"`, longest} {
		if err := CheckID(id); err != nil {
			t.Errorf("%q is refused: %v", id, err)
		}
	}
	api := newStub(inTurn(answer{Body: shown}))
	for _, id := range []string{"", ".", "..", "a\nb", "\x7f", "\u200b", "\u202e", "a\u00a0b", "\xff", "https://example.com", longest + "x"} {
		if CheckID(id) == nil {
			t.Errorf("%q is accepted", id)
		}
		_, err := api.client().Get(t.Context(), Ref{ID: id})
		wantKind(t, err, Unexpected)
	}
	api.wantHeard(t, "")
}

// An id is one segment of the path, whatever it contains.
func FuzzWebhookID(f *testing.F) {
	for _, seed := range []string{webhookID, "a/b", "../admin", "..%2f", "a?b=c#d", "a+b", "%zz", "日本", "a;b,c", "...", "a\\b", "//", "."} {
		f.Add(seed)
	}
	var received string
	client := newStub(func(r *http.Request) answer {
		if r.URL.Path == "/webhooks" {
			return nothing
		}
		received = r.URL.EscapedPath()
		return notFound
	}).client()
	f.Fuzz(func(t *testing.T, id string) {
		if CheckID(id) != nil {
			t.Skip("not an id")
		}
		_, err := client.Get(t.Context(), Ref{ID: id})
		wantKind(t, err, Gone)
		segment, found := strings.CutPrefix(received, "/webhooks/")
		if !found || strings.Contains(segment, "/") {
			t.Fatalf("%q became the path %q", id, received)
		}
		if got, err := url.PathUnescape(segment); err != nil || got != id {
			t.Fatalf("%q was read as %q (%v)", id, got, err)
		}
	})
}

func TestMatches(t *testing.T) {
	webhook := Webhook{Settings: Settings{URL: new(webhookURL), Events: []string{"Contact.Added", "Email.Opened"}}}
	for _, test := range []struct {
		url, event string
		want       bool
	}{
		{"", "", true}, {webhookURL, "", true}, {"", "Email.Opened", true}, {webhookURL, "Contact.Added", true}, {"HTTPS://EXAMPLE.COM/hook", "", true},
		{"https://other.example/", "", false}, {"", "Email.Clicked", false}, {webhookURL, "Email.Clicked", false}, {"", "email.opened", true},
	} {
		if got := webhook.Matches(test.url, test.event); got != test.want {
			t.Errorf("%q, %q: got %t", test.url, test.event, got)
		}
	}
}

package cakemail_test

import (
	"iter"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// collect reads a list to its end or its error.
func collect(list iter.Seq2[cakemail.Webhook, error]) ([]string, error) {
	var ids []string
	for webhook, err := range list {
		if err != nil {
			return ids, err
		}
		ids = append(ids, webhook.ID)
	}
	return ids, nil
}

// spec is a webhook to create.
func spec(events ...string) cakemail.Settings {
	return cakemail.Settings{URL: new(webhookURL), Events: events}
}

func archivedAnswer(archived string) answer {
	return answer{Body: `{"id":"` + webhookID + `","data":{"id":"` + webhookID + `","url":"` + webhookURL + `"},"object":"Webhook","archived":` + archived + `}`}
}

func shownAs(status string) answer {
	return answer{Body: strings.Replace(shown, `"status":"active"`, `"status":"`+status+`"`, 1)}
}

func TestArchiveAndUnarchive(t *testing.T) {
	t.Parallel()
	refused := answer{Status: 400, Body: `{"detail":[{"msg":"Webhook is already archived","type":"bad_request"}]}`}
	for name, test := range map[string]struct {
		unarchive bool
		answers   []answer
		want      cakemail.Kind // -1: succeeds
		calls     int
	}{
		"archives":                              {answers: []answer{archivedAnswer("true")}, want: -1, calls: 1},
		"unarchives":                            {unarchive: true, answers: []answer{archivedAnswer("false")}, want: -1, calls: 1},
		"an empty answer is a yes":              {answers: []answer{{}}, want: -1, calls: 1},
		"an answer without the state is a yes":  {answers: []answer{{Body: `{"id":"` + webhookID + `"}`}}, want: -1, calls: 1},
		"is archived already":                   {answers: []answer{refused, shownAs("archived")}, want: -1, calls: 2},
		"is archived already, says a 409":       {answers: []answer{{Status: 409}, shownAs("archived")}, want: -1, calls: 2},
		"is archived already, says a 422":       {answers: []answer{{Status: 422}, shownAs("archived")}, want: -1, calls: 2},
		"is active already":                     {unarchive: true, answers: []answer{refused, shownAs("active")}, want: -1, calls: 2},
		"refused, and still active":             {answers: []answer{refused, shownAs("active")}, want: cakemail.Invalid, calls: 2},
		"refused, and still archived":           {unarchive: true, answers: []answer{refused, shownAs("archived")}, want: cakemail.Invalid, calls: 2},
		"refused, and the look does not tell":   {answers: []answer{refused, shownAs("")}, want: cakemail.Invalid, calls: 2},
		"refused, and the look fails":           {answers: []answer{refused, {Status: 403}}, want: cakemail.Invalid, calls: 2},
		"the answer contradicts an archive":     {answers: []answer{archivedAnswer("false")}, want: cakemail.Unreadable, calls: 1},
		"the answer contradicts an unarchive":   {unarchive: true, answers: []answer{archivedAnswer("true")}, want: cakemail.Unreadable, calls: 1},
		"gone":                                  {answers: []answer{{Status: 404}, {Body: "[]"}}, want: cakemail.Gone, calls: 2},
		"gone, says a 410":                      {answers: []answer{{Status: 410}, {Body: "[]"}}, want: cakemail.Gone, calls: 2},
		"gone, says a 400":                      {answers: []answer{{Status: 400, Body: `{"detail":"Webhook not found"}`}, {Body: "[]"}}, want: cakemail.Gone, calls: 2},
		"404 to everything":                     {answers: []answer{{Status: 404}}, want: cakemail.Unconfirmed, calls: 2},
		"not offered":                           {answers: []answer{{Status: 405}}, want: cakemail.Unsupported, calls: 1},
		"repeated after a 500":                  {answers: []answer{{Status: 500}, archivedAnswer("true")}, want: -1, calls: 2},
		"repeated after a cut":                  {answers: []answer{{Cut: true}, archivedAnswer("true")}, want: -1, calls: 2},
		"the cut one was processed":             {answers: []answer{{Cut: true}, refused, shownAs("archived")}, want: -1, calls: 3},
		"repeated no more than it is asked for": {answers: []answer{{Status: 500}}, want: cakemail.Unavailable, calls: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, inTurn(test.answers...))
			change := api.client().Archive
			if test.unarchive {
				change = api.client().Unarchive
			}

			webhook, err := change(t.Context(), cakemail.Ref{ID: webhookID})

			if test.want >= 0 {
				wantKind(t, err, test.want)
			} else {
				wantNoError(t, err)
				if webhook.ID != webhookID || webhook.Archived == nil || *webhook.Archived == test.unarchive {
					t.Errorf("got %+v", webhook)
				}
			}
			if got := len(api.received()); got != test.calls {
				t.Errorf("got %d calls, want %d", got, test.calls)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	everything := cakemail.Settings{URL: new(webhookURL), RateLimit: new(int64(50)), RateLimitPeriod: new("second")}
	patched := answer{Body: `{"id":"` + webhookID + `","object":"Webhook","patched":true}`}
	for name, test := range map[string]struct {
		changes cakemail.Settings
		answers []answer
		want    cakemail.Kind // -1: succeeds
		calls   []string
	}{
		"the answer tells all":             {everything, []answer{{Body: shown}}, -1, []string{"PATCH"}},
		"the answer lacks the data":        {everything, []answer{patched, {Body: shown}}, -1, []string{"PATCH", "GET"}},
		"the answer is empty":              {everything, []answer{{}, {Body: shown}}, -1, []string{"PATCH", "GET"}},
		"the answer lacks one change":      {everything, []answer{{Body: `{"id":"` + webhookID + `","data":{"url":"u","rate_limit":50}}`}, {Body: shown}}, -1, []string{"PATCH", "GET"}},
		"what was not changed may lack":    {cakemail.Settings{RateLimit: new(int64(50))}, []answer{{Body: `{"data":{"rate_limit":50}}`}}, -1, []string{"PATCH"}},
		"the look fails":                   {everything, []answer{patched, {Status: 403}}, cakemail.Forbidden, []string{"PATCH", "GET"}},
		"404, and the webhook is there":    {everything, []answer{{Status: 404}, {Body: shown}}, cakemail.Unsupported, []string{"PATCH", "GET"}},
		"404, and the webhook is gone":     {everything, []answer{{Status: 404}, {Status: 404}, {Body: "[]"}}, cakemail.Gone, []string{"PATCH", "GET", "GET"}},
		"404 to everything":                {everything, []answer{{Status: 404}}, cakemail.Unconfirmed, []string{"PATCH", "GET", "GET"}},
		"404, and the look fails":          {everything, []answer{{Status: 404}, {Status: 403}}, cakemail.Forbidden, []string{"PATCH", "GET"}},
		"405":                              {everything, []answer{{Status: 405}}, cakemail.Unsupported, []string{"PATCH"}},
		"501":                              {everything, []answer{{Status: 501}}, cakemail.Unsupported, []string{"PATCH"}},
		"422":                              {everything, []answer{{Status: 422}}, cakemail.Invalid, []string{"PATCH"}},
		"repeated after a 500":             {everything, []answer{{Status: 500}, {Body: shown}}, -1, []string{"PATCH", "PATCH"}},
		"repeated after a cut":             {everything, []answer{{Cut: true}, {Body: shown}}, -1, []string{"PATCH", "PATCH"}},
		"the answer is an HTML page":       {everything, []answer{{Body: "<html>"}}, cakemail.Unreadable, []string{"PATCH"}},
		"the answer is of another webhook": {everything, []answer{{Body: `{"id":"other"}`}}, cakemail.Unreadable, []string{"PATCH"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, inTurn(test.answers...))

			webhook, err := api.client().Update(t.Context(), cakemail.Ref{ID: webhookID}, test.changes)

			if test.want >= 0 {
				wantKind(t, err, test.want)
			} else {
				wantNoError(t, err)
				if webhook.RateLimit == nil || *webhook.RateLimit != 50 {
					t.Errorf("got %+v", webhook)
				}
			}
			var methods []string
			for _, received := range api.received() {
				methods = append(methods, received.Method)
			}
			if got, want := strings.Join(methods, " "), strings.Join(test.calls, " "); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// An API without logins must not pass for one that cannot change webhooks.
func TestAChangeWhoseLoginFails(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Status: 404}))

	_, err := api.client(withPassword("jane@example.com", "correct horse")).Update(t.Context(), cakemail.Ref{ID: webhookID}, cakemail.Settings{RateLimit: new(int64(9))})

	if failure := wantKind(t, err, cakemail.Unsupported); !failure.LoginFailed {
		t.Errorf("got %+v, want that the login failed", failure)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Body: shown}))

	webhook, err := api.client().Get(t.Context(), cakemail.Ref{ID: webhookID})

	wantNoError(t, err)
	if webhook.Secret != webhookSecret || webhook.HashFunction != "sha256" || webhook.Form != cakemail.FormReference || webhook.IsArchived() {
		t.Errorf("got %+v", webhook)
	}
}

func TestAWebhookIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range []answer{{Status: 404}, {Status: 410}, {Status: 404, Body: "<html>"}, {Status: 400, Body: `{"detail":[{"msg":"Webhook not found"}]}`}} {
		api := newStub(t, inTurn(gone, answer{Body: "[]"}))
		_, err := api.client().Get(t.Context(), cakemail.Ref{ID: webhookID})
		wantKind(t, err, cakemail.Gone)
	}
}

func TestIDsThatCannotBeSentAreNotSent(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(answer{Body: shown}))
	for _, id := range []string{"", ".", "..", "a\nb", "\xff", strings.Repeat("x", 256)} {
		_, err := api.client().Get(t.Context(), cakemail.Ref{ID: id})
		wantKind(t, err, cakemail.Unexpected)
	}
	if got := len(api.received()); got != 0 {
		t.Errorf("got %d calls", got)
	}
}

// An id is one segment of the path, whatever it holds.
func FuzzWebhookID(f *testing.F) {
	for _, seed := range []string{webhookID, "1001", "a/b", "../admin", "..%2f", "a?b=c#d", "a b", "a+b", "%", "%zz", "日本", "a;b,c", "...", "a\\b", "//", "\x00", "."} {
		f.Add(seed)
	}
	var received string
	api := newStub(f, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/webhooks" {
			answer{Body: "[]"}.write(w)
			return
		}
		received = r.URL.EscapedPath()
		answer{Status: http.StatusNotFound}.write(w)
	})
	client := api.client()
	f.Fuzz(func(t *testing.T, id string) {
		if cakemail.CheckID(id) != nil {
			t.Skip("not an id")
		}
		_, err := client.Get(t.Context(), cakemail.Ref{ID: id})
		wantKind(t, err, cakemail.Gone)
		segment, found := strings.CutPrefix(received, "/webhooks/")
		if !found || strings.Contains(segment, "/") {
			t.Fatalf("%q became the path %q", id, received)
		}
		if got, err := url.PathUnescape(segment); err != nil || got != id {
			t.Fatalf("%q was read as %q (%v)", id, got, err)
		}
	})
}

func TestSameURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		one, other string
		want       bool
	}{
		{"https://a.example/x", "https://a.example/x", true},
		{"https://a.example", "https://a.example/", true},
		{"HTTPS://A.Example/x", "https://a.example/x", true},
		{"https://a.example?x=1", "https://a.example/?x=1", true},
		{"%zz", "%zz", true},
		{"https://a.example:443/", "https://a.example/", true},
		{"http://a.example:80", "http://a.example/", true},
		{"https://bücher.example/", "https://xn--bcher-kva.example/", true},
		{"https://BÜCHER.example/", "https://bücher.example/", true},
		{"https://a.example/?q=é", "https://a.example/?q=%C3%A9", true},
		{"https://a.example/é x", "https://a.example/%c3%a9%20x", true},
		{"https://a.example/b/../c", "https://a.example/c", true},
		{"https://a.example/b/%2e%2E/c/.", "https://a.example/c/", true},
		{"https://a.example/../..", "https://a.example/", true},
		{"https://a.example/%7Ejane/%41", "https://a.example/~jane/A", true},
		{"https://a.example/b%2fc", "https://a.example/b%2Fc", true},
		{"https://[2001:DB8::1]:443/", "https://[2001:db8::1]/", true},
		{"https://a.example/b%2Fc", "https://a.example/b/c", false},
		{"https://a.example/b%252Fc", "https://a.example/b%2Fc", false},
		{"https://a.example/b//c", "https://a.example/b/c", false},
		{"https://a.example/?q=a%26b", "https://a.example/?q=a&b", false},
		{"https://a.example/#%C3%A9", "https://a.example/#e", false},
		{"https://a.example:80/", "https://a.example/", false},
		{"https://a.example:8443/", "https://a.example/", false},
		{"https://a.example/?q='y'", "https://a.example/?q=%27y%27", true},
		{"https://a.example/x", "https://a.example/X", false},
		{"https://a.example/x", "https://a.example/x/", false},
		{"https://a.example/?a", "https://a.example/?b", false},
		{"http://a.example/", "https://a.example/", false},
		{"https://jane@a.example/", "https://a.example/", false},
		{"%zz", "%yy", false},
	} {
		if got := cakemail.SameURL(test.one, test.other); got != test.want || got != cakemail.SameURL(test.other, test.one) {
			t.Errorf("%s and %s: got %t", test.one, test.other, got)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	webhook := cakemail.Webhook{Settings: cakemail.Settings{URL: new(webhookURL), Events: []string{"Contact.Added", "Email.Opened"}}}
	for _, test := range []struct {
		url, event string
		want       bool
	}{
		{"", "", true}, {webhookURL, "", true}, {"", "Email.Opened", true}, {webhookURL, "Contact.Added", true}, {"HTTPS://EXAMPLE.COM/hook", "", true},
		{"https://other.example/", "", false}, {"", "Email.Clicked", false}, {webhookURL, "Email.Clicked", false}, {"", "email.opened", false},
	} {
		if got := webhook.Matches(test.url, test.event); got != test.want {
			t.Errorf("%q, %q: got %t", test.url, test.event, got)
		}
	}
}

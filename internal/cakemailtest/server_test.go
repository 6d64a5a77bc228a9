package cakemailtest_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// caller calls the API as a client would.
type caller struct {
	api    *cakemailtest.Server
	token  string
	client http.Client
}

func start(t *testing.T, options ...cakemailtest.Option) *caller {
	t.Helper()
	api := cakemailtest.Start(options...)
	t.Cleanup(api.Close)
	// Every server that closes also closes the idle connections of net/http's own transport.
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{api: api, token: cakemailtest.DefaultAccessToken, client: http.Client{Transport: transport}}
}

// received is an answer that was read completely.
type received struct {
	status int
	header http.Header
	body   string
}

func (c *caller) try(t *testing.T, call, body string) (received, error) {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, c.api.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if path == "/token" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Authorization", strings.TrimSuffix("Bearer "+c.token, "Bearer "))
	response, err := c.client.Do(request)
	if err != nil {
		return received{}, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return received{response.StatusCode, response.Header, string(answer)}, err
}

func (c *caller) do(t *testing.T, call, body string) (int, string) {
	t.Helper()
	answer, err := c.try(t, call, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.status, answer.body
}

const goodReference = `{"event":"Contact.Added","url":"https://example.com/hook"}`

func TestReference_Refuses(t *testing.T) {
	t.Parallel()
	api := start(t)
	add := func(webhook cakemailtest.Webhook) string {
		webhook.URL, webhook.Events = "https://example.com", []string{"Contact.Added"}
		return "/webhooks/" + api.api.Add(webhook).ID
	}
	webhook, archived := add(cakemailtest.Webhook{}), add(cakemailtest.Webhook{Archived: true})
	foreign := add(cakemailtest.Webhook{AccountID: 42})
	with := func(setting string) string { return strings.Replace(goodReference, "}", ","+setting+"}", 1) }
	tooLong := `{"event":"Contact.Added","url":"https://example.com/` + strings.Repeat("a", 2083) + `"}`
	for name, test := range map[string]struct {
		call, body string
		status     int
		detail     string
	}{
		"no event":                  {"POST /webhooks", `{"url":"https://example.com"}`, 422, `"loc":["body","event"]`},
		"an unknown event":          {"POST /webhooks", `{"url":"https://example.com","event":"Contact.Exploded"}`, 422, `"loc":["body","event"]`},
		"no url":                    {"POST /webhooks", `{"event":"Contact.Added"}`, 422, `"loc":["body","url"]`},
		"a url without scheme":      {"POST /webhooks", `{"event":"Contact.Added","url":"example.com"}`, 422, `"loc":["body","url"]`},
		"a url that is too long":    {"POST /webhooks", tooLong, 422, `"loc":["body","url"]`},
		"a rate limit of zero":      {"POST /webhooks", with(`"rate_limit":0`), 422, `"loc":["body","rate_limit"]`},
		"a broken rate limit":       {"POST /webhooks", with(`"rate_limit":1.5`), 422, `"loc":["body","rate_limit"]`},
		"the guide's period":        {"POST /webhooks", with(`"rate_limit_period":"hour"`), 422, `"loc":["body","rate_limit_period"]`},
		"a body that is no object":  {"POST /webhooks", `[]`, 422, `"loc":["body"]`},
		"a changed url that is bad": {"PATCH " + webhook, `{"url":""}`, 422, `"loc":["body","url"]`},
		"an account of zero":        {"GET /webhooks?account_id=0", "", 422, `"loc":["query","account_id"]`},
		"an account that is a word": {"GET /webhooks?account_id=me", "", 422, `"loc":["query","account_id"]`},
		"an account of strangers":   {"GET /webhooks?account_id=99", "", 403, "forbidden"},
		"page zero":                 {"GET /webhooks?page=0", "", 422, `"loc":["query","page"]`},
		"pages of what":             {"GET /webhooks?per_page=all", "", 422, `"loc":["query","per_page"]`},
		"an unknown id":             {"GET /webhooks/none", "", 404, "Webhook not found"},
		"another account's id":      {"GET " + foreign, "", 404, "Webhook not found"},
		"archiving twice":           {"POST " + archived + "/archive", "", 400, "already archived"},
		"an unknown path":           {"GET /contacts", "", 404, "Not Found"},
		"a method that is not":      {"DELETE " + webhook, "", 405, "Method Not Allowed"},
	} {
		if status, body := api.do(t, test.call, test.body); status != test.status || !strings.Contains(body, test.detail) {
			t.Errorf("%s: %d %s, want %d with %s", name, status, body, test.status, test.detail)
		}
	}
	for _, want := range []int{400, 410} {
		api := start(t, cakemailtest.WithGoneStatus(want))
		if status, body := api.do(t, "GET /webhooks/none", ""); status != want || !strings.Contains(body, "Webhook not found") {
			t.Errorf("%d %s, want %d", status, body, want)
		}
	}
}

func TestForms_Answer(t *testing.T) {
	t.Parallel()
	type exchange struct {
		call, body string
		status     int
		// want is what the answer contains, not what it must not contain.
		want []string
		not  string
	}
	for form, exchanges := range map[cakemailtest.Form][]exchange{
		cakemailtest.Reference: {
			{"POST /webhooks", goodReference, 201, []string{`"data":{`, `"status":"active"`}, "SECRET"},
			{"GET /webhooks/ID", "", 200, []string{`"hash_function":"sha256","key":"SECRET"`, `"rate_limit":50,"rate_limit_period":"second"`}, "archived_at"},
			{"PATCH /webhooks/ID", `{"rate_limit":7,"event":"Email.Bounced"}`, 200, []string{`"rate_limit":7`}, "Email.Bounced"},
			{"POST /webhooks/ID/archive", "", 200, []string{`"archived":true`}, `"active"`},
			{"GET /webhooks/ID", "", 200, []string{`"data":{`, `"archived_at":`}, `"active"`},
		},
		cakemailtest.Guide: {
			{
				"POST /webhooks", `{"url":"https://example.com","events":["Contact.Added","Email.Bounced"],"event":"ignored"}`, 201,
				[]string{`"webhook_id":1001`, `"events":["Email.Bounced","Contact.Added"]`, `"secret":"SECRET"`}, "ignored",
			},
			{"GET /webhooks/ID", "", 200, []string{`"secret_key":"SECRET"`, `"rate_limit_period":"hour"`, `"archived":false`}, "signature"},
			{"PATCH /webhooks/ID", `{"rate_limit":7}`, 405, nil, "7"},
			{"POST /webhooks", `{"url":"https://example.com","event":"Contact.Added"}`, 422, []string{`["body","events"]`}, "webhook_id"},
			{"POST /webhooks", `{"url":"https://example.com","events":["A.A","contact added"]}`, 422, []string{`["body","events",1]`}, "webhook_id"},
			{"POST /webhooks", `{"url":"https://example.com","events":"Contact.Added"}`, 422, []string{`["body","events"]`}, "webhook_id"},
			{"POST /webhooks", `{"events":["Contact.Added"]}`, 422, []string{`["body","url"]`}, "webhook_id"},
			{"POST /webhooks/ID/archive", "", 200, []string{`{"archived":true,"webhook_id":1001}`}, "data"},
		},
	} {
		api := start(t, cakemailtest.WithForm(form))
		for _, exchange := range exchanges {
			if all := api.api.Webhooks(); len(all) > 0 {
				exchange.call = strings.Replace(exchange.call, "ID", all[0].ID, 1)
			}
			status, body := api.do(t, exchange.call, exchange.body)
			body = strings.ReplaceAll(body, api.api.Webhooks()[0].Secret, "SECRET")
			lacks := func(words string) bool { return !strings.Contains(body, words) }
			calls := api.api.Calls()
			if logged := calls[len(calls)-1]; logged.Status != status || string(logged.Body) != exchange.body || api.api.Connections() != 1 {
				t.Errorf("the log of %d connections has %+v", api.api.Connections(), logged)
			}
			if status != exchange.status || !lacks(exchange.not) || slices.ContainsFunc(exchange.want, lacks) {
				t.Errorf("%s, %s %s: %d %s", form, exchange.call, exchange.body, status, body)
			}
		}
	}
}

func TestList_HasPages(t *testing.T) {
	t.Parallel()
	guide, limited := cakemailtest.WithForm(cakemailtest.Guide), cakemailtest.WithPageSizeLimit(1)
	for query, test := range map[string]struct {
		options []cakemailtest.Option
		want    int
		says    string
	}{
		"?":                                  {nil, 50, `{"page":1,"per_page":50}`},
		"?page=2":                            {nil, 10, `{"page":2,"per_page":50}`},
		"?per_page=7&with_count=true":        {nil, 7, `{"count":60,"page":1,"per_page":7}`},
		"?per_page=50":                       {[]cakemailtest.Option{limited}, 1, `{"page":1,"per_page":1}`},
		"?per_page=30&with_count=true":       {[]cakemailtest.Option{limited, cakemailtest.WithoutCount()}, 1, `{"page":1,"per_page":30}`},
		"?per_page=100&with_archived=true":   {nil, 65, ""},
		"?account_id=42":                     {nil, 1, ""},
		"?page=2&per_page=7":                 {[]cakemailtest.Option{guide}, 60, ""},
		"?page=2&with_archived=true&guide=1": {[]cakemailtest.Option{guide}, 65, ""},
	} {
		api := start(t, test.options...)
		for index := range 65 {
			api.api.Add(cakemailtest.Webhook{URL: "https://example.com", Events: []string{"Contact.Added"}, Archived: index >= 60})
		}
		api.api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com", Events: []string{"Contact.Added"}})
		_, body := api.do(t, "GET /webhooks"+query, "")
		if items := strings.Count(body, `"url":`); items != test.want || !strings.Contains(body, `"pagination":`+test.says) && test.says != "" {
			t.Errorf("%s: %d webhooks, want %d, and %s in %.200s", query, items, test.want, test.says, body[max(0, len(body)-100):])
		}
		if slices.ContainsFunc(api.api.Webhooks(), func(webhook cakemailtest.Webhook) bool { return strings.Contains(body, webhook.Secret) }) {
			t.Errorf("%s: the list holds a secret", query)
		}
	}
}

func TestWorld_IsChangedFromOutside(t *testing.T) {
	t.Parallel()
	api := start(t).api
	kept := api.Add(cakemailtest.Webhook{URL: "https://example.com", Events: []string{"Contact.Added"}})
	gone := api.Add(cakemailtest.Webhook{URL: "https://example.com", Events: []string{"Contact.Added"}})
	api.Remove(gone.ID)
	api.Change(kept.ID, func(webhook *cakemailtest.Webhook) { webhook.Archived = true })
	if all := api.Webhooks(); len(all) != 1 || all[0].ID != kept.ID || len(api.Active()) != 0 {
		t.Errorf("the API holds %+v", all)
	}
	if issued := api.Issued(); !slices.Contains(issued, gone.Secret) || !slices.Contains(issued, cakemailtest.DefaultPassword) {
		t.Error("Issued lacks a secret that existed")
	}
}

func TestWithoutCalls_KeepsNone(t *testing.T) {
	t.Parallel()
	api := start(t, cakemailtest.WithoutCalls())
	if status, _ := api.do(t, "POST /webhooks", goodReference); status != http.StatusCreated || len(api.api.Calls()) != 0 {
		t.Errorf("after %d, %d calls are kept, want none after 201", status, len(api.api.Calls()))
	}
}

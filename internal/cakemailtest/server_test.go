package cakemailtest_test

import (
	"bytes"
	"encoding/json"
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
	// Each server that closes also closes the idle connections of net/http's own transport.
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{api: api, token: cakemailtest.DefaultAccessToken, client: http.Client{Transport: transport}}
}

// received is an answer, read completely.
type received struct {
	status int
	header http.Header
	body   string
}

func (c *caller) try(t *testing.T, method, path, body string) (received, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.api.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return received{}, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return received{response.StatusCode, response.Header, string(answer)}, err
}

func (c *caller) do(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	answer, err := c.try(t, method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.status, answer.body
}

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var value T
	if err := json.NewDecoder(bytes.NewReader([]byte(body))).Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return value
}

const goodReference = `{"event":"Contact.Added","url":"https://example.com/hook"}`

func TestReferenceRefuses(t *testing.T) {
	t.Parallel()
	api := start(t)
	webhook := api.api.Add(cakemailtest.Webhook{URL: "https://example.com", Events: []string{"Contact.Added"}})
	archived := api.api.Add(cakemailtest.Webhook{URL: "https://example.com", Events: []string{"Contact.Added"}, Archived: true})
	foreign := api.api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com", Events: []string{"Contact.Added"}})
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		detail             string
	}{
		"no event":                {"POST", "/webhooks", `{"url":"https://example.com"}`, 422, `"loc":["body","event"]`},
		"events instead of event": {"POST", "/webhooks", `{"url":"https://example.com","events":["Contact.Added"]}`, 422, `"loc":["body","event"]`},
		"an unknown event":        {"POST", "/webhooks", `{"url":"https://example.com","event":"Contact.Exploded"}`, 422, `"loc":["body","event"]`},
		"no url":                  {"POST", "/webhooks", `{"event":"Contact.Added"}`, 422, `"loc":["body","url"]`},
		"a url without scheme":    {"POST", "/webhooks", `{"event":"Contact.Added","url":"example.com"}`, 422, `"loc":["body","url"]`},
		"a url that is too long": {"POST", "/webhooks",
			`{"event":"Contact.Added","url":"https://example.com/` + strings.Repeat("a", 2083) + `"}`, 422, `"loc":["body","url"]`},
		"a rate limit of zero": {"POST", "/webhooks",
			`{"event":"Contact.Added","url":"https://example.com","rate_limit":0}`, 422, `"loc":["body","rate_limit"]`},
		"a rate limit in a string": {"POST", "/webhooks",
			`{"event":"Contact.Added","url":"https://example.com","rate_limit":"9"}`, 422, `"loc":["body","rate_limit"]`},
		"a broken rate limit": {"POST", "/webhooks",
			`{"event":"Contact.Added","url":"https://example.com","rate_limit":1.5}`, 422, `"loc":["body","rate_limit"]`},
		"the guide's period": {"POST", "/webhooks",
			`{"event":"Contact.Added","url":"https://example.com","rate_limit_period":"hour"}`, 422, `"loc":["body","rate_limit_period"]`},
		"a body that is no object":  {"POST", "/webhooks", `[]`, 422, `"loc":["body"]`},
		"a changed url that is bad": {"PATCH", "/webhooks/" + webhook.ID, `{"url":""}`, 422, `"loc":["body","url"]`},
		"an account of zero":        {"GET", "/webhooks?account_id=0", "", 422, `"loc":["query","account_id"]`},
		"an account that is a word": {"GET", "/webhooks?account_id=me", "", 422, `"loc":["query","account_id"]`},
		"an account of strangers":   {"GET", "/webhooks?account_id=99", "", 403, "forbidden"},
		"page zero":                 {"GET", "/webhooks?page=0", "", 422, `"loc":["query","page"]`},
		"pages of nothing":          {"GET", "/webhooks?per_page=0", "", 422, `"loc":["query","per_page"]`},
		"an unknown id":             {"GET", "/webhooks/none", "", 404, "Webhook not found"},
		"another account's id":      {"GET", "/webhooks/" + foreign.ID, "", 404, "Webhook not found"},
		"archiving twice":           {"POST", "/webhooks/" + archived.ID + "/archive", "", 400, "already archived"},
		"unarchiving what is not":   {"POST", "/webhooks/" + webhook.ID + "/unarchive", "", 400, "already active"},
		"an unknown path":           {"GET", "/contacts", "", 404, "Not Found"},
		"a method that is not":      {"DELETE", "/webhooks/" + webhook.ID, "", 405, "Method Not Allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := api.do(t, test.method, test.path, test.body)
			if status != test.status || !strings.Contains(body, test.detail) {
				t.Errorf("%d %s, want %d with %s", status, body, test.status, test.detail)
			}
		})
	}
}

func TestReferenceAnswers(t *testing.T) {
	t.Parallel()
	api := start(t)
	status, body := api.do(t, "POST", "/webhooks", goodReference)
	created := decode[map[string]any](t, body)
	if status != 201 || strings.Contains(body, api.api.Webhooks()[0].Secret) || created["data"] == nil {
		t.Errorf("create: %d %s", status, body)
	}
	path := "/webhooks/" + api.api.Webhooks()[0].ID
	_, body = api.do(t, "GET", path, "")
	shown := decode[struct {
		Signature struct{ Key, HashFunction string }
		Data      map[string]any
	}](t, strings.ReplaceAll(body, "hash_function", "HashFunction"))
	if shown.Signature.Key != api.api.Webhooks()[0].Secret || shown.Signature.HashFunction != "sha256" {
		t.Errorf("show: %s", body)
	}
	if shown.Data["rate_limit"] != 50.0 || shown.Data["rate_limit_period"] != "second" || shown.Data["status"] != "active" {
		t.Errorf("defaults: %s", body)
	}
	if _, body = api.do(t, "PATCH", path, `{"rate_limit":7,"event":"Email.Bounced"}`); !strings.Contains(body, `"rate_limit":7`) ||
		strings.Contains(body, "Email.Bounced") {
		t.Errorf("change: %s", body)
	}
	if _, body = api.do(t, "POST", path+"/archive", ""); !strings.Contains(body, `"archived":true`) || !strings.Contains(body, `"archived_at":`) {
		t.Errorf("archive: %s", body)
	}
	if status, _ = api.do(t, "GET", path, ""); status != 200 {
		t.Errorf("an archived webhook is answered with %d", status)
	}
}

func TestGuideAnswers(t *testing.T) {
	t.Parallel()
	api := start(t, cakemailtest.WithForm(cakemailtest.Guide))
	status, body := api.do(t, "POST", "/webhooks", `{"url":"https://example.com","events":["Contact.Added","Email.Bounced"],"event":"ignored"}`)
	if status != 201 || !strings.Contains(body, `"webhook_id":1001`) ||
		!strings.Contains(body, `"events":["Email.Bounced","Contact.Added"]`) || !strings.Contains(body, `"secret":`) {
		t.Errorf("create: %d %s", status, body)
	}
	if _, body = api.do(t, "GET", "/webhooks/1001", ""); !strings.Contains(body, `"secret_key":`) || !strings.Contains(body, `"rate_limit_period":"hour"`) {
		t.Errorf("show: %s", body)
	}
	if status, _ = api.do(t, "PATCH", "/webhooks/1001", `{"rate_limit":7}`); status != 405 {
		t.Errorf("PATCH is answered with %d, want 405", status)
	}
	for name, body := range map[string]string{
		"no events":         `{"url":"https://example.com","event":"Contact.Added"}`,
		"an empty list":     `{"url":"https://example.com","events":[]}`,
		"a misshapen event": `{"url":"https://example.com","events":["contact added"]}`,
		"events in a text":  `{"url":"https://example.com","events":"Contact.Added"}`,
	} {
		if status, answer := api.do(t, "POST", "/webhooks", body); status != 422 || !strings.Contains(answer, `"events"`) {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	if _, body = api.do(t, "POST", "/webhooks/1001/archive", ""); body != `{"archived":true,"webhook_id":1001}` {
		t.Errorf("archive: %s", body)
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []cakemailtest.Option
		query   string
		want    int
	}{
		"50 by default":                  {query: "", want: 50},
		"the rest":                       {query: "?page=2", want: 10},
		"nothing after the end":          {query: "?page=3", want: 0},
		"as many as asked for":           {query: "?per_page=7", want: 7},
		"as many as the API allows":      {options: []cakemailtest.Option{cakemailtest.WithPageSizeLimit(20)}, query: "?per_page=50", want: 20},
		"archived ones when asked for":   {query: "?per_page=100&with_archived=true", want: 65},
		"one account alone":              {query: "?account_id=42", want: 1},
		"the guide answers all at once":  {options: []cakemailtest.Option{cakemailtest.WithForm(cakemailtest.Guide)}, query: "?page=2&per_page=7", want: 60},
		"the guide hides archived too":   {options: []cakemailtest.Option{cakemailtest.WithForm(cakemailtest.Guide)}, query: "", want: 60},
		"the guide shows them on demand": {options: []cakemailtest.Option{cakemailtest.WithForm(cakemailtest.Guide)}, query: "?with_archived=true", want: 65},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := start(t, test.options...)
			for index := range 65 {
				api.api.Add(cakemailtest.Webhook{URL: "https://example.com", Events: []string{"Contact.Added"}, Archived: index >= 60})
			}
			api.api.Add(cakemailtest.Webhook{AccountID: 42, URL: "https://example.com", Events: []string{"Contact.Added"}})
			_, body := api.do(t, "GET", "/webhooks"+test.query, "")
			items := strings.Count(body, `"url":`)
			if items != test.want {
				t.Errorf("%d webhooks, want %d", items, test.want)
			}
			for _, webhook := range api.api.Webhooks() {
				if strings.Contains(body, webhook.Secret) {
					t.Error("the list holds a secret")
				}
			}
		})
	}
}

func TestUnknownIDsAreAnsweredAsChosen(t *testing.T) {
	t.Parallel()
	for _, want := range []int{400, 404, 410} {
		api := start(t, cakemailtest.WithGoneStatus(want))
		if status, body := api.do(t, "GET", "/webhooks/none", ""); status != want || !strings.Contains(body, "Webhook not found") {
			t.Errorf("%d %s, want %d", status, body, want)
		}
	}
}

func TestWorldIsChangedFromOutside(t *testing.T) {
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

package cakemail

import (
	"slices"
	"strings"
	"testing"
)

func TestKept_PathsOfOtherPrograms(t *testing.T) {
	for path, want := range map[string]struct {
		isWebhook bool
		id        string
		account   int64
	}{
		"/webhooks":                       {isWebhook: true},
		"webhooks/":                       {isWebhook: true},
		"/webhooks/{id}":                  {isWebhook: true, id: "{id}"},
		"/webhooks/a%2Fb":                 {isWebhook: true, id: "a/b"},
		"/webhooks/a%2":                   {isWebhook: true},
		"/gate/v1/webhooks/7?account_id=": {isWebhook: true, id: "7"},
		"/webhooks/7?a=b&account_id=42":   {isWebhook: true, id: "7", account: 42},
		"/webhooks?account_id=0":          {isWebhook: true},
		"/webhooks/7/archive":             {},
		"/lists/webhooks/7/contacts":      {},
		"/lists?next=/webhooks/7":         {},
		"":                                {},
		"account_id=1&x=y":                {account: 1},
	} {
		if got := IsWebhookPath(path); got != want.isWebhook {
			t.Errorf("IsWebhookPath(%q) is %t", path, got)
		}
		if got := IDInPath(path); got != want.id {
			t.Errorf("IDInPath(%q) is %q, want %q", path, got, want.id)
		}
		if got := AccountInQuery(path); got != want.account {
			t.Errorf("AccountInQuery(%q) is %d, want %d", path, got, want.account)
		}
	}
}

func TestKept_DocumentsAreReadAsAnswersAre(t *testing.T) {
	body, err := ReadKept([]byte(`{"url":"https://example.com","events":["B.C","A.B"],"event":"A.B"}`))
	if err != nil || body.ID != "" || body.Address() != "https://example.com" || !slices.Equal(body.Events, []string{"A.B", "B.C"}) {
		t.Errorf("a body is read as %+v (error %v)", body, err)
	}
	for _, document := range []string{`null`, `[]`, `{"id":"s3cret"`, `{"id":"a","data":{"id":"b"}}`, `{"rate_limit":"s3cret"}`} {
		if got, err := ReadKept([]byte(document)); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s is read as %+v (error %v), want an error without the document", document, got, err)
		}
	}
}

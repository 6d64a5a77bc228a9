package provider_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// A webhook is found again although the API writes its URL in another way.
func TestALostCreateOfAURLThatTheAPIWritesOtherwise(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ asked, written string }{
		"the default port":            {"https://example.com:443/hook", "https://example.com/hook"},
		"a host in Unicode":           {"https://bücher.example/hook", "https://xn--bcher-kva.example/hook"},
		"a query in Unicode":          {"https://example.com/hook?city=Montréal", "https://example.com/hook?city=Montr%C3%A9al"},
		"a path with dots":            {"https://example.com/old/../hook", "https://example.com/hook"},
		"needless percent-encoding":   {"https://example.com/%68ook%2f", "https://example.com/hook%2F"},
		"a host in capitals, no path": {"https://EXAMPLE.com", "https://example.com/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: func(body []byte) []byte {
				w.api.Change(w.only(t).ID, func(webhook *cakemailtest.Webhook) { webhook.URL = test.written })
				return body
			}})

			if problems := errorsIn(w.newCore(t, nil).apply(hook(arguments{"url": test.asked}))); len(problems) > 0 {
				t.Errorf("%s", problems)
			}

			if creates := w.api.Count(cakemailtest.Create); creates != 1 {
				t.Errorf("%d creates, want 1", creates)
			}
		})
	}
}

// The creation time is remembered without anything secret, and a clock that is
// wrong does no harm beyond the minute.
func TestTheCreationTimeIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.patience = cakemail.Patience{NewWebhook: 1500 * time.Millisecond}
	c := w.newCore(t, nil)
	if problems := errorsIn(c.apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	if !strings.Contains(string(c.private), `"created"`) {
		t.Fatalf("the private state is %s", c.private)
	}
	w.expectNoSecret(t, "the private state", privateText(c.private))
	state := c.state
	w.api.Remove(w.only(t).ID)
	for name, test := range map[string]struct {
		created string
		waits   bool
	}{
		"in the future": {time.Now().Add(1000 * time.Hour).Format(time.RFC3339Nano), true},
		"just now":      {time.Now().Add(time.Hour).Format(time.RFC3339Nano), true},
		"long ago":      {"2000-01-01T00:00:00Z", false},
		"unreadable":    {"yesterday", false},
	} {
		t.Run(name, func(t *testing.T) {
			private := createdAt(t, c.private, test.created)
			c := w.newCore(t, nil)
			c.keep(state, private)
			w.api.ResetCalls()

			if problems := c.refresh(); len(problems) > 0 || !c.state.IsNull() {
				t.Errorf("%s, and the state is %s; want that the webhook is gone", problems, c.state)
			}

			if looks := w.api.Count(cakemailtest.Show); (looks > 1) != test.waits || looks > 10 {
				t.Errorf("it was looked %d times", looks)
			}
		})
	}
}

// createdAt replaces the creation time in the private state, whose values are in
// base64 themselves.
func createdAt(t *testing.T, private []byte, created string) []byte {
	t.Helper()
	var keys map[string][]byte
	if err := json.Unmarshal(private, &keys); err != nil {
		t.Fatal(err)
	}
	keys["created"] = []byte(strconv.Quote(created))
	changed, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

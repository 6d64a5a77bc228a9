package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

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
			w := acctest.NewWorld(t)
			w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Create, Status: 502, Processed: true, Rewrite: func(body []byte) []byte {
				w.Api.Change(onlyWebhook(t, w).ID, func(webhook *cakemailtest.Webhook) { webhook.URL = test.written })
				return body
			}})

			if problems := acctest.ErrorsIn(w.NewCore(t, nil).Apply(hook(acctest.Arguments{"url": test.asked}))); len(problems) > 0 {
				t.Errorf("%s", problems)
			}

			if creates := w.Api.Count(cakemailtest.Create); creates != 1 {
				t.Errorf("%d creates, want 1", creates)
			}
		})
	}
}

// The creation time is remembered without anything secret, and a clock that is
// wrong does no harm beyond the minute.
func TestTheCreationTimeIsRemembered(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorld(t)
	w.Patience = cakemail.Patience{NewWebhook: 1500 * time.Millisecond}
	c := w.NewCore(t, nil)
	if problems := acctest.ErrorsIn(c.Apply(hook(nil))); len(problems) > 0 {
		t.Fatal(problems)
	}
	if !strings.Contains(string(c.Private), `"created"`) {
		t.Fatalf("the private state is %s", c.Private)
	}
	w.ExpectNoSecret(t, "the private state", acctest.PrivateText(c.Private))
	state := c.State
	w.Api.Remove(onlyWebhook(t, w).ID)
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
			private := createdAt(t, c.Private, test.created)
			c := w.NewCore(t, nil)
			c.Keep(state, private)
			w.Api.ResetCalls()

			if problems := c.Refresh(); len(problems) > 0 || !c.State.IsNull() {
				t.Errorf("%s, and the state is %s; want that the webhook is gone", problems, c.State)
			}

			if looks := w.Api.Count(cakemailtest.Show); (looks > 1) != test.waits || looks > 10 {
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

package cakemail_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

var cut = answer{Cut: true}

func TestACreateIsNeitherLostNorDoubled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []postFault
		posts  int
		lists  int
		want   string
	}{
		"nothing fails":                        {nil, 1, 1, "w1"},
		"cut after it was processed":           {[]postFault{{Processed: true, Answer: cut}}, 1, 2, "w1"},
		"cut before it was processed":          {[]postFault{{Answer: cut}}, 2, 15, "w1"},
		"cut twice before it was processed":    {[]postFault{{Answer: cut}, {Answer: cut}}, 3, 22, "w1"},
		"cut before, then after":               {[]postFault{{Answer: cut}, {Processed: true, Answer: cut}}, 2, 16, "w1"},
		"500, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 500}}}, 1, 2, "w1"},
		"500, not processed":                   {[]postFault{{Answer: answer{Status: 500}}}, 2, 15, "w1"},
		"502, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 502}}}, 1, 2, "w1"},
		"502, not processed":                   {[]postFault{{Answer: answer{Status: 502, Body: "<html>"}}}, 2, 15, "w1"},
		"504, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 504}}}, 1, 2, "w1"},
		"504, processed while it is looked":    {[]postFault{{Late: 3, Answer: answer{Status: 504}}}, 1, 4, "w1"},
		"504, not processed":                   {[]postFault{{Answer: answer{Status: 504}}}, 2, 15, "w1"},
		"no answer in time, processed":         {[]postFault{{Processed: true, Silent: true}}, 1, 2, "w1"},
		"no answer in time, processed late":    {[]postFault{{Late: 2, Silent: true}}, 1, 3, "w1"},
		"no answer in time, not processed":     {[]postFault{{Silent: true}}, 2, 15, "w1"},
		"429 is repeated without a look":       {[]postFault{{Answer: answer{Status: 429}}}, 2, 1, "w1"},
		"503, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 503}}}, 1, 2, "w1"},
		"503, processed, with Retry-After":     {[]postFault{{Processed: true, Answer: answer{Status: 503, Header: map[string]string{"Retry-After": "0"}}}}, 1, 2, "w1"},
		"503, processed, and listed late":      {[]postFault{{Late: 5, Answer: answer{Status: 503}}}, 1, 6, "w1"},
		"503 twice, not processed":             {[]postFault{{Answer: answer{Status: 503}}, {Answer: answer{Status: 503}}}, 3, 22, "w1"},
		"503, then cut after it was processed": {[]postFault{{Answer: answer{Status: 503}}, {Processed: true, Answer: cut}}, 2, 16, "w1"},
		"408, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 408, Body: "<html>"}}}, 1, 2, "w1"},
		"501, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 501}}}, 1, 2, "w1"},
		"520, processed":                       {[]postFault{{Processed: true, Answer: answer{Status: 520, Body: "<html>"}}}, 1, 2, "w1"},
		"a redirect to what was made":          {[]postFault{{Processed: true, Answer: answer{Status: 303, Header: map[string]string{"Location": "/webhooks/w1"}}}}, 1, 2, "w1"},
		"an empty 201":                         {[]postFault{{Processed: true, Answer: answer{Status: 201}}}, 1, 2, "w1"},
		"an HTML page for an answer":           {[]postFault{{Processed: true, Answer: answer{Status: 200, Body: "<html>"}}}, 1, 2, "w1"},
		"an answer without an id":              {[]postFault{{Processed: true, Answer: answer{Status: 201, Body: `{"data":{"url":"` + webhookURL + `"}}`}}}, 1, 2, "w1"},
		"an answer that was cut short":         {[]postFault{{Processed: true, Answer: answer{Status: 201, Header: map[string]string{"Content-Length": "500"}, Body: `{"id":"w1"`}}}, 1, 2, "w1"},
		"an answer of 10 MiB":                  {[]postFault{{Processed: true, Answer: answer{Status: 201, Body: strings.Repeat(" ", 10<<20)}}}, 1, 2, "w1"},
		"an answer with two ids":               {[]postFault{{Processed: true, Answer: answer{Status: 201, Body: `{"id":"w1","webhook_id":"w2"}`}}}, 1, 2, "w1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, test.faults...)
			timeout := 10 * time.Second
			if len(test.faults) > 0 && test.faults[0].Silent {
				timeout = time.Second
			}

			created, err := api.client(withTimeout(timeout)).Create(t.Context(), 0, spec("Email.Opened", "Contact.Added"))

			wantNoError(t, err)
			if created.Webhook.ID != test.want || !created.Webhook.Matches(webhookURL, "") || len(created.Duplicates) != 0 {
				t.Errorf("got %+v, want %s", created, test.want)
			}
			if got := len(api.all()); got != 1 {
				t.Errorf("the API holds %d webhooks, want one", got)
			}
			api.wantCalls(t, test.posts, test.lists)
		})
	}
}

func TestARefusedCreateIsNotRepeated(t *testing.T) {
	t.Parallel()
	missingEvent := `{"detail":[{"loc":["body","event"],"msg":"field required","type":"value_error.missing"}]}`
	badURL := `{"detail":[{"loc":["body","url"],"msg":"invalid","type":"value_error.url"}]}`
	for name, test := range map[string]struct {
		answer answer
		events []string
		want   cakemail.Kind
	}{
		"a refused url":            {answer{Status: 422, Body: badURL}, []string{"A.A"}, cakemail.Invalid},
		"a refused url, of two":    {answer{Status: 422, Body: badURL}, []string{"A.A", "B.B"}, cakemail.Invalid},
		"a refused event":          {answer{Status: 422, Body: missingEvent}, []string{"A.A"}, cakemail.Invalid},
		"one event is wanted":      {answer{Status: 422, Body: missingEvent}, []string{"A.A", "B.B"}, cakemail.WantsOneEvent},
		"one event, says a 400":    {answer{Status: 400, Body: missingEvent}, []string{"A.A", "B.B"}, cakemail.WantsOneEvent},
		"401":                      {answer{Status: 401}, []string{"A.A"}, cakemail.Unauthorized},
		"403":                      {answer{Status: 403}, []string{"A.A"}, cakemail.Forbidden},
		"404":                      {answer{Status: 404}, []string{"A.A"}, cakemail.Unsupported},
		"405":                      {answer{Status: 405}, []string{"A.A"}, cakemail.Unsupported},
		"an equal event, twice in": {answer{Status: 422, Body: missingEvent}, []string{"A.A", "A.A"}, cakemail.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, postFault{Answer: test.answer})

			_, err := api.client().Create(t.Context(), 0, spec(test.events...))

			failure := wantKind(t, err, test.want)
			if failure.MayHaveHappened || failure.Known != nil {
				t.Errorf("got %+v", failure)
			}
			api.wantCalls(t, 1, 1)
		})
	}
}

func TestACreateThatTheAPIKeepsPuttingOff(t *testing.T) {
	t.Parallel()
	busy := postFault{Answer: answer{Status: 429, Header: map[string]string{"X-Request-Id": "r-1"}}}
	api := newMemory(t, busy, busy, busy)

	_, err := api.client().Create(t.Context(), 0, spec("A.A"))

	failure := wantKind(t, err, cakemail.RateLimited)
	if failure.Attempts != 3 || failure.RequestID != "r-1" || failure.MayHaveHappened {
		t.Errorf("got %+v", failure)
	}
	api.wantCalls(t, 3, 1)
}

func TestACreateOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults  []postFault
		lists   map[int]answer
		retries int
		posts   int
		nLists  int
	}{
		"the look is refused":             {faults: []postFault{{Answer: cut}}, lists: map[int]answer{2: {Status: 403}}, retries: 2, posts: 1, nLists: 2},
		"the look is unreadable":          {faults: []postFault{{Processed: true, Answer: cut}}, lists: map[int]answer{2: {Body: "<html>"}}, retries: 2, posts: 1, nLists: 2},
		"the look fails for good":         {faults: []postFault{{Processed: true, Answer: cut}}, lists: map[int]answer{2: cut, 3: cut, 4: cut}, retries: 2, posts: 1, nLists: 4},
		"cut each time":                   {faults: []postFault{{Answer: cut}, {Answer: cut}, {Answer: cut}}, retries: 2, posts: 3, nLists: 22},
		"put off each time":               {faults: []postFault{{Answer: answer{Status: 503}}, {Answer: answer{Status: 503}}, {Answer: answer{Status: 503}}}, retries: 2, posts: 3, nLists: 22},
		"repeating is switched off":       {faults: []postFault{{Answer: cut}}, retries: 0, posts: 1, nLists: 8},
		"cut, then refused":               {faults: []postFault{{Answer: cut}, {Answer: answer{Status: 422}}}, retries: 2, posts: 2, nLists: 8},
		"cut, then a second look refused": {faults: []postFault{{Answer: cut}, {Answer: cut}}, lists: map[int]answer{9: {Status: 403}}, retries: 2, posts: 2, nLists: 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, test.faults...)
			api.failingLists = test.lists
			api.add(stored{URL: webhookURL, Events: []string{"A.A"}})
			api.add(stored{URL: webhookURL, Events: []string{"B.B"}})

			_, err := api.client(withRetries(test.retries)).Create(t.Context(), 0, spec("A.A"))

			failure := wantKind(t, err, cakemail.OutcomeUnknown)
			if got := strings.Join(failure.Known, " "); got != "w1" {
				t.Errorf("the equal webhooks that it did not make are %q, want w1 alone", got)
			}
			api.wantCalls(t, test.posts, test.nLists)
		})
	}
}

func TestSeveralWebhooksThatACreateMayHaveMade(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Processed: true, Late: 1, Answer: cut})

	_, err := api.client().Create(t.Context(), 0, spec("A.A"))

	failure := wantKind(t, err, cakemail.Ambiguous)
	if got := idsOf(failure.Candidates); got != "w1 w2" {
		t.Errorf("got the candidates %q", got)
	}
	api.wantCalls(t, 1, 9)
}

func TestOnlyTheNewWebhookIsAdopted(t *testing.T) {
	t.Parallel()
	lost := postFault{Answer: cut}
	for name, other := range map[string]stored{
		"not one of another url":     {URL: webhookURL + "2", Events: []string{"A.A"}},
		"not one of more events":     {URL: webhookURL, Events: []string{"A.A", "B.B"}},
		"not one of another event":   {URL: webhookURL, Events: []string{"B.B"}},
		"not one of another account": {URL: webhookURL, Events: []string{"A.A"}, account: "42"},
		"not one that is archived":   {URL: webhookURL, Events: []string{"A.A"}, Status: "archived"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, lost)
			api.showsArchived = true
			var once sync.Once
			api.beforePost = func(*http.Request) { once.Do(func() { api.add(other) }) }

			created, err := api.client().Create(t.Context(), 0, spec("A.A"))

			wantNoError(t, err)
			if created.Webhook.ID != "w2" {
				t.Errorf("got %+v, want w2", created)
			}
			api.wantCalls(t, 2, 15)
		})
	}
}

func TestAWebhookThatWasThereBeforeIsNotAdopted(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Answer: cut})
	api.add(stored{URL: webhookURL, Events: []string{"A.A"}})

	created, err := api.client().Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	if created.Webhook.ID != "w2" {
		t.Errorf("got %+v, want w2", created)
	}
}

func TestACreateInFlightIsRecordedAlthoughTerraformStops(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault postFault
		want  cakemail.Kind // -1: succeeds
		lists int
	}{
		"it is answered":              {postFault{}, -1, 1},
		"its answer is lost":          {postFault{Processed: true, Answer: cut}, -1, 2},
		"it gets a 502 but happened":  {postFault{Processed: true, Answer: answer{Status: 502}}, -1, 2},
		"it is lost before":           {postFault{Answer: cut}, cakemail.OutcomeUnknown, 2},
		"it gets a 504, did not":      {postFault{Answer: answer{Status: 504}}, cakemail.OutcomeUnknown, 2},
		"the API puts it off":         {postFault{Answer: answer{Status: 429}}, cakemail.RateLimited, 1},
		"a gateway puts it off":       {postFault{Answer: answer{Status: 503}}, cakemail.OutcomeUnknown, 2},
		"the API refuses it for good": {postFault{Answer: answer{Status: 422}}, cakemail.Invalid, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, test.fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			api.beforePost = func(*http.Request) { cancel() }

			created, err := api.client().Create(ctx, 0, spec("A.A"))

			if test.want >= 0 {
				wantKind(t, err, test.want)
			} else {
				wantNoError(t, err)
				if created.Webhook.ID != "w1" {
					t.Errorf("got %+v", created)
				}
			}
			api.wantCalls(t, 1, test.lists)
		})
	}
}

// Two resources must not share a webhook because the API makes no second one.
func TestAnOldWebhookIsNoCreatedOne(t *testing.T) {
	t.Parallel()
	for name, listed := range map[string]string{"in the account": shown, "of another resource": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newStub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					answer{Body: shown}.write(w)
					return
				}
				answer{Body: `{"data":[` + listed + `]}`}.write(w)
			})
			client := api.client()
			if listed == "" {
				_, err := client.Create(t.Context(), 0, spec("Contact.Added"))
				wantNoError(t, err)
			}

			_, err := client.Create(t.Context(), 0, spec("Contact.Added"))

			failure := wantKind(t, err, cakemail.NotNew)
			if idsOf(failure.Candidates) != webhookID || failure.MayHaveHappened {
				t.Errorf("got %+v", failure)
			}
		})
	}
}

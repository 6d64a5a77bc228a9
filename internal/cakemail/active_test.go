package cakemail

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestActive_IsListedOnceButNoFailureIsKept(t *testing.T) {
	three := answer{Body: `{"pagination":{"per_page":50,"count":3},"data":[{"id":"w0"},{"id":"w1","status":"archived"},{"id":"w2"}]}`}
	api := newStub(script{"list": {{Status: 403}, three}}.api())
	client := api.client()
	_, err := client.Active(t.Context(), 0)
	wantKind(t, err, Forbidden)
	for range 2 {
		listed, err := client.Active(t.Context(), 0)
		wantNoError(t, err)
		if at := listed.Near(""); len(at) != 2 || at[0].ID != "w0" || at[1].ID != "w2" {
			t.Errorf("got %+v", at)
		}
	}
	_, err = client.Active(t.Context(), 42)
	wantNoError(t, err)
	api.wantHeard(t, "list list list")
	story(t, "also where the API was away for a moment", func(t bubble) {
		away := answer{Status: 503}
		api := newStub(script{"list": {away, away, away, nothing}, "read": {notFound}}.api())
		client := api.client()
		_, err := client.Get(t.Context(), Ref{ID: webhookID})
		if failure := wantKind(t, err, Unconfirmed); !strings.HasSuffix(failure.Error(), "503 Service Unavailable") {
			t.Errorf("got %v", failure)
		}
		_, err = client.Get(t.Context(), Ref{ID: webhookID})
		wantKind(t, err, Gone)
		_, err = client.Create(t.Context(), 0, spec())
		wantNoError(t, err)
	})
}

func TestActive_IsFoundByAnySpellingOfItsURL(t *testing.T) {
	api := newStub(inTurn(answer{Body: `[{"id":"w1","url":"https://a.example/%7Bb%7D/%7Ec?x%5B%5D=1"}]`}))
	listed, err := api.client().Active(t.Context(), 0)
	wantNoError(t, err)
	for _, spelled := range []string{"https://a.example/{b}/~c?x[]=1", "http://A.example/%7bb%7d/~C/?x[]=1#there"} {
		if len(listed.Near(spelled)) != 1 {
			t.Errorf("%s is not found", spelled)
		}
	}
}

func TestActive_ConfirmsA404(t *testing.T) {
	shows := func(items ...string) answer {
		return answer{Body: fmt.Sprintf(`{"pagination":{"count":%d},"data":[%s]}`, len(items), strings.Join(items, ","))}
	}
	active := shows(`{"id":"` + webhookID + `","status":"active"}`)
	type row struct {
		lists []answer
		want  Kind
		// why is the cause of an unconfirmed error.
		why string
	}
	rows := map[string]row{
		"of what no list shows":           {[]answer{shows()}, Gone, ""},
		"of what is shown as archived":    {[]answer{shows(`{"id":"` + webhookID + `","status":"archived"}`)}, Gone, ""},
		"where another one is shown":      {[]answer{shows(`{"id":"another","status":"active"}`)}, Gone, ""},
		"but not of what each list shows": {[]answer{active}, Unconfirmed, ErrStillListed.Error()},
		"but not if lists are a 404 too":  {[]answer{notFound}, Unconfirmed, "cannot list the webhooks: 404 Not Found"},
		"but not if the list is a page":   {[]answer{{Body: "<html>"}}, Unconfirmed, "cannot list the webhooks: the answer is not complete JSON"},
		"but not if the list is refused":  {[]answer{{Status: 403}}, Unconfirmed, "cannot list the webhooks: 403 Forbidden"},
		"but not if the list never comes": {[]answer{{After: never}}, Unconfirmed, "cannot list the webhooks: context deadline exceeded"},
	}
	for kind, call := range calls {
		stories(t, rows, func(t bubble, row row) {
			missing := []answer{notFound}
			api := newStub(script{"list": row.lists, "read": missing, "change": missing, "archive": missing}.api())

			failure := wantKind(t, call(t.Context(), api.client(), Ref{Account: 42, ID: webhookID}), row.want)

			if !strings.HasSuffix(failure.Error(), row.why) {
				t.Errorf("%s: got %v, want %q", kind, failure, row.why)
			}
		})
	}
	story(t, "by a list that began after it", func(t bubble) {
		api := newStub(script{"list": {shows(), notFound}, "read": {notFound}}.api())
		client := api.client()
		_, err := client.Active(t.Context(), 0)
		wantNoError(t, err)
		time.Sleep(time.Second)
		_, err = client.Get(t.Context(), Ref{ID: webhookID})
		wantKind(t, err, Unconfirmed)
	})
	story(t, "by a list that began now, where an older one shows it", func(t bubble) {
		api := newStub(script{"list": {active, shows()}, "read": {notFound}}.api())
		client := api.client()
		_, err := client.Get(t.Context(), Ref{ID: "another"})
		wantKind(t, err, Gone)
		time.Sleep(time.Second)
		_, err = client.Get(t.Context(), Ref{ID: webhookID})
		wantKind(t, err, Gone)
		api.wantHeard(t, "read list read list")
	})
	story(t, "by a list that began now, where one of the plan showed it", func(t bubble) {
		api := newStub(script{"list": {active, shows()}, "archive": {notFound}, "read": {notFound}}.api())
		client := api.client()
		_, err := client.Active(t.Context(), 0)
		wantNoError(t, err)
		time.Sleep(time.Second)
		for _, kind := range []string{"archive", "read"} {
			wantKind(t, calls[kind](t.Context(), client, Ref{ID: webhookID}), Gone)
		}
		api.wantHeard(t, "list archive list read")
	})
	story(t, "by one list for all that are gone", func(t bubble) {
		api := newStub(script{"list": {{Body: "[]", After: time.Second}}, "read": {{Status: 404, After: time.Second}}}.api())
		client := api.client()
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { _, _ = client.Get(t.Context(), Ref{ID: webhookID}) })
		}
		group.Wait()
		_, _ = client.Get(t.Context(), Ref{ID: webhookID})
		if got := strings.Count(api.heard(), "list"); got != 1 {
			t.Errorf("got %d lists, want one", got)
		}
		_, _ = client.Get(t.Context(), Ref{Account: 42, ID: webhookID})
		if got := strings.Count(api.heard(), "list"); got != 2 {
			t.Errorf("got %d lists, want one for each account", got)
		}
	})
}

// Other calls must not fail because the call that began the list was stopped.
func TestActive_OutlivesTheCallThatBeganTheList(t *testing.T) {
	stories(t, map[string]func(context.Context, *Client) error{
		"of a plan": func(ctx context.Context, client *Client) error {
			_, err := client.Active(ctx, 0)
			return err
		},
		"that confirms a 404": func(ctx context.Context, client *Client) error {
			_, err := client.Get(ctx, Ref{ID: webhookID})
			if IsKind(err, Gone) {
				return nil
			}
			return err
		},
	}, func(t bubble, call func(context.Context, *Client) error) {
		client := newStub(script{"list": {{After: never}, nothing}, "read": {notFound}}.api()).client()
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		var group sync.WaitGroup
		group.Go(func() { wantKind(t, call(ctx, client), Stopped) })
		time.Sleep(time.Second / 2)
		group.Go(func() { wantNoError(t, call(t.Context(), client)) })
		group.Wait()
	})
}

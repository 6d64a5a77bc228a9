package cakemailtest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func TestFaults_Happen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		// statuses are the answers to four creates; 0 is a cut connection.
		want    [4]int
		created int
	}{
		"every second time":         {cakemailtest.Fault{Every: 2, Status: 503}, [4]int{201, 503, 201, 503}, 2},
		"once":                      {cakemailtest.Fault{Times: 1, Status: 502}, [4]int{502, 201, 201, 201}, 3},
		"after processing":          {cakemailtest.Fault{Every: 2, Processed: true, Status: 504}, [4]int{201, 504, 201, 504}, 4},
		"as a cut after processing": {cakemailtest.Fault{Every: 2, Cut: true, Processed: true}, [4]int{201, 0, 201, 0}, 4},
		"above a rate":              {cakemailtest.Fault{PerSecond: 3}, [4]int{201, 201, 201, 429}, 3},
		"to another operation":      {cakemailtest.Fault{Operation: cakemailtest.Show, Status: 500}, [4]int{201, 201, 201, 201}, 4},
		"never to logins":           {cakemailtest.Fault{Operation: cakemailtest.Token, Status: 500}, [4]int{201, 201, 201, 201}, 4},
	} {
		api := start(t)
		api.api.SetFaults(test.fault)
		var got [4]int
		for index := range got {
			if answer, err := api.try(t, "POST /webhooks", goodReference); err == nil {
				got[index] = answer.status
			}
		}
		if got != test.want || len(api.api.Webhooks()) != test.created {
			t.Errorf("%s: %v with %d created, want %v with %d", name, got, len(api.api.Webhooks()), test.want, test.created)
		}
	}
}

func TestFaults_ChangeTheAnswer(t *testing.T) {
	t.Parallel()
	half := func(body []byte) []byte { return body[:1] }
	for want, fault := range map[string]cakemailtest.Fault{
		"200 application/json {}":  {Body: "{}", Drip: time.Millisecond},
		"200 text/html <html>":     {Status: 200, Body: "<html>", ContentType: "text/html"},
		"200 application/json {":   {Rewrite: half},
		"418 application/json 3 {": {Status: 418, Header: http.Header{"Retry-After": {"3"}}, Rewrite: half},
	} {
		api := start(t)
		api.api.SetFaults(fault)
		answer, err := api.try(t, "GET /webhooks", "")
		got := []string{fmt.Sprint(answer.status), answer.header.Get("Content-Type"), answer.header.Get("Retry-After"), answer.body}
		if text := strings.ReplaceAll(strings.Join(got, " "), "  ", " "); err != nil || text != want {
			t.Errorf("got %s (%v), want %s", text, err, want)
		}
	}
}

func TestFaults_LetAReplicaLag(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		// The answers to a show and a change, and the number of listed webhooks.
		show, listed, change int
	}{
		"not at all":      {cakemailtest.Fault{Operation: cakemailtest.Token}, 200, 1, 200},
		"with one":        {cakemailtest.Fault{Operation: cakemailtest.Show, Lag: time.Hour}, 404, 1, 200},
		"with the list":   {cakemailtest.Fault{Operation: cakemailtest.List, Lag: time.Hour}, 200, 0, 200},
		"with everything": {cakemailtest.Fault{Lag: time.Hour}, 404, 0, 404},
		"no longer":       {cakemailtest.Fault{Lag: time.Nanosecond}, 200, 1, 200},
	} {
		api := start(t)
		api.do(t, "POST /webhooks", goodReference)
		api.api.SetFaults(test.fault)
		path := "/webhooks/" + api.api.Webhooks()[0].ID
		show, _ := api.do(t, "GET "+path, "")
		_, list := api.do(t, "GET /webhooks", "")
		change, _ := api.do(t, "PATCH "+path, `{"rate_limit":7}`)
		if listed := strings.Count(list, `"url":`); show != test.show || listed != test.listed || change != test.change {
			t.Errorf("%s: show %d, listed %d, change %d, want %+v", name, show, listed, change, test)
		}
	}
}

func TestFaults_ProcessWhatWasReceivedWhenTheClientHasGone(t *testing.T) {
	t.Parallel()
	api := start(t)
	api.api.SetFaults(cakemailtest.Fault{Delay: time.Second})
	api.client.Timeout = 500 * time.Millisecond
	if _, err := api.try(t, "POST /webhooks", goodReference); err == nil {
		t.Fatal("the delayed answer came in time")
	}
	for len(api.api.Webhooks()) == 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestFaults_EndWithTheServer(t *testing.T) {
	t.Parallel()
	api := cakemailtest.Start()
	api.SetFaults(cakemailtest.Fault{Delay: time.Hour})
	caller := &caller{api: api, token: cakemailtest.DefaultAccessToken}
	var group sync.WaitGroup
	group.Go(func() { _, _ = caller.try(t, "GET /webhooks", "") })
	for api.Count(cakemailtest.List) == 0 {
		time.Sleep(time.Millisecond)
	}
	api.Close()
	group.Wait()
}

func TestDeliver_Signs(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		header = request.Header
		body, _ = io.ReadAll(request.Body)
		writer.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(receiver.Close)
	api := start(t).api
	webhook := api.Add(cakemailtest.Webhook{URL: receiver.URL, Events: []string{"Contact.Added"}})
	delivery, err := api.Deliver(t.Context(), webhook.ID, "Contact.Added")
	mac := hmac.New(sha256.New, []byte(webhook.Secret))
	mac.Write(body)
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if delivery.Status != 204 || header.Get("X-Signature") != want || header.Get("X-Cakemail-Signature") != want || delivery.Signature != want {
		t.Errorf("%d (%v), signed %q, want %q", delivery.Status, err, header.Get("X-Signature"), want)
	}
	_, notSubscribed := api.Deliver(t.Context(), webhook.ID, "Email.Bounced")
	_, unknown := api.Deliver(t.Context(), "none", "Contact.Added")
	api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.Archived = true })
	if _, archived := api.Deliver(t.Context(), webhook.ID, "Contact.Added"); archived == nil || notSubscribed == nil || unknown == nil {
		t.Errorf("delivered to one that is archived (%v), not subscribed (%v) or unknown (%v)", archived, notSubscribed, unknown)
	}
}

// An event that follows a redirect becomes a GET.
func TestDeliver_FollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"/elsewhere", "http://[broken"} {
		var got []string
		receiver := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
			user, password, _ := request.BasicAuth()
			got = append(got, request.Method, request.URL.Path, user, password)
			writer.Header().Set("Location", location)
			writer.WriteHeader(http.StatusFound)
		}))
		t.Cleanup(receiver.Close)
		api := start(t).api
		address := strings.Replace(receiver.URL, "://", "://me:word@", 1) + "/hook"
		webhook := api.Add(cakemailtest.Webhook{URL: address, Events: []string{"Contact.Added"}})
		delivery, err := api.Deliver(t.Context(), webhook.ID, "Contact.Added")
		if err != nil || delivery.Status != http.StatusFound || !slices.Equal(got, []string{"POST", "/hook", "me", "word"}) {
			t.Errorf("%s: got %d (%v) after %v, want 302 after one POST", location, delivery.Status, err, got)
		}
	}
}

package cakemailtest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func TestFaultsHappen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		// statuses of four creates; 0 is a cut connection.
		want    [4]int
		created int
	}{
		"every time":                  {cakemailtest.Fault{Status: 500}, [4]int{500, 500, 500, 500}, 0},
		"every second time":           {cakemailtest.Fault{Every: 2, Status: 503}, [4]int{201, 503, 201, 503}, 2},
		"once":                        {cakemailtest.Fault{Times: 1, Status: 502}, [4]int{502, 201, 201, 201}, 3},
		"after processing":            {cakemailtest.Fault{Every: 2, Processed: true, Status: 504}, [4]int{201, 504, 201, 504}, 4},
		"as a cut":                    {cakemailtest.Fault{Every: 2, Cut: true}, [4]int{201, 0, 201, 0}, 2},
		"as a cut after processing":   {cakemailtest.Fault{Every: 2, Cut: true, Processed: true}, [4]int{201, 0, 201, 0}, 4},
		"above a rate":                {cakemailtest.Fault{PerSecond: 3}, [4]int{201, 201, 201, 429}, 3},
		"to another operation":        {cakemailtest.Fault{Operation: cakemailtest.Show, Status: 500}, [4]int{201, 201, 201, 201}, 4},
		"as a delay, then the answer": {cakemailtest.Fault{Delay: time.Millisecond}, [4]int{201, 201, 201, 201}, 4},
		"never to logins":             {cakemailtest.Fault{Operation: cakemailtest.Token, Status: 500}, [4]int{201, 201, 201, 201}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := start(t)
			api.api.SetFaults(test.fault)
			var got [4]int
			for index := range got {
				if answer, err := api.try(t, "POST", "/webhooks", goodReference); err == nil {
					got[index] = answer.status
				}
			}
			if got != test.want || len(api.api.Webhooks()) != test.created {
				t.Errorf("%v with %d created, want %v with %d", got, len(api.api.Webhooks()), test.want, test.created)
			}
		})
	}
}

func TestFaultsChangeTheAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault       cakemailtest.Fault
		status      int
		body        string
		contentType string
	}{
		"to another body":    {cakemailtest.Fault{Body: "{}"}, 200, "{}", "application/json"},
		"to a page":          {cakemailtest.Fault{Status: 200, Body: "<html>", ContentType: "text/html"}, 200, "<html>", "text/html"},
		"to half of it":      {cakemailtest.Fault{Rewrite: func(body []byte) []byte { return body[:1] }}, 200, "{", "application/json"},
		"to one that drips":  {cakemailtest.Fault{Body: "{}", Drip: time.Millisecond}, 200, "{}", "application/json"},
		"to a refused limit": {cakemailtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"3"}}}, 429, `{"detail":"Too Many Requests"}`, "application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := start(t)
			api.api.SetFaults(test.fault)
			answer, err := api.try(t, "GET", "/webhooks", "")
			if err != nil {
				t.Fatal(err)
			}
			if answer.status != test.status || answer.body != test.body || answer.header.Get("Content-Type") != test.contentType {
				t.Errorf("%+v", answer)
			}
			if want := test.fault.Header.Get("Retry-After"); answer.header.Get("Retry-After") != want {
				t.Errorf("Retry-After is %q, want %q", answer.header.Get("Retry-After"), want)
			}
		})
	}
}

func TestAReplicaLags(t *testing.T) {
	t.Parallel()
	const lag = time.Hour
	for name, test := range map[string]struct {
		fault cakemailtest.Fault
		// what a show, the number of items of a list, and a change answer.
		show, listed, change int
	}{
		"not at all":      {cakemailtest.Fault{Operation: cakemailtest.Token}, 200, 1, 200},
		"with one":        {cakemailtest.Fault{Operation: cakemailtest.Show, Lag: lag}, 404, 1, 200},
		"with the list":   {cakemailtest.Fault{Operation: cakemailtest.List, Lag: lag}, 200, 0, 200},
		"with everything": {cakemailtest.Fault{Lag: lag}, 404, 0, 404},
		"no longer":       {cakemailtest.Fault{Lag: time.Nanosecond}, 200, 1, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := start(t)
			api.do(t, "POST", "/webhooks", goodReference)
			api.api.SetFaults(test.fault)
			path := "/webhooks/" + api.api.Webhooks()[0].ID
			show, _ := api.do(t, "GET", path, "")
			_, list := api.do(t, "GET", "/webhooks", "")
			change, _ := api.do(t, "PATCH", path, `{"rate_limit":7}`)
			if listed := strings.Count(list, `"url":`); show != test.show || listed != test.listed || change != test.change {
				t.Errorf("show %d, listed %d, change %d, want %+v", show, listed, change, test)
			}
		})
	}
}

func TestFaultsAreDrawnPerCall(t *testing.T) {
	t.Parallel()
	api := start(t, cakemailtest.WithFaults(func(call cakemailtest.Call) *cakemailtest.Fault {
		if call.Operation != cakemailtest.List {
			return nil
		}
		return &cakemailtest.Fault{Status: 418}
	}))
	created, _ := api.do(t, "POST", "/webhooks", goodReference)
	if listed, _ := api.do(t, "GET", "/webhooks", ""); created != 201 || listed != 418 {
		t.Errorf("the create was answered %d, the list %d", created, listed)
	}
}

func TestAListThatDoesNotCount(t *testing.T) {
	t.Parallel()
	api := start(t, cakemailtest.WithPageSizeLimit(1), cakemailtest.WithoutCount())
	for range 2 {
		api.do(t, "POST", "/webhooks", goodReference)
	}
	_, list := api.do(t, "GET", "/webhooks?with_count=true&per_page=20", "")
	if strings.Count(list, `"url":`) != 1 || !strings.Contains(list, `"pagination":{"page":1,"per_page":20}`) {
		t.Errorf("got %s", list)
	}
}

func TestWhatWasReceivedIsProcessedWhenTheClientHasGone(t *testing.T) {
	t.Parallel()
	api := start(t)
	api.api.SetFaults(cakemailtest.Fault{Delay: time.Second})
	api.client.Timeout = 500 * time.Millisecond
	if _, err := api.try(t, "POST", "/webhooks", goodReference); err == nil {
		t.Fatal("the delayed answer came in time")
	}
	for deadline := time.Now().Add(10 * time.Second); len(api.api.Webhooks()) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the webhook was never created")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestCloseEndsDelays(t *testing.T) {
	t.Parallel()
	api := cakemailtest.Start()
	api.SetFaults(cakemailtest.Fault{Delay: time.Hour})
	caller := &caller{api: api, token: cakemailtest.DefaultAccessToken}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = caller.try(t, "GET", "/webhooks", "")
	}()
	for api.Count(cakemailtest.List) == 0 {
		time.Sleep(time.Millisecond)
	}
	api.Close()
	<-ended
}

func TestLog(t *testing.T) {
	t.Parallel()
	api := start(t)
	api.do(t, "POST", "/webhooks?account_id=42", goodReference)
	api.do(t, "GET", "/webhooks/none", "")
	api.do(t, "GET", "/elsewhere", "")
	calls := api.api.Calls()
	if len(calls) != 3 || calls[0].Operation != cakemailtest.Create ||
		calls[0].AccountID != 42 || string(calls[0].Body) != goodReference || calls[0].Status != 201 {
		t.Errorf("the log holds %+v", calls)
	}
	if calls[1].Operation != cakemailtest.Show || calls[1].Status != 404 || calls[2].Operation != cakemailtest.Unknown {
		t.Errorf("the log holds %+v", calls[1:])
	}
	if api.api.Connections() != 1 {
		t.Errorf("%d connections, want 1", api.api.Connections())
	}
	api.api.ResetCalls()
	if counts := api.api.Counts(); len(counts) != 0 {
		t.Errorf("after the reset: %v", counts)
	}
}

func TestDeliveriesAreSigned(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		header = request.Header
		body, _ = io.ReadAll(request.Body)
		writer.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(receiver.Close)
	for _, form := range []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide} {
		api := start(t, cakemailtest.WithForm(form)).api
		webhook := api.Add(cakemailtest.Webhook{URL: receiver.URL, Events: []string{"Contact.Added"}})
		delivery, err := api.Deliver(context.Background(), webhook.ID, "Contact.Added")
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, []byte(webhook.Secret))
		mac.Write(body)
		want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if delivery.Status != 204 || header.Get("X-Signature") != want || header.Get("X-Cakemail-Signature") != want || delivery.Signature != want {
			t.Errorf("%s: %d, signed %q, want %q", form, delivery.Status, header.Get("X-Signature"), want)
		}
		if _, err := api.Deliver(context.Background(), webhook.ID, "Email.Bounced"); err == nil {
			t.Error("an event that is not subscribed was delivered")
		}
		api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.Archived = true })
		if _, err := api.Deliver(context.Background(), webhook.ID, "Contact.Added"); err == nil {
			t.Error("an archived webhook got a delivery")
		}
		if _, err := api.Deliver(context.Background(), "none", "Contact.Added"); err == nil {
			t.Error("an unknown webhook got a delivery")
		}
	}
}

package cakemail

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// log writes one attempt, but never headers and bodies, which can hold anything.
func (e *exchange) log(request *http.Request, response *http.Response, body []byte, err error, took time.Duration) {
	ctx := request.Context()
	if !tflog.IsDebug(ctx) {
		return
	}
	fields := map[string]any{
		"method":      request.Method,
		"path":        request.URL.EscapedPath(),
		"duration_ms": took.Milliseconds(),
		"attempt":     e.attempts,
	}
	if err != nil {
		fields["error"] = withoutURL(e.client.secrets, err).Error()
		tflog.Debug(ctx, "Cakemail API call failed", fields)
		return
	}
	fields["status"] = response.StatusCode
	fields["bytes"] = len(body)
	fields["request_id"] = e.client.secrets.Clean(requestID(response))
	// A login has nothing to show but credentials.
	if isRefusal := response.StatusCode < 200 || response.StatusCode > 299; isRefusal && !e.call.isLogin {
		if refusals := e.shownRefusals(body, e.client.quotes(e.call, response.StatusCode)); refusals != nil {
			fields["refusals"] = refusals
		}
	}
	tflog.Debug(ctx, "Cakemail API call", fields)
}

// shownRefusals returns why the API refused a call, in a form that a log may show.
func (e *exchange) shownRefusals(body []byte, isQuoted bool) []map[string]string {
	var shown []map[string]string
	for _, refusal := range readRefusals(body) {
		if !isQuoted {
			shown = append(shown, map[string]string{"type": refusal.code()})
			continue
		}
		shown = append(shown, map[string]string{
			"loc":  e.client.secrets.Clean(refusal.path()),
			"type": e.client.secrets.Clean(refusal.kind),
			"msg":  e.client.secrets.Clean(refusal.message),
		})
	}
	return shown
}

// path joins the names and numbers of the location with dots.
func (r refusal) path() string {
	var steps []string
	for _, step := range r.location {
		switch step.(type) {
		case string, float64:
			steps = append(steps, fmt.Sprint(step))
		}
	}
	return strings.Join(steps, ".")
}

// logIDs writes which webhooks an answer names.
func (c *Client) logIDs(ctx context.Context, webhooks ...Webhook) {
	if !tflog.IsDebug(ctx) {
		return
	}
	var ids []string
	for _, webhook := range webhooks {
		if webhook.ID != "" {
			ids = append(ids, c.secrets.Clean(webhook.ID))
		}
	}
	if ids != nil {
		tflog.Debug(ctx, "Webhooks in the answer", map[string]any{"ids": ids})
	}
}

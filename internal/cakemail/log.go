package cakemail

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// log writes one attempt: method, path, status, duration and request id at
// DEBUG, what is harmless of the bodies at TRACE. Headers are never logged.
func (e *exchange) log(request *http.Request, response *http.Response, err error, took time.Duration) {
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
		fields["error"] = e.client.secrets.withoutURL(err).Error()
		tflog.Debug(ctx, "Cakemail API call failed", fields)
		return
	}
	fields["status"] = response.StatusCode
	fields["request_id"] = e.client.secrets.clean(requestID(response))
	tflog.Debug(ctx, "Cakemail API call", fields)
	// A login has nothing but credentials to show.
	if tflog.IsTrace(ctx) && !e.call.isLogin {
		tflog.Trace(ctx, "Cakemail API call bodies", map[string]any{
			"request_body":  e.client.secrets.describe(requestBody(request)),
			"response_body": e.client.secrets.describe(responseBody(response)),
		})
	}
}

func requestBody(request *http.Request) []byte {
	if request.GetBody == nil {
		return nil
	}
	reader, err := request.GetBody()
	if err != nil {
		return nil
	}
	defer reader.Close()
	body, err := io.ReadAll(reader)
	if err != nil {
		return nil
	}
	return body
}

// responseBody reads the buffered body and puts it back.
func responseBody(response *http.Response) []byte {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

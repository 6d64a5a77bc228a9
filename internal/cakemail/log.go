package cakemail

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// log writes one attempt: method, path, status, duration and request id at
// DEBUG, the redacted bodies at TRACE. Headers are never logged.
func (t *attemptTransport) log(request *http.Request, response *http.Response, err error, took time.Duration) {
	ctx := request.Context()
	if !tflog.IsDebug(ctx) {
		return
	}
	ctx = tflog.MaskLogStrings(ctx, t.secrets.masks()...)
	fields := map[string]any{
		"method":      request.Method,
		"path":        request.URL.EscapedPath(),
		"duration_ms": took.Milliseconds(),
		"attempt":     exchangeFrom(ctx).attempts,
	}
	if err != nil {
		fields["error"] = err.Error()
		tflog.Debug(ctx, "Cakemail API call failed", fields)
		return
	}
	fields["status"] = response.StatusCode
	fields["request_id"] = requestID(response)
	tflog.Debug(ctx, "Cakemail API call", fields)
	if tflog.IsTrace(ctx) {
		tflog.Trace(ctx, "Cakemail API call bodies", map[string]any{
			"request_body":  redactBody(request.Header.Get("Content-Type"), requestBody(request)),
			"response_body": redactBody(response.Header.Get("Content-Type"), responseBody(response)),
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

// notJSON describes a body that cannot be shown safely.
func notJSON(body []byte) string {
	return fmt.Sprintf("(%d bytes that are not JSON)", len(body))
}

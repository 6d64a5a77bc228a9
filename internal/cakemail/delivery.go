package cakemail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Delivery is an event to post to a webhook's url as Cakemail does.
type Delivery struct {
	// Webhook is where the event goes; its secret signs it.
	Webhook Webhook
	// Event is the event of the sample.
	Event string
	// Account is the account of the sample; 0 means a made-up one.
	Account int64
	// Payload, unless nil, is posted instead of a sample.
	Payload []byte
	// Timeout bounds the delivery, including the receiver's whole answer.
	Timeout time.Duration
}

// Receipt is the result of a delivery.
type Receipt struct {
	// Status is the status of the receiver's answer, such as "204 No Content", or "" without an answer.
	Status string
	// Took is the time until the answer was read or the delivery failed.
	Took time.Duration
}

const (
	deliverAction = "deliver the event"
	// maxReceiptBytes is how much of a receiver's answer is read. Nobody sees it.
	maxReceiptBytes = 64 << 10
)

var (
	errNotPostable = errors.New("the webhook's url is not an http or https address")
	errNotHTTP     = errors.New("the answer is not HTTP")
	errTooLong     = errors.New("it took longer than timeout")
)

// Deliver signs the event and posts it once to the webhook's url, without retries and redirects. It sends no
// credentials of the API, and keeps only the status of the receiver's answer. Unless that is 2xx, Deliver
// returns an *[Error] with the receipt.
func (c *Client) Deliver(ctx context.Context, delivery Delivery) (Receipt, error) {
	request, err := c.newDelivery(ctx, delivery)
	if err != nil {
		return Receipt{}, &Error{Kind: Unexpected, Action: deliverAction, Cause: err}
	}
	client := newReceiverClient(delivery.Timeout)
	defer client.CloseIdleConnections()
	started := time.Now()
	response, err := client.Do(request)
	if err == nil {
		defer response.Body.Close()
		err = readReceipt(response)
	}
	receipt := Receipt{Took: time.Since(started)}
	failure := &Error{Action: deliverAction, Host: request.URL.Host, Attempts: 1, Elapsed: receipt.Took}
	switch {
	case err != nil:
		c.explainNoAnswer(ctx, failure, err)
	case response.StatusCode < 200 || response.StatusCode > 299:
		receipt.Status = statusText(response)
		c.explainRefusal(failure, response)
	default:
		receipt.Status = statusText(response)
		failure = nil
	}
	c.logDelivery(ctx, delivery.Webhook, receipt, failure)
	if failure != nil {
		return receipt, failure
	}
	return receipt, nil
}

func (c *Client) newDelivery(ctx context.Context, delivery Delivery) (*http.Request, error) {
	body := delivery.Payload
	if body == nil {
		var err error
		if body, err = encodeSample(delivery.Webhook.Form, delivery.Event, delivery.Account, time.Now()); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, delivery.Webhook.Address(), bytes.NewReader(body))
	// This error would quote the whole URL.
	if err != nil || request.URL.Host == "" || request.URL.Scheme != "https" && request.URL.Scheme != "http" {
		return nil, errNotPostable
	}
	signature := Sign(body, delivery.Webhook.Secret)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", c.userAgent)
	request.Header.Set("X-Cakemail-Signature", signature)
	request.Header.Set("X-Signature", signature)
	return request, nil
}

// newReceiverClient has its own connections: a receiver gets nothing that belongs to the API.
func newReceiverClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     newTransport(),
		Timeout:       timeout,
		CheckRedirect: refuseRedirect,
	}
}

// readReceipt reads the answer as far as needed, and drops it. A 2xx answer that is cut short is an error.
func readReceipt(response *http.Response) error {
	_, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxReceiptBytes))
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil
	}
	return err
}

func (c *Client) explainNoAnswer(ctx context.Context, failure *Error, err error) {
	failure.Kind, failure.Cause = Network, c.harmless(err)
	timeout, hasTimeout := errors.AsType[net.Error](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case ctx.Err() != nil:
		failure.Kind, failure.Cause = Stopped, context.Cause(ctx)
	case untrusted:
		failure.Kind = Untrusted
	case hasTimeout && timeout.Timeout():
		failure.Kind, failure.Cause = Timeout, errTooLong
	}
}

// harmless drops what an error quotes of the URL and of the receiver's answer, which can be anything.
func (c *Client) harmless(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	shown := errNotHTTP
	for _, known := range []error{
		as[*tls.CertificateVerificationError](err), as[tls.RecordHeaderError](err), as[proxyError](err), as[*net.OpError](err),
	} {
		if known != nil {
			shown = known
			break
		}
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		shown = http.ErrSchemeMismatch
	}
	return errors.New(c.secrets.Clean(shown.Error()))
}

// as returns the first error of this type in the tree of err, or nil.
func as[T error](err error) error {
	if found, ok := errors.AsType[T](err); ok {
		return found
	}
	return nil
}

func (c *Client) explainRefusal(failure *Error, response *http.Response) {
	failure.Status = statusText(response)
	failure.Kind = kindOf(request{id: "the receiver"}, response.StatusCode, nil)
	if location, err := response.Location(); err == nil && failure.Kind == Redirected {
		failure.Location = c.secrets.Clean((&url.URL{Scheme: location.Scheme, Host: location.Host}).String())
	}
}

// statusText names the status by the standard, not in the receiver's words.
func statusText(response *http.Response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode)))
}

// logDelivery never writes a body or a header.
func (c *Client) logDelivery(ctx context.Context, webhook Webhook, receipt Receipt, failure *Error) {
	fields := map[string]any{
		"id": webhook.ID, "url": mask.Origin(webhook.Address()), "status": receipt.Status, "duration_ms": receipt.Took.Milliseconds(),
	}
	if failure != nil {
		fields["error"] = c.secrets.Clean(failure.Error())
	}
	tflog.Debug(ctx, "Test delivery", fields)
}

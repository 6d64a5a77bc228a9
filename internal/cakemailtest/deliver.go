package cakemailtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// Delivery is the result of a posted event.
type Delivery struct {
	// Status and Body are the receiver's answer.
	Status int
	Body   []byte
	// Signature and SentBody are what was posted.
	Signature string
	SentBody  []byte
}

// Deliver posts a signed sample event to the webhook's url, with the headers of both descriptions. It fails if the
// webhook is unknown, archived or not subscribed to the event, or if there is no answer. It follows no redirect.
func (s *Server) Deliver(ctx context.Context, id, event string) (Delivery, error) {
	webhook, err := s.subscribed(id, event)
	if err != nil {
		return Delivery{}, err
	}
	body, err := json.Marshal(s.sample(event, webhook))
	if err != nil {
		return Delivery{}, fmt.Errorf("encoding the event: %w", err)
	}
	delivery := Delivery{SentBody: body, Signature: webhook.sign(body)}
	request, err := webhook.request(ctx, body)
	if err != nil {
		return Delivery{}, fmt.Errorf("making the request: %w", err)
	}
	// A client would follow a redirect, or fail if it cannot read where to.
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return Delivery{}, fmt.Errorf("delivering: %w", err)
	}
	defer response.Body.Close()
	delivery.Status = response.StatusCode
	if delivery.Body, err = io.ReadAll(io.LimitReader(response.Body, maxBody)); err != nil {
		return Delivery{}, fmt.Errorf("reading the receiver's answer: %w", err)
	}
	return delivery, nil
}

func (s *Server) subscribed(id, event string) (Webhook, error) {
	for _, webhook := range s.Webhooks() {
		switch {
		case webhook.ID != id:
			continue
		case webhook.Archived:
			return Webhook{}, fmt.Errorf("webhook %s is archived", id)
		case !slices.Contains(webhook.Events, event):
			return Webhook{}, fmt.Errorf("webhook %s is not subscribed to %s", id, event)
		}
		return webhook, nil
	}
	return Webhook{}, fmt.Errorf("no webhook has the id %s", id)
}

// sample is a delivery's body in the form that this server serves.
func (s *Server) sample(event string, webhook Webhook) object {
	data := object{"id": 1234, "email": "jane@example.com"}
	if s.form == Guide {
		return object{"event": event, "timestamp": time.Now().UTC().Format(time.RFC3339), "data": data}
	}
	return object{
		"event": event, "account_id": webhook.AccountID, "ip": "192.0.2.1",
		"user": object{"id": 7, "email": "ops@example.com"}, "created_on": time.Now().Unix(), "data": data,
	}
}

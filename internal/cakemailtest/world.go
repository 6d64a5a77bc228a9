package cakemailtest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

type version struct {
	since   time.Time
	webhook Webhook
}

// keep makes the webhook's present state its newest version.
func (w *Webhook) keep() {
	kept := w.clone()
	kept.versions = nil
	w.versions = append(w.versions, version{time.Now(), kept})
}

// before returns the webhook as it was a lag ago, or nil if it was not there yet.
func (w *Webhook) before(lag time.Duration) *Webhook {
	if lag <= 0 {
		return w
	}
	for _, version := range slices.Backward(w.versions) {
		if time.Since(version.since) >= lag {
			return &version.webhook
		}
	}
	return nil
}

// Webhooks returns all webhooks, including archived ones, in the order of their creation.
func (s *Server) Webhooks() []Webhook {
	s.mu.Lock()
	defer s.mu.Unlock()
	var webhooks []Webhook
	for _, webhook := range s.webhooks {
		webhooks = append(webhooks, webhook.clone())
	}
	return webhooks
}

// Active returns the webhooks that are not archived.
func (s *Server) Active() []Webhook {
	return slices.DeleteFunc(s.Webhooks(), func(webhook Webhook) bool { return webhook.Archived })
}

// Add adds a webhook to the API, with an id, a secret and defaults if missing.
func (s *Server) Add(webhook Webhook) Webhook {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(webhook)
}

func (s *Server) add(webhook Webhook) Webhook {
	if webhook.ID == "" {
		webhook.ID = s.newID()
	}
	if webhook.AccountID == 0 {
		webhook.AccountID = s.accounts[0]
	}
	if webhook.Secret == "" {
		webhook.Secret = s.newSecret()
	}
	s.issued = append(s.issued, webhook.Secret)
	if webhook.HashFunction == "" {
		webhook.HashFunction = "sha256"
	}
	webhook.complete(s.form)
	webhook.Created = time.Now()
	kept := webhook.clone()
	kept.keep()
	s.webhooks = append(s.webhooks, &kept)
	return kept.clone()
}

// newID returns a UUID in the reference's form, a whole number in the guide's.
func (s *Server) newID() string {
	if s.form == Guide {
		s.lastNumber++
		return fmt.Sprint(1000 + s.lastNumber)
	}
	var raw [16]byte
	_, _ = io.ReadFull(s.random, raw[:])
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
}

// Change changes a webhook as a colleague in the web application would. It panics if the id is unknown.
func (s *Server) Change(id string, change func(*Webhook)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	webhook := s.webhooks[s.index(id)]
	change(webhook)
	webhook.keep()
	s.issued = append(s.issued, webhook.Secret)
}

// Remove makes the API forget a webhook. It panics if the id is unknown.
func (s *Server) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	index := s.index(id)
	s.webhooks = slices.Delete(s.webhooks, index, index+1)
}

func (s *Server) index(id string) int {
	index := slices.IndexFunc(s.webhooks, func(webhook *Webhook) bool { return webhook.ID == id })
	if index < 0 {
		panic("cakemailtest: no webhook has the id " + id)
	}
	return index
}

// view is what a call sees of the API: one account, as it was a lag ago if a lagging replica answers.
type view struct {
	account int64
	lag     time.Duration
	writes  bool
}

// at returns the view of an operation. A change is made to the newest data, once this replica knows the webhook.
func (v view) at(operation Operation) view {
	v.writes = operation != Show
	return v
}

// of returns the webhook as the call sees it, or nil.
func (v view) of(webhook *Webhook) *Webhook {
	if webhook.AccountID != v.account {
		return nil
	}
	shown := webhook.before(v.lag)
	if shown != nil && v.writes {
		return webhook
	}
	return shown
}

// find returns the webhook in the path as the call sees it.
func (s *Server) find(seen view, request *http.Request) (*Webhook, *answer) {
	segments := strings.Split(strings.TrimPrefix(request.URL.EscapedPath(), "/webhooks/"), "/")
	id, err := url.PathUnescape(segments[0])
	if err == nil {
		for _, webhook := range s.webhooks {
			if shown := seen.of(webhook); webhook.ID == id && shown != nil {
				return shown, nil
			}
		}
	}
	gone := failure(s.goneStatus, "Webhook not found")
	if s.goneStatus == http.StatusBadRequest {
		gone = refusal(s.goneStatus, "bad_request", "Webhook not found")
	}
	return nil, &gone
}

// setArchived refuses what is already so.
func (s *Server) setArchived(webhook *Webhook, archived bool) *answer {
	if webhook.Archived == archived {
		word := "active"
		if archived {
			word = "archived"
		}
		refused := refusal(http.StatusBadRequest, "bad_request", "Webhook is already "+word)
		return &refused
	}
	webhook.Archived = archived
	webhook.keep()
	return nil
}

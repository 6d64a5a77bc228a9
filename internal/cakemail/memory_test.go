package cakemail_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// stored is a webhook that a memory holds.
type stored struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	Events  []string `json:"events"`
	Status  string   `json:"status"`
	account string
}

// postFault is what happens to one POST /webhooks instead of a plain success.
type postFault struct {
	// Processed makes the webhook before the answer fails.
	Processed bool
	// Late makes it just before the nth list that follows; 0: not.
	Late int
	// Silent gives no answer until the client goes away.
	Silent bool
	// Answer is given otherwise.
	Answer answer
}

type lateWebhook struct {
	webhook stored
	lists   int
}

// memory is an API that creates and lists webhooks, and misbehaves as told.
type memory struct {
	*stub
	// faults are what happens to the first POSTs, one each.
	faults []postFault
	// failingLists are the answers to the nth list, where it fails.
	failingLists map[int]answer
	// showsArchived makes the list ignore that archived webhooks are not wanted.
	showsArchived bool
	// refusesArchive answers every archive call with 403.
	refusesArchive bool
	// ownAccount is the number of the account of the credentials, "" for one that
	// can only be had without a number.
	ownAccount string
	// beforePost is called for each POST, and afterPost once it is carried out,
	// without the lock.
	beforePost, afterPost func(r *http.Request)

	mu       sync.Mutex
	webhooks []stored
	late     []lateWebhook
	posts    int
	lists    int
}

func newMemory(t *testing.T, faults ...postFault) *memory {
	t.Helper()
	m := &memory{faults: faults, failingLists: map[int]answer{}}
	m.stub = newStub(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/unarchive"):
			m.set(w, r, "active")
		case strings.HasSuffix(r.URL.Path, "/archive"):
			m.set(w, r, "archived")
		case r.Method == http.MethodPost:
			m.post(w, r)
		default:
			m.list(w, r)
		}
	})
	return m
}

func (m *memory) post(w http.ResponseWriter, r *http.Request) {
	if m.beforePost != nil {
		m.beforePost(r)
	}
	var webhook stored
	if err := json.NewDecoder(r.Body).Decode(&webhook); err != nil {
		answer{Status: 422}.write(w)
		return
	}
	webhook.account = m.account(r)
	fault, failing := m.nextFault(webhook)
	if m.afterPost != nil {
		m.afterPost(r)
	}
	switch {
	case failing && fault.Silent:
		<-r.Context().Done()
	case failing:
		fault.Answer.write(w)
	default:
		made := m.add(webhook)
		body, _ := json.Marshal(map[string]any{"id": made.ID, "data": made})
		answer{Status: http.StatusCreated, Body: string(body)}.write(w)
	}
}

// nextFault counts the POST and carries out what its fault says.
func (m *memory) nextFault(webhook stored) (postFault, bool) {
	m.mu.Lock()
	m.posts++
	number := m.posts
	m.mu.Unlock()
	if number > len(m.faults) {
		return postFault{}, false
	}
	fault := m.faults[number-1]
	if fault.Processed {
		m.add(webhook)
	}
	if fault.Late > 0 {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.late = append(m.late, lateWebhook{webhook, m.lists + fault.Late})
	}
	return fault, fault.Silent || fault.Answer.Cut || fault.Answer.Status != 0
}

// failListsFrom refuses the nth list and those after it.
func (m *memory) failListsFrom(number int) {
	for ; number < 1000; number++ {
		m.failingLists[number] = answer{Status: 403}
	}
}

func (m *memory) account(r *http.Request) string {
	return cmp.Or(r.URL.Query().Get("account_id"), m.ownAccount)
}

func (m *memory) list(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.lists++
	number, late := m.lists, m.late
	m.late = nil
	m.mu.Unlock()
	for _, one := range late {
		if one.lists > number {
			m.mu.Lock()
			m.late = append(m.late, one)
			m.mu.Unlock()
			continue
		}
		m.add(one.webhook)
	}
	if failing, ok := m.failingLists[number]; ok {
		failing.write(w)
		return
	}
	items := []stored{}
	for _, webhook := range m.all() {
		if webhook.account == m.account(r) && (m.showsArchived || webhook.Status == "active") {
			items = append(items, webhook)
		}
	}
	body, _ := json.Marshal(map[string]any{"pagination": map[string]int{"page": 1, "per_page": 1000, "count": len(items)}, "data": items})
	answer{Body: string(body)}.write(w)
}

func (m *memory) set(w http.ResponseWriter, r *http.Request, status string) {
	if m.refusesArchive && status == "archived" {
		answer{Status: 403}.write(w)
		return
	}
	id := strings.Split(r.URL.Path, "/")[2]
	m.mu.Lock()
	defer m.mu.Unlock()
	for index := range m.webhooks {
		if m.webhooks[index].ID == id {
			m.webhooks[index].Status = status
		}
	}
	answer{Body: `{"id":"` + id + `","data":{"status":"` + status + `"}}`}.write(w)
}

func (m *memory) add(webhook stored) stored {
	m.mu.Lock()
	defer m.mu.Unlock()
	webhook.ID = fmt.Sprintf("w%d", len(m.webhooks)+1)
	if webhook.Status == "" {
		webhook.Status = "active"
	}
	m.webhooks = append(m.webhooks, webhook)
	return webhook
}

// active are the ids of the webhooks that are not archived.
func (m *memory) active() string {
	var ids []string
	for _, webhook := range m.all() {
		if webhook.Status == "active" {
			ids = append(ids, webhook.ID)
		}
	}
	return strings.Join(ids, " ")
}

func (m *memory) all() []stored {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]stored(nil), m.webhooks...)
}

// wantCalls fails the test unless the API got so many creates and lists.
func (m *memory) wantCalls(t *testing.T, posts, lists int) {
	t.Helper()
	if got := m.count(http.MethodPost, "/webhooks"); posts >= 0 && got != posts {
		t.Errorf("got %d creates, want %d", got, posts)
	}
	if got := m.count(http.MethodGet, "/webhooks"); lists >= 0 && got != lists {
		t.Errorf("got %d lists, want %d", got, lists)
	}
}

func idsOf(webhooks []cakemail.Webhook) string {
	var ids []string
	for _, webhook := range webhooks {
		ids = append(ids, webhook.ID)
	}
	return strings.Join(ids, " ")
}

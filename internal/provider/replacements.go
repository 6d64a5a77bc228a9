package provider

import (
	"slices"
	"sync"

	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// replacements are the webhooks that this process archived so that another one
// replaces them. Its zero value is ready for use.
type replacements struct {
	mu       sync.Mutex
	archived []replacement
}

// replacement is a webhook that was archived, and what was known of the one that
// replaces it when that was planned.
type replacement struct {
	archived message.Subject
	planned  webhookSettings
}

func (r *replacements) add(archived message.Subject, planned plannedChange) {
	made := replacement{archived: archived}
	for _, setting := range settings {
		setting.record(&made.planned, *planned.Settings)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.archived = append(r.archived, made)
}

// take returns what was archived for a webhook with these settings, once.
// Terraform does not tell a create what it replaces, so equal ones may be mixed up.
func (r *replacements) take(settings webhookSettings) (archived message.Subject, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for index, made := range r.archived {
		if made.couldBe(settings) {
			r.archived = slices.Delete(r.archived, index, index+1)
			return made.archived, true
		}
	}
	return message.Subject{}, false
}

func (r replacement) couldBe(created webhookSettings) bool {
	return !slices.ContainsFunc(settings, func(s setting) bool {
		return !s.value(r.planned).IsNull() && s.differs(r.planned, created)
	})
}

package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

type event struct {
	when time.Time
	what string
}

// describe names the call as a person would.
func describe(call cakemailtest.Call) string {
	text := string(call.Operation)
	if call.Operation == cakemailtest.Create {
		var asked struct{ URL string }
		_ = json.Unmarshal(call.Body, &asked)
		text += " " + asked.URL
	}
	if id, found := strings.CutPrefix(call.Path, "/webhooks/"); found {
		id, _, _ = strings.Cut(id, "/")
		text += " " + id
	}
	if call.Operation == cakemailtest.Update {
		text += " " + string(call.Body)
	}
	if call.RawQuery != "" && call.Operation != cakemailtest.Token {
		text += " ?" + call.RawQuery
	}
	return text
}

// Tell adds a line to the story.
func (w *World) Tell(format string, arguments ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell(format, arguments...)
}

func (w *World) tell(format string, arguments ...any) {
	w.story = append(w.story, event{time.Now(), fmt.Sprintf(format, arguments...)})
}

// Story returns what happened, one event per line, with the time since the start.
func (w *World) Story() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := slices.Clone(w.story)
	for _, webhook := range w.API.Webhooks() {
		events = append(events, event{webhook.Created, fmt.Sprintf("  the API makes %s for %s", webhook.ID, webhook.URL)})
	}
	slices.SortStableFunc(events, func(one, other event) int { return one.when.Compare(other.when) })
	var story strings.Builder
	for _, event := range events {
		fmt.Fprintf(&story, "%9.3f s  %s\n", event.when.Sub(w.began).Seconds(), event.what)
	}
	return story.String()
}

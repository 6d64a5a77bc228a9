package cakemailtest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

var eventShape = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*\.[A-Z][A-Za-z0-9]*$`)

// guide serves the developer guide. The caller holds the lock.
func (s *Server) guide(operation Operation, seen view, request *http.Request, body []byte) answer {
	switch operation {
	case Create:
		return s.guideCreate(seen.account, request, body)
	case List:
		return s.guideList(seen, request)
	case Update:
		return failure(http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	webhook, gone := s.find(seen.at(operation), request)
	if gone != nil {
		return *gone
	}
	if operation == Show {
		shown := guideData(webhook)
		shown["secret_key"], shown["hash_function"] = webhook.Secret, webhook.HashFunction
		return reply(http.StatusOK, shown)
	}
	if refused := s.setArchived(webhook, operation == Archive); refused != nil {
		return *refused
	}
	return reply(http.StatusOK, object{"webhook_id": guideID(webhook), "archived": webhook.Archived})
}

func (s *Server) guideCreate(account int64, request *http.Request, body []byte) answer {
	webhook := Webhook{AccountID: account}
	if refused := s.readBody(request, body, &webhook); refused != nil {
		return *refused
	}
	if webhook.URL == "" {
		return *invalid("field required", "value_error.missing", "body", "url")
	}
	events, refused := readEvents(body)
	if refused != nil {
		return *refused
	}
	webhook.Events = events
	s.habit(&webhook)
	webhook = s.add(webhook)
	created := guideData(&webhook)
	delete(created, "archived")
	created["secret"] = webhook.Secret
	return reply(http.StatusCreated, created)
}

func readEvents(body []byte) ([]string, *answer) {
	var fields struct {
		Events []string `json:"events"`
	}
	if json.Unmarshal(body, &fields) != nil {
		return nil, invalid("value is not a valid list", "type_error.list", "body", "events")
	}
	if len(fields.Events) == 0 {
		return nil, invalid("field required", "value_error.missing", "body", "events")
	}
	for index, event := range fields.Events {
		if !eventShape.MatchString(event) {
			return nil, invalid("value is not the name of an event", "value_error", "body", "events", index)
		}
	}
	return fields.Events, nil
}

// guideID is a JSON number, as in older documents. Ids that tests choose may be any string.
func guideID(webhook *Webhook) any {
	if number, err := strconv.ParseInt(webhook.ID, 10, 64); err == nil {
		return number
	}
	return webhook.ID
}

// guideData returns the events in reverse order, since a set has no order.
func guideData(webhook *Webhook) object {
	events := slices.Clone(webhook.Events)
	slices.Reverse(events)
	data := settingsData(webhook)
	data["webhook_id"], data["events"], data["archived"] = guideID(webhook), events, webhook.Archived
	return data
}

// guideList returns everything at once, since the guide has no pages.
func (s *Server) guideList(seen view, request *http.Request) answer {
	items := []any{}
	for _, webhook := range s.listed(seen, request.URL.Query()) {
		items = append(items, guideData(webhook))
	}
	return reply(http.StatusOK, items)
}

package cakemailtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// referenceEvents is the enum EventType of the OpenAPI document 1.18.25.
var referenceEvents = strings.Fields(`
	Account.Created Account.Updated Account.Confirmed Account.Deleted
	Contact.Added Contact.Updated Contact.Removed Contact.Tagged Contact.Untagged
	ContactsExport.Created ContactsExport.Deleted
	Campaign.Canceled Campaign.Created Campaign.Unscheduled Campaign.Updated Campaign.Resumed Campaign.Scheduled Campaign.Suspended
	CampaignLogExport.Created
	Email.Sent Email.Opened Email.Clicked Email.Bounced Email.ReportedAsSpam Email.Unsubscribed Email.GlobalUnsubscribed
	Email.Submitted Email.Queued Email.Rejected Email.Processing Email.Delivered Email.Error
	User.Created User.Deleted User.LoggedIn User.Updated User.Confirmed
	List.Created List.Updated List.Deleted ListLogsExport.Created
	MFA.RecoveryCodesViewed MFA.ChallengeIssued MFA.ChallengeCompleted MFA.MethodAdded MFA.MethodActivated MFA.MethodDeleted
	Segment.Created Segment.Updated Segment.Deleted
	Sender.Created Sender.Updated Sender.Deleted Sender.Confirmed Sender.ConfirmationEmailSent
	SuppressedEmail.Added SuppressedEmail.Removed SuppressedEmailsExport.Created SuppressedEmailsExport.Deleted`)

// reference serves the OpenAPI document. The caller holds the lock.
func (s *Server) reference(operation Operation, seen view, request *http.Request, body []byte) answer {
	switch operation {
	case Create:
		return s.referenceCreate(seen.account, request, body)
	case List:
		return s.referenceList(seen, request)
	}
	webhook, gone := s.find(seen.at(operation), request)
	if gone != nil {
		return *gone
	}
	switch operation {
	case Show:
		return reply(http.StatusOK, object{
			"id":        webhook.ID,
			"signature": object{"key": webhook.Secret, "hash_function": webhook.HashFunction},
			"data":      referenceData(webhook),
		})
	case Update:
		changed := webhook.clone()
		if refused := s.readBody(request, body, &changed); refused != nil {
			return *refused
		}
		s.habit(&changed)
		*webhook = changed
		webhook.keep()
		return reply(http.StatusOK, object{"id": webhook.ID, "data": referenceData(webhook), "object": "Webhook", "patched": true})
	default:
		if refused := s.setArchived(webhook, operation == Archive); refused != nil {
			return *refused
		}
		return reply(http.StatusOK, object{"id": webhook.ID, "data": referenceData(webhook), "object": "Webhook", "archived": webhook.Archived})
	}
}

func (s *Server) referenceCreate(account int64, request *http.Request, body []byte) answer {
	webhook := Webhook{AccountID: account}
	if refused := s.readBody(request, body, &webhook); refused != nil {
		return *refused
	}
	event, refused := readEvent(body)
	if refused != nil {
		return *refused
	}
	if webhook.URL == "" {
		return *invalid("field required", "value_error.missing", "body", "url")
	}
	webhook.Events = []string{event}
	s.habit(&webhook)
	webhook = s.add(webhook)
	return reply(http.StatusCreated, object{"id": webhook.ID, "data": referenceData(&webhook)})
}

func readEvent(body []byte) (string, *answer) {
	var fields map[string]any
	_ = json.Unmarshal(body, &fields)
	value, found := fields["event"]
	if !found {
		return "", invalid("field required", "value_error.missing", "body", "event")
	}
	event, _ := value.(string)
	if !slices.Contains(referenceEvents, event) {
		return "", invalid("value is not a valid enumeration member", "type_error.enum", "body", "event")
	}
	return event, nil
}

// referenceData is the schema Webhook. There, archived_at is an integer, so an active webhook has none.
func referenceData(webhook *Webhook) object {
	data := settingsData(webhook)
	data["id"], data["status"], data["event"] = webhook.ID, "active", webhook.Events[0]
	if webhook.Archived {
		data["status"], data["archived_at"] = "archived", time.Now().Unix()
	}
	return data
}

func (s *Server) referenceList(seen view, request *http.Request) answer {
	query := request.URL.Query()
	page, refused := positive(query, "page", 1)
	if refused != nil {
		return *refused
	}
	perPage, refused := positive(query, "per_page", 50)
	if refused != nil {
		return *refused
	}
	asked := perPage
	if s.pageSizeLimit > 0 {
		perPage = min(perPage, s.pageSizeLimit)
	}
	listed := s.listed(seen, query)
	data := []any{}
	if pages := slices.Collect(slices.Chunk(listed, perPage)); page <= len(pages) {
		for _, webhook := range pages[page-1] {
			data = append(data, referenceData(webhook))
		}
	}
	pagination := object{"page": page, "per_page": perPage}
	if query.Get("with_count") == "true" {
		pagination["count"] = len(listed)
	}
	if s.uncounted {
		pagination = object{"page": page, "per_page": asked}
	}
	return reply(http.StatusOK, object{"pagination": pagination, "data": data})
}

func (s *Server) listed(seen view, query url.Values) []*Webhook {
	var listed []*Webhook
	for _, webhook := range s.webhooks {
		if shown := seen.of(webhook); shown != nil && (!shown.Archived || query.Get("with_archived") == "true") {
			listed = append(listed, shown)
		}
	}
	return listed
}

func positive(query url.Values, name string, fallback int) (int, *answer) {
	if !query.Has(name) {
		return fallback, nil
	}
	number, err := strconv.Atoi(query.Get(name))
	if err != nil {
		return 0, invalid("value is not a valid integer", "type_error.integer", "query", name)
	}
	if number < 1 {
		return 0, invalid("ensure this value is greater than or equal to 1", "value_error.number.not_ge", "query", name)
	}
	return number, nil
}

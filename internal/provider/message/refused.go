package message

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// refusals puts each refusal on the argument that the API names.
func (c failedCall) refusals() []Message {
	var messages []Message
	var rest []string
	for _, field := range c.Fields {
		switch {
		case field.Field == "":
			rest = append(rest, field.Message)
		case field.Field == "events" && len(c.about.Events) > 1:
			messages = append(messages, OneEvent(c.about, c.RequestID))
		default:
			messages = append(messages, c.refusal(field))
		}
	}
	if len(rest) == 0 && len(c.Fields) > 0 {
		return messages
	}
	others := *c.Error
	others.Message = cmp.Or(strings.Join(rest, "; "), others.Message)
	others.Message = cmp.Or(others.Message, others.Status)
	return append(messages, problem("The API refused to "+c.Action, c.attempt, itSaid(others.Message),
		"The call changed nothing. If the configuration is the reason, correct it.", requestID(c.RequestID)))
}

func (c failedCall) refusal(field cakemail.FieldError) Message {
	name := field.Field
	if name == "webhook_id" {
		name = cmp.Or(c.about.IDArgument, "id")
	}
	meant := ""
	if name == "events" {
		meant = notAccepted(c.about.Events)
	}
	return problem("The API refused "+name, c.attempt, itSaid(field.Message), meant,
		"The call changed nothing. Change the value and apply again.", requestID(c.RequestID)).on(name)
}

// notAccepted names the event that was probably mistyped.
func notAccepted(events []string) string {
	for _, event := range events {
		if suggestion := cakemail.SuggestEvent(event); suggestion != "" && suggestion != event {
			return fmt.Sprintf("Cakemail does not accept the event %s.%s", quoted(event), didYouMean(suggestion))
		}
	}
	return ""
}

func didYouMean(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", suggestion)
}

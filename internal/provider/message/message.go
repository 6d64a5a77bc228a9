// Package message has the words of every error and warning. Its functions turn facts into messages; others decide
// where to show them.
//
// A message is short. The title says the cause. The text says what happened, then what to do, with at most one
// block. With what Terraform prints around it, a message has at most twelve lines of 80 columns. It shows only
// scheme and host of a webhook's URL, because the rest can come from a sensitive variable.
package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Message is an error or a warning.
type Message struct {
	Title, Text string
	// Attribute is the argument that the message is about; "" means the whole block.
	Attribute string
	IsWarning bool
}

func problem(title string, lines ...string) Message {
	return Message{Title: title, Text: text(lines...)}
}

func warning(title string, lines ...string) Message {
	return Message{Title: title, Text: text(lines...), IsWarning: true}
}

// On puts the message on an argument.
func (m Message) On(attribute string) Message {
	m.Attribute = attribute
	return m
}

// text leaves out empty lines.
func text(lines ...string) string {
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// block is for copying: Terraform does not wrap lines that begin with spaces.
func block(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }

// Subject is the webhook that a message is about.
type Subject struct {
	ID, URL string
	Events  []string
	// Account is 0 for the account of the credentials.
	Account int64
	// IDArgument is the block's argument with the id, if a person wrote it; "" for a resource.
	IDArgument string
	// IsPending means that the resource is in the state without an id.
	IsPending bool
	// WithoutSecret means that an import must keep the secret out of the state.
	WithoutSecret bool
}

// String names the webhook.
func (s Subject) String() string { return s.completing("the webhook") }

// completing names the webhook after an action.
func (s Subject) completing(action string) string {
	switch {
	case s.ID != "":
		action += " " + short(s.ID)
	case s.URL != "":
		action += " for " + mask.Origin(s.URL)
	}
	if s.Account > 0 {
		action += " in " + accountName(s.Account)
	}
	return action
}

func accountName(account int64) string {
	if account > 0 {
		return fmt.Sprintf("account %d", account)
	}
	return "the account of the credentials"
}

// short shortens a text of the API or of a user to fit a line.
func short(text string) string { return shortened(text, 40) }

func shortened(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

// quoted quotes a value of any length and content on one line.
func quoted(value string) string {
	if count := len([]rune(value)); count > 50 {
		return fmt.Sprintf("%q (%d characters)", shortened(value, 50), count)
	}
	return fmt.Sprintf("%q", value)
}

func idsOf(webhooks []cakemail.Webhook) string {
	var ids []string
	for _, webhook := range webhooks {
		ids = append(ids, short(webhook.ID))
	}
	return strings.Join(ids, ", ")
}

// guide is a link on its own line, without a full stop.
func guide(name string) string {
	return "https://github.com/cakemail/terraform-provider-cakemail/blob/main/docs/guides/" + name + ".md"
}

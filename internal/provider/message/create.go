package message

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// OneEvent is for several events if the API takes one.
func OneEvent(about Subject) Message {
	return problem("This API takes one event per webhook",
		fmt.Sprintf("The resource has %d events. Make one webhook per event:", len(about.Events)),
		block(fmt.Sprintf("for_each = toset([%s])", strings.ReplaceAll(strings.Trim(fmt.Sprintf("%q", about.Events), "[]"), `" "`, `", "`)),
			"events   = [each.value]"),
		guide("events-and-deliveries")).On("events")
}

// Tainted is for a webhook that could not be read after its create.
func Tainted(about Subject) Message {
	return warning(
		"The webhook "+short(about.ID)+" was created but not read",
		"It is tainted in the state, so the next apply replaces it. To keep it instead, run:",
		block("terraform untaint ADDRESS", "terraform apply -refresh-only"),
	)
}

// created is for a create that was sent but gave no webhook.
func created(failure *cakemail.CreateError, about Subject) Message {
	switch failure.Outcome {
	case cakemail.NotNew:
		return problem("The API made no new webhook",
			"It answered with the webhook "+idsOf(failure.Candidates)+", which already existed.",
			"If another resource manages that webhook, remove this one. Otherwise import it:",
			block(about.importing(failure.Candidates...)...))
	case cakemail.Ambiguous:
		return ambiguous(about, failure.Candidates)
	case cakemail.Alike:
		return alike(about, failure.Candidates)
	}
	candidates := ""
	if len(failure.Candidates) > 0 {
		candidates = "New and similar: " + idsOf(failure.Candidates) + "."
	}
	return problem("The webhook may have been created",
		"The answer was lost"+inBrackets(failure.Cause)+", and the provider did not find the webhook.",
		"It is in the state without an id. The next plan looks for it again.", candidates,
		tried(failure.Attempts, failure.Elapsed)+"Apply again when the API answers.", requestID(failure.Cause))
}

// ambiguous is for the candidates of a create. If there is only one, nothing says whether it was there before.
func ambiguous(about Subject, candidates []cakemail.Webhook) Message {
	imports := about.importing(candidates...)
	fromState := append([]string{"terraform state rm ADDRESS"}, imports...)
	switch {
	case len(candidates) == 1:
		return problem("The webhook "+idsOf(candidates)+" may be this resource's",
			"The answer to the create was lost. It may have made this webhook.",
			"If so, run both commands. If not, run only the first:", block(fromState...))
	case about.IsPending:
		return problem("There is more than one new webhook", "The answer to the create was lost, and any of these may be this resource's.",
			"Run the first command. Then import the right one, and archive the others:", block(fromState...))
	}
	return problem("There is more than one new webhook", "The answer to the create was lost, and any of these may be this resource's.",
		"Import the right one, and archive the others:", block(imports...), "Applying again would create another one.")
}

// alike is for webhooks that the create can have made if the API rewrites URLs.
func alike(about Subject, candidates []cakemail.Webhook) Message {
	lines, otherwise := about.importing(candidates...), "If none is right, apply again to create one."
	if about.IsPending {
		lines = append([]string{"terraform state rm ADDRESS"}, lines...)
		otherwise = "If none is right, run only the first command, and apply."
	}
	return problem("A new webhook with another URL may be this resource's", "The answer to the create was lost. "+
		"These have the same events and host, and may be new: the API may have rewritten the URL.",
		"Import the right one, and leave those of other resources:", block(lines...), otherwise)
}

// Retried warns about other webhooks that a retried create made or can have made.
func Retried(about Subject, made cakemail.Created) []Message {
	var messages []Message
	if len(made.Surplus) > 0 {
		messages = append(messages, warning("A second webhook was archived: "+idsOf(made.Surplus),
			"The answer to the create was lost, and the retry made a second webhook.",
			"Nothing to do. If someone else made it, import it into another resource and apply:",
			block(about.importing(made.Surplus...)...)))
	}
	const mayExist = "The answer to the create was lost, and the retry may have made a second webhook."
	if len(made.Duplicates) > 0 {
		messages = append(messages, warning("A second webhook may have been created: "+idsOf(made.Duplicates), mayExist,
			"If nobody else made it, import it into another resource, and destroy that:", block(about.importing(made.Duplicates...)...)))
	}
	if made.Unchecked != nil {
		messages = append(messages, warning("A second webhook may exist", mayExist,
			"The provider could not look for it"+inBrackets(made.Unchecked)+".",
			"List the webhooks with the data source cakemail_webhooks, and archive any duplicate."))
	}
	return messages
}

// WithoutSecret at the end of an import id keeps the secret out of the state.
const WithoutSecret = "?store_secret=false"

// ImportID is the import id of a webhook, to import it as this resource.
func (s Subject) ImportID(id string) string {
	if s.Account > 0 {
		id = fmt.Sprintf("%d/%s", s.Account, id)
	}
	if s.WithoutSecret {
		id += WithoutSecret
	}
	return id
}

var (
	// isPlain matches what needs no quotes in any shell.
	isPlain = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)
	// isQuotable matches what every shell leaves unchanged between double quotes.
	isQuotable = regexp.MustCompile(`^[\pL\pN _./:;,=+@#~()\[\]{}?*&|<>^'-]+$`)
)

// importing returns a command for each webhook, or an import block if no quotes suit every shell.
func (s Subject) importing(webhooks ...cakemail.Webhook) []string {
	var lines []string
	for _, webhook := range webhooks {
		switch id := s.ImportID(webhook.ID); {
		case isPlain.MatchString(id):
			lines = append(lines, "terraform import ADDRESS "+id)
		case isQuotable.MatchString(id):
			lines = append(lines, `terraform import ADDRESS "`+id+`"`)
		default:
			lines = append(lines, importBlock(id)...)
		}
	}
	return lines
}

func importBlock(id string) []string {
	quoted := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(id))
	return []string{"import {", "  to = ADDRESS", "  id = " + quoted, "}"}
}

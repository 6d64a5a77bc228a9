package message

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// OneEvent is for several events where the API takes one, with the call that it refused, if one was made.
func OneEvent(about Subject, refusal error) Message {
	return problem("This API takes one event per webhook",
		fmt.Sprintf("The resource has %d events. Make one webhook per event, with these arguments:", len(about.Events)),
		block(fmt.Sprintf("for_each = toset([%s])", strings.ReplaceAll(strings.Trim(fmt.Sprintf("%q", about.Events), "[]"), `" "`, `", "`)),
			"events   = [each.value]"),
		"A moved block keeps a webhook that has one of these events. The API changed nothing.",
		guide("one-webhook-per-event"), requestID(refusal)).On("events")
}

// Tainted is for a webhook that could not be read after its create.
func Tainted(about Subject) Message {
	return warning("The webhook "+short(about.ID)+" was created but not read",
		"It is in the state, marked as tainted, so the next apply replaces it.",
		"To keep it instead, run these commands:", block("terraform untaint ADDRESS", "terraform apply -refresh-only"))
}

// created is for a create that was sent and gave no webhook.
func created(failure *cakemail.CreateError, about Subject) Message {
	switch failure.Outcome {
	case cakemail.NotNew:
		return problem("The API made no new webhook",
			"It answered the create with the webhook "+idsOf(failure.Candidates)+", which was there before.",
			"If another resource manages that one, remove this resource. Otherwise import it:",
			block(importing(about.Account, failure.Candidates...)...))
	case cakemail.Ambiguous:
		return ambiguous(about, failure.Candidates)
	case cakemail.Alike:
		return alike(about, failure.Candidates)
	}
	candidates := ""
	if len(failure.Candidates) > 0 {
		candidates = "New and similar: " + idsOf(failure.Candidates) + ". "
	}
	return problem("It is unknown whether the webhook was created",
		"No answer says so"+inBrackets(failure.Cause)+", and the provider did not find it.",
		"The state has the resource without an id, tainted. The next plan looks for "+about.String()+", and the apply creates or replaces it.",
		candidates+tried(failure.Attempts, failure.Elapsed)+"Apply again when the API answers.", requestID(failure.Cause))
}

// ambiguous is for webhooks that a create can have made. One alone is where nothing says whether it was there before.
func ambiguous(about Subject, candidates []cakemail.Webhook) Message {
	lines := importing(about.Account, candidates...)
	untaken := "If you apply again without that, one more is created."
	if about.IsPending || len(candidates) == 1 {
		lines = append([]string{"terraform state rm ADDRESS"}, lines...)
		untaken = "Every plan ends here until you take the resource out of the state."
	}
	if len(candidates) == 1 {
		return problem("It is unknown whose the webhook "+idsOf(candidates)+" is",
			"The answer to the create was lost. After an apply with -refresh=false or other credentials, nobody knows which webhooks there were before.",
			untaken, "If the webhook is this resource's, run this. If not, run the first line and apply:", block(lines...))
	}
	return problem("There is more than one new webhook",
		"The answer to the create was lost, and any of these could be this resource's.",
		"Ask their owner. Import the one that is, and archive the others:", block(lines...), untaken)
}

// alike is for webhooks that a create can have made if the API writes URLs in a way of its own.
func alike(about Subject, candidates []cakemail.Webhook) Message {
	lines, untaken := importing(about.Account, candidates...), "If none is this resource's, apply again: one more is created."
	if about.IsPending {
		lines = append([]string{"terraform state rm ADDRESS"}, lines...)
		untaken = "If none is this resource's, run the first line alone and apply."
	}
	return problem("A new webhook with another URL may be this one", "The answer to the create was lost. "+
		"These may be new since then, with the same events and host, so the API may write the URL in another way.",
		"Leave those of other resources. Import the one that is this resource's, and archive the rest:", block(lines...), untaken)
}

// Retried warns of what a create that was retried has made or can have made beside its webhook.
func Retried(about Subject, made cakemail.Created) []Message {
	about.ID = ""
	retried := "A create" + about.completing("") + " was retried, as its answer was lost."
	var messages []Message
	if len(made.Surplus) > 0 {
		messages = append(messages, warning("A second webhook was archived again: "+idsOf(made.Surplus),
			retried+" Each attempt made a webhook.", "One is archived, so nothing is delivered twice. There is nothing to do.",
			"If somebody else made it, import it into a resource of its own, and apply:", block(importing(about.Account, made.Surplus...)...)))
	}
	if len(made.Duplicates) > 0 {
		messages = append(messages, warning("A second webhook may have been created: "+idsOf(made.Duplicates),
			retried+" Now there are equal active webhooks.", "If nobody else made it, import it into a resource of its own, and destroy that:",
			block(importing(about.Account, made.Duplicates...)...)))
	}
	if made.Unchecked != nil {
		messages = append(messages, warning("A second webhook was not looked for",
			retried, "The first attempt may have made one too, but listing failed"+inBrackets(made.Unchecked)+".",
			"List them with the data source cakemail_webhooks, and archive a second one."))
	}
	return messages
}

// WithoutSecret at the end of an import id keeps the secret out of the state.
const WithoutSecret = "?store_secret=false"

// ImportID is what Terraform imports a webhook of this account by.
func ImportID(account int64, id string) string {
	if account > 0 {
		return fmt.Sprintf("%d/%s", account, id)
	}
	return id
}

var (
	// isPlain needs no quotes in any shell.
	isPlain = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)
	// isQuotable stays what it is between double quotes, in every shell.
	isQuotable = regexp.MustCompile(`^[\pL\pN _./:;,=+@#~()\[\]{}?*&|<>^'-]+$`)
)

// importing has a command for each webhook, or an import block where no quotes suit every shell.
func importing(account int64, webhooks ...cakemail.Webhook) []string {
	var lines []string
	for _, webhook := range webhooks {
		switch id := ImportID(account, webhook.ID); {
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

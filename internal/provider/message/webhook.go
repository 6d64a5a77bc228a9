package message

import (
	"fmt"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Existing is an existing webhook, and what a plan would create beside it.
type Existing struct {
	Webhook cakemail.Webhook
	// About is what the plan would create.
	About Subject
	// IsReplacement means that the resource already has a webhook, so it cannot import one.
	IsReplacement bool
	// IsPaused means that the plan creates an archived webhook. HasOtherURL and HasOtherEvents say what differs.
	IsPaused, HasOtherURL, HasOtherEvents bool
}

// Exists is for a webhook that a plan would duplicate. The id is in the title, since Terraform shows one warning per title.
func Exists(existing Existing) Message {
	title := "The webhook " + short(existing.Webhook.ID) + " already exists"
	if existing.IsReplacement {
		return warning(title, existing.what()+".", "If another resource manages it, or you want both, do nothing.",
			"Otherwise import it into another resource, and destroy that:", block(existing.About.importing(existing.Webhook)...))
	}
	how := ". To import it:"
	if existing.HasOtherEvents {
		how = ". Import it with its events:"
	}
	return warning(title, existing.what()+how, block(importBlock(existing.About.ImportID(existing.Webhook.ID))...),
		"Ignore this when rotating or keeping both. After a rename, add a moved block.")
}

// Renamed is for an equal webhook in the state.
func Renamed(id string) Message {
	return warning("The state has an identical webhook: "+short(id),
		"After a rename or move, add a moved block to keep the webhook.",
		"Ignore this when rotating, replacing a tainted webhook or keeping both.", guide("handling-the-secret"))
}

// what says what both webhooks have in common.
func (e Existing) what() string {
	events, url := "each event", "the same URL"
	if e.HasOtherEvents {
		events = "some events"
	}
	if e.HasOtherURL {
		url = "a similar URL"
	}
	if e.IsPaused {
		return "An interrupted apply may have left it active"
	}
	return "Both would post " + events + " to " + url
}

// Replaced is for a plan that gives a webhook another secret. notIn is the account that it is not in, or 0.
func Replaced(about Subject, attributes []string, notIn int64) Message {
	why := "The API cannot change " + strings.Join(attributes, ", ") + " in place"
	if notIn > 0 {
		why = fmt.Sprintf("It is not in account %d", notIn)
	}
	return warning("The secret of the webhook "+short(about.ID)+" will change", why+", so a new webhook replaces it.",
		"Give your receiver the new secret. create_before_destroy = true avoids a gap.",
		"To undo a failed replacement, revert the change, run this, and apply:",
		block(about.importing(cakemail.Webhook{ID: about.ID})...))
}

// OtherHost is for a url that changes to another host in place.
func OtherHost(about Subject, planned string) Message {
	return warning("The old host still knows the secret",
		fmt.Sprintf("url changes from %s to %s.", shortened(mask.Origin(about.URL), 50), shortened(mask.Origin(planned), 50)),
		"The old host's operator can still sign events.",
		"For a new secret, run:", block("terraform apply -replace=ADDRESS")).On("url")
}

// Unreplaced is for a webhook that was archived for one that could not be created. If the plan knew little about
// the new one, several archived webhooks are possible.
func Unreplaced(about Subject, archived []cakemail.Ref) Message {
	var ids, lines []string
	for _, ref := range archived {
		about.Account = ref.Account
		ids, lines = append(ids, short(ref.ID)), append(lines, about.importing(cakemail.Webhook{ID: ref.ID})...)
	}
	what := "This apply archived it, but could not create its replacement."
	if len(ids) > 1 {
		what = "This apply archived them, but could not create the replacement of one."
	}
	return warning("The replaced webhook "+strings.Join(ids, " or ")+" is archived", what, "Correct the error and apply again.",
		"Or undo the change, run this and apply, to keep the old webhook and secret:", block(lines...))
}

// AccountNotNamed is for a block without account_id that finds its webhook in another account.
func AccountNotNamed(id string, account int64) Message {
	return warning("account_id is missing", "The webhook "+short(id)+" is in "+accountName(account)+".",
		"Without it, an apply that changes nothing fails. Add:",
		block("account_id = cakemail_webhook.NAME.account_id")).On("account_id")
}

// Dropped is for a webhook that a refresh does not find.
func Dropped(about Subject) Message {
	what := "Terraform removes it from the state. A new one gets a new id and secret."
	if about.IsPending {
		what = "The unanswered create made none, so Terraform removes it from the state."
	}
	return warning(about.notFound()+" in "+accountName(about.Account), what,
		"If these are another account's credentials, stop: the webhook may still deliver.")
}

// NotArchived is for a destroy that does not find its webhook.
func NotArchived(about Subject) Message {
	const others = "If these are another account's credentials, the webhook may still deliver."
	where := "It is not in " + accountName(about.Account) + "."
	if about.IsPending {
		return warning(about.notFound()+", so nothing was archived", where, "The unanswered create made none there.", others)
	}
	return warning(about.notFound()+", so nothing was archived", where, others, "With the right credentials, import it and destroy it:",
		block(about.importing(cakemail.Webhook{ID: about.ID})...))
}

func (s Subject) notFound() string {
	s.Account = 0
	return inFront(s.String()) + " was not found"
}

// AtTwoAddresses is for a webhook that two resources in the state manage.
func AtTwoAddresses(id string) Message {
	return warning("Two resources manage the webhook "+short(id),
		"If you delete one of them, Terraform archives the webhook of the other.",
		"If this plan imports it, delete the import and its resource block instead.",
		"Otherwise, take one out of the state before you delete its block:", block("terraform state rm ADDRESS"),
		"Or use a removed block with destroy = false.")
}

// SecretNotShown is for an answer without the secret. The state can still have it.
func SecretNotShown(about Subject, isKept bool) Message {
	what := "In the state, secret is null."
	if isKept {
		what = "The state keeps the old secret, which may have changed."
	}
	return warning("The API returned no secret", "The answer about "+about.String()+" has none, or hides it.", what,
		"Check that the user may see secrets, or ask Cakemail's support.")
}

// Unread is for an answer that is partly unreadable.
func Unread(about Subject, cause error) Message {
	return warning("The API's answer is partly unreadable", ended("About "+about.String()+": ", cause.Error()),
		"The state keeps the old value. Update the provider, or ask Cakemail's support.")
}

// UnknownStatus is for a webhook with an unpublished status.
func UnknownStatus(about Subject, status string) Message {
	return warning("Unknown status "+quoted(short(status)), inFront(about.String())+" is neither active nor archived.",
		"Cakemail may deliver nothing. Ask Cakemail's support what the status means.")
}

// OtherHashFunction is for a webhook whose deliveries the provider cannot sign.
func OtherHashFunction(webhook cakemail.Webhook, isError bool) Message {
	said := warning("Unknown hash function "+quoted(short(webhook.HashFunction)),
		"The webhook "+short(webhook.ID)+" signs its deliveries with it.",
		"This version of the provider knows only sha256, so test deliveries, sign and verify do not match. Update the provider.")
	said.IsWarning = !isError
	return said
}

// NotYet are the warnings for a new webhook that could not be archived or unarchived.
func NotYet(err error, about Subject, provider Provider, archived bool) []Message {
	state := "active"
	if !archived {
		state = "archived"
	}
	messages := Call(err, about, provider)
	for index := range messages {
		_, advice, _ := strings.Cut(messages[index].Text, "\n")
		messages[index].Text = text("The webhook was created, but is still "+state+".", advice)
		messages[index].IsWarning = true
	}
	return messages
}

// Period is for a period that is only in the developer guide.
func Period(period string) Message {
	return warning(`This API accepts only "second" or "minute"`,
		fmt.Sprintf("It will probably refuse the period %q. Use one of these, and change rate_limit to match.", period)).On("rate_limit_period")
}

// LeavesAccount is for a replacement that would silently move the webhook.
func LeavesAccount(account int64) Message {
	return problem("The replacement would be in another account",
		fmt.Sprintf("The webhook's account, %d, is only in the state.", account),
		"The new webhook would be in the account of the credentials.",
		fmt.Sprintf("To stay in account %d, set account_id = %d.", account, account),
		"To move, set account_id to the other account's number.").On("account_id")
}

// NotInAccount is for an account that was named while the API could not be asked.
func NotInAccount(about Subject) Message {
	return problem("The webhook is in another account",
		fmt.Sprintf("The webhook %s is not in account %d, which the plan could not know.", short(about.ID), about.Account),
		"Nothing was changed. Plan again to replace it, or remove account_id to keep it.").On("account_id")
}

// OtherDefault is for a saved plan that is applied with another default account; 0 is the account of the credentials.
func OtherDefault(about Subject, planned, now int64) Message {
	return problem("The plan was made for another account", "It replaces "+about.String()+".",
		"The plan is for "+accountName(planned)+", but the provider has "+accountName(now)+".",
		"Nothing was changed. Plan again, or set the provider's account_id to the plan's.")
}

// NoSecret is for an answer that lacks the requested secret.
func NoSecret(id string) Message {
	return problem("The webhook "+short(id)+" has no secret", "The API's answer has none. Ask Cakemail's support, or replace the webhook.")
}

// MissingSecret is for a function's argument that should be a webhook's secret. Terraform adds the period.
const MissingSecret = "The secret is missing. If the webhook has store_secret = false, take it from the ephemeral resource cakemail_webhook_secret"

// SavedOtherwise is for a value that the API changed in a new webhook.
func SavedOtherwise(about Subject, attribute, asked, saved string) Message {
	return warning("The API saved another value for "+attribute,
		inFront(about.String())+" was created.",
		difference("The configuration has %s, the API has %s.", asked, saved),
		"The next plan shows this as a change. Use a value that the API keeps.").On(attribute)
}

// NotSaved is for a change that the API did not make as asked.
func NotSaved(about Subject, attribute, asked, saved string) Message {
	return problem("The API did not save "+attribute+" as asked",
		"The state has "+about.String()+" as the API saved it.",
		difference("The configuration has %s, the API has %s.", asked, saved),
		"Use a value that the API keeps, and apply again.").On(attribute)
}

// ChangedSince is for a value that somebody changed between plan and apply.
func ChangedSince(about Subject, attribute, planned, held string) Message {
	return problem("The webhook's "+attribute+" changed after the plan",
		"Somebody changed "+about.String()+".",
		difference("The plan has %s, the API has %s.", planned, held),
		"The state has the API's value. Plan again to see what will change, and apply.").On(attribute)
}

// difference leaves out what messages do not show.
func difference(sentence, one, other string) string {
	one, other = shown(one), shown(other)
	if one == other {
		return "The two values differ in a part that messages do not show."
	}
	return fmt.Sprintf(sentence, one, other)
}

func shown(value string) string {
	if strings.Contains(value, "://") {
		return mask.Origin(value)
	}
	return shortened(value, 80)
}

// Moved is a resource of a generic provider that is moved here, with what its state tells.
type Moved struct {
	Type, Path string
}

// path leaves out the query, which may hold a key.
func (m Moved) path() string {
	path, _, _ := strings.Cut(m.Path, "?")
	return quoted(path)
}

// unmoved adds the alternative that always works.
func unmoved(title string, lines ...string) Message {
	return problem(title, text(lines...), "Or import the webhook instead:", guide("coming-from-a-generic-provider"))
}

// UnknownSource is for a type that cannot be moved.
func UnknownSource(resourceType string) Message {
	return unmoved("Cannot move this resource to cakemail_webhook",
		"A moved block can turn a restapi_object or a restful_resource into a webhook, but not a "+short(resourceType)+".",
		"Remove the moved block.")
}

// OtherObject is for a resource that manages something else.
func OtherObject(moved Moved) Message {
	return unmoved("The moved resource is not a webhook",
		moved.Type+" has the path "+moved.path()+", which is not a webhook's.",
		"Remove the moved block, and restore the old resource block.")
}

// Untold is for a state that does not tell the id or the events, or that cannot be read.
func Untold(moved Moved) Message {
	what := "The state of " + moved.Type + " is in an unknown format."
	if moved.Path != "" {
		what = "The state with the path " + moved.path() + " lacks the webhook's id or events."
	}
	return unmoved("The state of the moved resource does not show a webhook", what,
		"Undo the move, update the old provider, run this, and move again:", block("terraform apply -refresh-only"))
}

// MovedGone is for a webhook that is not where the move says.
func MovedGone(about Subject) Message {
	account := accountName(about.Account)
	about.Account = 0
	return problem("The moved webhook was not found", inFront(about.String())+" is not in "+account+". Nothing was changed.",
		"If it is in another account, set account_id in its provider block.",
		"If it is gone, take the old resource out of the state and apply again:", block("terraform state rm OLD_ADDRESS"))
}

package message

import (
	"fmt"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// Existing is a webhook that is there, and what a plan would create beside it.
type Existing struct {
	Webhook cakemail.Webhook
	Account int64
	// IsReplacement tells that the resource has a webhook already, and so can import none.
	IsReplacement bool
	// IsPaused tells that the plan creates an archived webhook, HasOtherEvents that its events
	// differ, and WithoutSecret that the state shall not have the secret.
	IsPaused, HasOtherEvents, WithoutSecret bool
}

// Exists is for a webhook that a plan would double. The id is in the title: Terraform shows one warning for each title.
func Exists(existing Existing) Message {
	title := "The webhook " + existing.Webhook.ID + " exists already"
	if existing.IsReplacement {
		return warning(title, existing.what(), "If another resource manages it, or both are wanted, do nothing.",
			"Otherwise import it into a resource of its own, and destroy that:", block(importing(existing.Account, existing.Webhook)...))
	}
	id := ImportID(existing.Account, existing.Webhook.ID)
	if existing.WithoutSecret {
		id += WithoutSecret
	}
	how := "To manage it with this resource, add this block and plan again:"
	if existing.HasOtherEvents {
		how = "To manage it here, write its events into the resource, and add this block:"
	}
	return warning(title, existing.what(), how, block(importBlock(id)...),
		"If another resource manages it, such as the one being rotated, or both are wanted, do nothing. A renamed resource needs a moved block.")
}

// Renamed is for an equal webhook that the state has.
func Renamed(id, url string) Message {
	return warning("The state has an equal webhook: "+short(id),
		"It has the same events and the same URL, at "+shortened(mask.Origin(url), 40)+".",
		"If you renamed its resource or moved it into a module, write a moved block: the webhook and its secret stay.",
		"If it is being replaced or rotated, or both are wanted, do nothing.")
}

func (e Existing) what() string {
	where := shortened(mask.Origin(e.Webhook.Address()), 40)
	if e.IsPaused {
		return "A killed apply may have left it at " + where + "."
	}
	events := strings.Join(e.Webhook.Events, " and ")
	if len(events) > 40 {
		events = fmt.Sprintf("%d events", len(e.Webhook.Events))
	}
	return "Both would deliver " + events + " to " + where + "."
}

// Replaced is what a plan says that gives a webhook another secret, as it is not in an account, or 0.
func Replaced(about Subject, attributes []string, notIn int64) Message {
	why := "The API cannot change " + strings.Join(attributes, ", ") + " in place"
	if notIn > 0 {
		why = fmt.Sprintf("The webhook is not in account %d", notIn)
	}
	return warning("The secret of the webhook "+short(about.ID)+" will change", why+", so a new webhook replaces it.",
		"Give receivers the new secret. With create_before_destroy = true, the old webhook delivers until the new one exists.",
		"To get the old webhook back if the create fails, undo the change, run this, and apply:",
		block(importing(about.Account, cakemail.Webhook{ID: about.ID})...))
}

// OtherHost is for a url that changes in place to another host.
func OtherHost(about Subject, planned string) Message {
	return warning("The secret stays although the host changes",
		fmt.Sprintf("The url of the webhook %s changes from %s to %s.", short(about.ID), mask.Origin(about.URL), mask.Origin(planned)),
		"Whoever runs the old host has the secret, and can sign events for the new one. For a new secret, add to your command:",
		block("-replace=ADDRESS")).On("url")
}

// Unreplaced is for a webhook that was archived for one that could not be created. Where the plan
// knew little of that, it can be one of several.
func Unreplaced(archived []cakemail.Ref) Message {
	var ids, lines []string
	for _, ref := range archived {
		ids, lines = append(ids, short(ref.ID)), append(lines, importing(ref.Account, cakemail.Webhook{ID: ref.ID})...)
	}
	what := "This apply archived it, and its replacement was not created. Correct that, and apply again."
	if len(ids) > 1 {
		what = "This apply archived them. The replacement of one was not created. Correct that, and apply again."
	}
	return warning("The replaced webhook "+strings.Join(ids, " or ")+" is archived", what,
		"Or keep the old webhook and its secret: undo the change, run this, and apply:", block(lines...))
}

// AccountNotNamed is for what finds a webhook in an account that is not its own.
func AccountNotNamed(id string, account int64) Message {
	return warning("account_id is missing", "The webhook "+short(id)+" is in "+accountName(account)+", as this run has seen.",
		"An apply that does not change the webhook cannot see that, and fails. Pass the account on:",
		block("account_id = cakemail_webhook.NAME.account_id")).On("account_id")
}

// Dropped is for a webhook that a refresh does not find.
func Dropped(about Subject) Message {
	what := "So Terraform takes it out of the state. A new one will have a new id and a new secret."
	if about.IsPending {
		what = "So the create without an answer made none there, and Terraform takes the resource out of the state."
	}
	return warning(about.notFound()+" in "+accountName(about.Account), what,
		"If these are the credentials of another account, stop here: the webhook may still deliver.")
}

// NotArchived is for a destroy that does not find its webhook.
func NotArchived(about Subject) Message {
	const others = "If these are the credentials of another account, the webhook may still deliver."
	where := "It is not in " + accountName(about.Account) + "."
	if about.IsPending {
		return warning(about.notFound()+", so nothing was archived", where, "The create without an answer made none there.", others)
	}
	return warning(about.notFound()+", so nothing was archived", where, others+" Import it with the right ones, and destroy it:",
		block(importing(about.Account, cakemail.Webhook{ID: about.ID})...))
}

func (s Subject) notFound() string {
	s.Account = 0
	return inFront(s.String()) + " was not found"
}

// AtTwoAddresses is for a webhook that two resources of the state manage.
func AtTwoAddresses(id string) Message {
	return warning("Two resources manage the webhook "+short(id),
		"If you delete one of them, Terraform archives the webhook of the other.",
		"Take one out of the state first, and then delete its block:", block("terraform state rm ADDRESS"),
		"Or replace its block by a removed block with destroy = false. If this plan does so, do nothing.")
}

// SecretNotShown is for a webhook without its secret. The state can have it from before.
func SecretNotShown(about Subject, isKept bool) Message {
	what := "So its secret is null in the state."
	if isKept {
		what = "So the state keeps the one from before. It may have changed since."
	}
	return warning("The API did not show a secret", "The answer about "+about.String()+" has none, or hides it.", what,
		"Check that the user may see secrets, or ask Cakemail's support.")
}

// Unread is for an answer of which something cannot be read.
func Unread(about Subject, cause error) Message {
	return warning("An answer cannot be read in full", ended("About "+about.String()+": ", cause.Error()),
		"What cannot be read stays as it was. Update the provider, or ask Cakemail's support.")
}

// UnknownStatus is for a webhook of which the API says what nobody has published.
func UnknownStatus(about Subject, status string) Message {
	return warning("Unknown status "+quoted(short(status)), inFront(about.String())+" has it. It is neither active nor archived.",
		"Cakemail may deliver nothing. Ask Cakemail's support what it means.")
}

// OtherHashFunction is for a webhook whose deliveries nothing here can sign.
func OtherHashFunction(webhook cakemail.Webhook, isError bool) Message {
	said := warning("Unknown hash function "+quoted(short(webhook.HashFunction)),
		"The webhook "+short(webhook.ID)+" signs its deliveries with it.",
		"This version of the provider knows sha256 alone: its test delivery, sign and verify do not fit. Update the provider.")
	said.IsWarning = !isError
	return said
}

// NotYet are the warnings of a new webhook that could not be archived, or unarchived.
func NotYet(err error, about Subject, provider Provider, archived bool) []Message {
	state := "active"
	if !archived {
		state = "archived"
	}
	messages := Call(err, about, provider)
	for index := range messages {
		_, advice, _ := strings.Cut(messages[index].Text, "\n")
		messages[index].Text = text("The new webhook "+short(about.ID)+" is still "+state+". The next plan shows that as a change.", advice)
		messages[index].IsWarning = true
	}
	return messages
}

// Period is for a period that only the developer guide knows.
func Period(period string) Message {
	return warning(`This API accepts only "second" or "minute"`,
		fmt.Sprintf("It will probably refuse the period %q. Use one of these, and change rate_limit to match.", period)).On("rate_limit_period")
}

// LeavesAccount is for a replacement that would silently move the webhook.
func LeavesAccount(account int64) Message {
	return problem("The replacement would leave the webhook's account",
		fmt.Sprintf("The webhook is in account %d, which only the state knows. So the new one would be in the account of the credentials.", account),
		fmt.Sprintf("To stay, set account_id = %d in the resource or the provider, or CAKEMAIL_ACCOUNT_ID.", account),
		"To move it, set account_id to the number of the other account.").On("account_id")
}

// NotInAccount is for an account that was named while the API could not be asked whether the webhook is in it.
func NotInAccount(about Subject) Message {
	return problem("The webhook is in another account",
		fmt.Sprintf("The webhook %s is not in account %d, which the plan could not know.", short(about.ID), about.Account),
		"Nothing was changed. Plan again to replace it, or take account_id out to keep it.").On("account_id")
}

// OtherDefault is for a saved plan that is applied with another account; 0 is the account of the credentials.
func OtherDefault(about Subject, planned, now int64) Message {
	return problem("The plan was made for another account", "It replaces "+about.String()+".",
		"The plan is for "+accountName(planned)+", but the provider has "+accountName(now)+".",
		"Nothing was archived. Plan again, or apply with the plan's account: set account_id in the provider block, or CAKEMAIL_ACCOUNT_ID.")
}

// NoSecret is for an answer that lacks what it was asked for.
func NoSecret(id string) Message {
	return problem("The webhook "+short(id)+" has no secret", "The API showed it without one. Ask Cakemail's support why, or replace it.")
}

// MissingSecret is for the argument of a function that should be a webhook's secret.
// Terraform puts a period behind it.
const MissingSecret = "The secret is missing, so there is nothing to sign with. " +
	"If the webhook has store_secret = false, take it from the ephemeral resource cakemail_webhook_secret"

// SavedOtherwise is for a value that the API changed on its own in a new webhook.
func SavedOtherwise(about Subject, attribute, asked, saved string) Message {
	return warning("The API saved "+attribute+" otherwise",
		inFront(about.String())+" was created.",
		difference("The configuration has %s, the API %s.", asked, saved),
		"The next plan shows this as a change. Change the configuration to what the API can do.").On(attribute)
}

// NotSaved is for a change that the API did not make, or made otherwise.
func NotSaved(about Subject, attribute, asked, saved string) Message {
	return problem("The API did not save "+attribute+" as asked",
		"It saved "+about.String()+" otherwise, and so it is in the state.",
		difference("The configuration has %s, the API %s.", asked, saved),
		"Change the configuration to what the API can do, and apply again.").On(attribute)
}

// ChangedSince is for a value that somebody changed between plan and apply.
func ChangedSince(about Subject, attribute, planned, held string) Message {
	return problem("The webhook's "+attribute+" changed after the plan",
		"Somebody changed "+about.String()+".",
		difference("The plan has %s, the API %s. The state has what the API has.", planned, held),
		"Plan again to see what is to be changed, and apply.").On(attribute)
}

// difference leaves out of both values what messages do not show.
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
	Type, ID, Path string
}

func (m Moved) String() string {
	if m.ID == "" {
		return m.Type
	}
	return m.Type + " with the id " + quoted(m.ID)
}

// path leaves out the query, which may hold a key.
func (m Moved) path() string {
	path, _, _ := strings.Cut(m.Path, "?")
	return quoted(path)
}

// unmoved adds the way that is always open.
func unmoved(title string, lines ...string) Message {
	return problem(title, text(lines...), "Or import the webhook instead of moving it:", guide("coming-from-a-generic-provider"))
}

// UnknownSource is for a type that cannot be moved.
func UnknownSource(resourceType string) Message {
	return unmoved("Cannot move this resource to cakemail_webhook",
		"A moved block can turn a restapi_object or a restful_resource into a webhook, but not a "+short(resourceType)+".",
		"Take the moved block out.")
}

// OtherObject is for a resource that manages something else.
func OtherObject(moved Moved) Message {
	return unmoved("The moved resource is not a webhook",
		moved.String()+" has the path "+moved.path()+", which is not a webhook's.",
		"Take its moved block out, and put its resource block back.")
}

// Untold is for a state that does not tell the id or the events, or that cannot be read.
func Untold(moved Moved) Message {
	what := moved.Type + " has a form that this provider does not know."
	if moved.Path != "" {
		what = moved.String() + ", with the path " + moved.path() + ", does not say which id and which events the webhook has."
	}
	return unmoved("The state of the moved resource does not show a webhook", "The state of the "+what,
		"Take the moved block out, put the old resource block back, run this with the newest version of its provider, and move then:",
		block("terraform apply -refresh-only"))
}

// MovedGone is for a webhook that is not where the move says.
func MovedGone(about Subject) Message {
	account := accountName(about.Account)
	about.Account = 0
	return problem("The moved webhook was not found", inFront(about.String())+" is not in "+account+". Nothing was changed.",
		"If the generic provider acted for another account, set account_id in the block of the provider cakemail that manages it.",
		"If the webhook is gone, take it out of the state, and apply again:", block("terraform state rm ADDRESS"))
}

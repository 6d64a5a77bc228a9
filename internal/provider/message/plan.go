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

// Exists is for a webhook that a plan would double. The id is in the title, since Terraform shows only one of several
// warnings with the same title.
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

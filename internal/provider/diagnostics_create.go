package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

const oneEventSummary = "This API takes one event per webhook"

// oneEventDetail shows the configuration that works. The answer is what the API
// said, "" when it was not asked.
func oneEventDetail(about subject, answer string) string {
	outcome := "No webhook was created."
	if answer != "" {
		outcome = "The refused call changed nothing."
	}
	return sentences(
		fmt.Sprintf("The webhook%s has %d events, but this API takes exactly one event per webhook.", about, len(about.events)),
		answer,
		fmt.Sprintf("Make one webhook per event, with these arguments in this resource:\n\n"+
			"  for_each = toset([%s])\n\n"+
			"  url    = %s\n"+
			"  events = [each.value]\n\n"+
			"If the webhook exists already and has one of these events, a moved block keeps it: see %s. "+outcome,
			quoteAll(about.events), urlToCopy(about.url), perEventGuide))
}

// urlToCopy is the url in a configuration, unless messages must not show it whole.
func urlToCopy(url string) string {
	if shown := cakemail.DisplayURL(url); shown != url {
		return `"..." # as it is now`
	}
	return fmt.Sprintf("%q", url)
}

// warnTainted is for a webhook whose secret could not be read after the create.
func warnTainted(diags *diag.Diagnostics, about subject) {
	diags.AddWarning("The webhook was created but not read",
		"The webhook"+about.String()+" exists and is in the state, marked as tainted, so nothing is lost: the next apply replaces it. "+
			"To keep it instead, run terraform untaint ADDRESS with the address of this resource, then terraform apply -refresh-only.")
}

func ambiguousAdvice(failure *cakemail.CreateError, about subject) string {
	if len(failure.Candidates) == 1 {
		return "The answer to the create was lost. After an apply with -refresh=false, the provider does not know which webhooks there were before, so it cannot tell whether this webhook belongs to this resource:\n\n" +
			candidates(failure.Candidates, about.account) + "\nThe resource is in the state without an id, and every plan ends here until you take it out: terraform state rm ADDRESS. " +
			"If the webhook belongs to this resource, import it. Otherwise apply again."
	}
	repair := "Ask the owner of the webhooks which one belongs to this resource. Import that one and archive the others. If you apply again without that, one more is created."
	if about.pending {
		repair = "The resource is in the state without an id, and every plan ends here until you take it out: terraform state rm ADDRESS. " +
			"Ask the owner of the webhooks which one belongs to this resource. Import that one and archive the others."
	}
	return "The answer to the create was lost, and more than one new webhook has this url and these events, so the provider cannot tell which one belongs to this resource:\n\n" +
		candidates(failure.Candidates, about.account) + "\n" + repair
}

// candidates lists webhooks with the import command of each.
func candidates(webhooks []cakemail.Webhook, account int64) string {
	var lines strings.Builder
	for _, webhook := range webhooks {
		fmt.Fprintf(&lines, "  terraform import ADDRESS %s   # %s, %s\n", inShell(importID(account, webhook.ID)), cakemail.DisplayURL(webhook.Address()), strings.Join(webhook.Events, " "))
	}
	return lines.String()
}

func unknownOutcomeAdvice(failure *cakemail.CreateError) string {
	return fmt.Sprintf("No answer says whether the webhook was created%s, and the provider did not find it or could not list the webhooks. %s"+
		"The resource is in the state without an id, marked as tainted: the next plan or apply looks for the webhook, which can take a minute, and either replaces it or creates it, so nothing stays behind. "+
		"Apply again when the API answers.", reasonOf(failure.Cause), tried(failure.Attempts, failure.Elapsed))
}

// idsOf names webhooks in a title, since Terraform shows only one of several
// warnings with the same title.
func idsOf(webhooks []cakemail.Webhook) string {
	var ids []string
	for _, webhook := range webhooks {
		ids = append(ids, webhook.ID)
	}
	return strings.Join(ids, ", ")
}

// warnRetried is for a create that was retried, which the API may have carried
// out more than once.
func warnRetried(diags *diag.Diagnostics, about subject, created cakemail.Created) {
	retried := "The create" + about.String() + " was retried, because its first answer was lost and the provider found no webhook.  "
	if len(created.Surplus) > 0 {
		diags.AddWarning("A second webhook was archived again: "+idsOf(created.Surplus),
			retried+"Later the webhook of the first attempt was there too, and it was archived, so that no event is delivered twice:\n\n"+
				candidates(created.Surplus, about.account)+
				"\nThere is nothing to do. If somebody else made it at the same time, import it into a resource of its own and apply, which unarchives it.")
	}
	if len(created.Duplicates) > 0 {
		diags.AddWarning("A second webhook may have been created: "+idsOf(created.Duplicates),
			retried+"Now there is another active webhook with the same url and events:\n\n"+candidates(created.Duplicates, about.account)+
				"\nIf nobody else made it, archive it, for example by importing it into a resource of its own and destroying that.")
	}
	if created.Unchecked != nil {
		diags.AddWarning("A second webhook was not looked for",
			retried+"The first attempt may have made a webhook too, but the webhooks could not be listed"+reasonOf(created.Unchecked)+". "+
				"List them when the API answers, for example with the data source cakemail_webhooks, and archive a second one with the same url and events.")
	}
}

// importID is what `terraform import` takes for a webhook of this account.
func importID(account int64, id string) string {
	if account > 0 {
		return fmt.Sprintf("%d/%s", account, id)
	}
	return id
}

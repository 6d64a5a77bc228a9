package message

import "github.com/cakemail/terraform-provider-cakemail/internal/cakemail"

// ReplacedArchived is for a replacement of which only the first half was done.
func ReplacedArchived(archived Subject) Message {
	return warning("The webhook that was to be replaced is archived",
		"The create of its replacement failed, so nothing is delivered now.",
		"Correct the cause and apply again. Or put the configuration back, and run this:",
		block(append(importLines(ImportID(archived.Account, archived.ID)), "terraform apply")...))
}

// NotReplaced is for a webhook that was taken for its own replacement, whose create got no
// answer. The other one is what was archived again, if anything, and the cause is why it was
// not looked for.
func NotReplaced(about Subject, other cakemail.Webhook, cause error) Message {
	outcome := "No second webhook was found. If one appears later, archive it."
	switch {
	case cause != nil:
		outcome = "A second one could not be looked for" + reason(cause) + ". Look for it, and archive it."
	case other.ID != "":
		outcome = "The second webhook " + short(other.ID) + " was archived again."
	}
	return warning("The webhook "+short(about.ID)+" was not replaced",
		"The create of the new one got no answer, so the old one was taken for it.",
		"The old one is active and in the state, with its secret.", outcome,
		"To replace it, run this:", block("terraform apply -replace=ADDRESS"))
}

package message

import "strings"

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

// UnreadableSource is for a state in a form that is not known.
func UnreadableSource(resourceType string) Message {
	return unmoved("Cannot read the state of the moved resource",
		"The state of the "+resourceType+" has a form that this provider does not know.",
		"Take the moved block out, apply with the newest version of the old provider, and move then.")
}

// OtherObject is for a resource that manages something else.
func OtherObject(moved Moved) Message {
	return unmoved("The moved resource is not a webhook",
		moved.String()+" has the path "+moved.path()+", which is not a webhook's.",
		"Take its moved block out, and put its resource block back.")
}

// Untold is for a state that does not tell the id or the events.
func Untold(moved Moved) Message {
	return unmoved("The state of the moved resource does not show a webhook",
		"The state of the "+moved.String()+", with the path "+moved.path()+", does not say which id and which events the webhook has.",
		"Take the moved block out, put the old resource block back, run this, and move then:", block("terraform apply -refresh-only"))
}

// MovedGone is for a webhook that is not where the move says.
func MovedGone(about Subject) Message {
	account := accountName(about.Account)
	about.Account = 0
	return problem("The moved webhook was not found", inFront(about.String())+" is not in "+account+". Nothing was changed.",
		"If the generic provider acted for another account, set account_id in the block of the provider cakemail that manages it.",
		"If the webhook is gone, take it out of the state, and apply again:", block("terraform state rm ADDRESS"))
}

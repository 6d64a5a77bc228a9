package simulation

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/protocol"
)

// Broken returns the promises that do not hold at the end of a history, after the applies in calm weather. ok reports
// whether the last of them succeeded.
func Broken(world *World, terraform *Terraform, blocks Configuration, ok bool) []string {
	e := &ending{World: world, Terraform: terraform, blocks: blocks, owners: map[string][]string{}}
	e.broken = slices.Concat(terraform.broken, world.broken)
	for _, address := range terraform.Addresses() {
		found, _ := terraform.at(address)
		id, _ := protocol.Plain(protocol.Attributes(found.value)["id"]).(string)
		e.owners[id] = append(e.owners[id], address)
	}
	if !ok && !e.isExcused() {
		e.add("the applies do not end: %s", e.lastError())
	}
	if ok {
		e.compareWithConfiguration()
	}
	e.compareWithAPI()
	e.lookForSecrets()
	sort.Strings(e.broken)
	return e.broken
}

type ending struct {
	*World
	*Terraform
	blocks Configuration
	// owners are the addresses in the state by webhook id.
	owners map[string][]string
	broken []string
}

func (e *ending) add(format string, arguments ...any) {
	e.broken = append(e.broken, fmt.Sprintf(format, arguments...))
}

// isTold reports whether a message had these words.
func (e *ending) isTold(words string) bool {
	return slices.ContainsFunc(e.messages, func(message Message) bool { return strings.Contains(message.text(), words) })
}

// isExcused reports whether only a person can continue after the last run, and each of its errors says how: choose
// among the webhooks that a lost create can have made, or name an account. In good weather there is nothing to choose.
func (t *Terraform) isExcused() bool {
	ways := []string{"The replacement would be in another account"}
	if t.world.weather.IsStubborn() {
		ways = append(ways, "did not save")
	}
	if !t.world.weather.IsFaultless() {
		ways = append(ways, choices[:3]...)
	}
	return !slices.ContainsFunc(t.messages[t.lastRun:], func(message Message) bool {
		isPaused := t.lastBlocks[message.Address].Arguments["archived"] == true
		if t.world.weather.Has(RefusesArchived) && isPaused && message.Summary == "The API refused to change the webhook" {
			return false
		}
		return message.IsError && !slices.ContainsFunc(ways, func(way string) bool { return strings.Contains(message.text(), way) })
	})
}

// isPending reports whether the state has a create of unknown outcome that can have made it.
func (e *ending) isPending(webhook cakemailtest.Webhook) bool {
	for _, address := range e.owners[""] {
		kept, _ := e.at(address)
		state, _ := protocol.Plain(kept.value).(map[string]any)
		if strings.TrimSuffix(fmt.Sprint(state["url"]), "/") == strings.TrimSuffix(webhook.URL, "/") && areAlike(state["events"], webhook.Events) {
			return true
		}
	}
	return false
}

// areAlike reports whether two values differ only in case.
func areAlike(one, other any) bool { return strings.EqualFold(fmt.Sprint(one), fmt.Sprint(other)) }

// compareWithConfiguration checks that the state and the API have what the configuration says.
func (e *ending) compareWithConfiguration() {
	for _, address := range e.Addresses() {
		if _, wanted := e.blocks[address]; !wanted {
			e.add("the state has %s, which has no block", address)
		}
	}
	for address, block := range e.blocks {
		kept, exists := e.at(address)
		if !exists {
			e.add("%s is not in the state", address)
			continue
		}
		if kept.tainted {
			e.add("%s is tainted", address)
		}
		e.compareWebhook(address, block, kept.value)
	}
}

func (e *ending) compareWebhook(address string, block Block, kept tftypes.Value) {
	state, _ := protocol.Plain(kept).(map[string]any)
	webhooks := e.API.Webhooks()
	index := slices.IndexFunc(webhooks, func(webhook cakemailtest.Webhook) bool { return webhook.ID == state["id"] })
	if index < 0 {
		e.add("%s is %v, which the API does not have", address, state["id"])
		return
	}
	webhook := webhooks[index]
	actual := map[string]any{
		"url": webhook.URL, "events": webhook.Events, "rate_limit": int(webhook.RateLimit), "archived": webhook.Archived, "account_id": int(webhook.AccountID),
	}
	wanted := Arguments{"archived": false}
	for name, value := range block.Arguments {
		if value != nil {
			wanted[name] = value
		}
	}
	if e.weather.IsStubborn() {
		delete(actual, "url")
		delete(actual, "rate_limit")
	}
	if e.weather.IsReplacing() {
		delete(actual, "archived")
	}
	for name, value := range actual {
		if state[name] != nil && !areAlike(state[name], value) {
			e.add("%s of %s is %v in the state, and %v in the API", name, address, state[name], value)
		}
	}
	for name, value := range wanted {
		if held, isCompared := actual[name]; isCompared && !areAlike(held, value) {
			e.add("%s of %s is %v in the API, and %v in the configuration", name, address, actual[name], value)
		}
	}
	secret := any(webhook.Secret)
	if wanted["store_secret"] == false {
		secret = nil
	}
	isMasked := e.weather.Has(MasksSecrets) && !strings.Contains(fmt.Sprint(state["secret"]), "*") && (secret != nil || state["secret"] == nil)
	if state["secret"] != secret && !isMasked {
		e.add("the secret of %s is not the API's", address)
	}
}

// compareWithAPI checks that no webhook is lost, duplicated or taken.
func (e *ending) compareWithAPI() {
	// No habit of the API writes a value that cannot be read.
	if e.isTold("The API's answer is partly unreadable") {
		e.add("a value that can be read was not")
	}
	for id, owners := range e.owners {
		if id != "" && len(owners) > 1 {
			e.add("the webhook %s is at %s", id, strings.Join(owners, " and "))
		}
	}
	if !e.hasLeft {
		// The provider may look again for what a killed destroy has already archived.
		e.broken = append(e.broken, e.Overtaken(func(id string) bool { return len(e.owners[id]) > 0 })...)
	}
	for _, webhook := range e.API.Webhooks() {
		theirs, owned := e.IsTheirs(webhook.ID), len(e.owners[webhook.ID]) > 0
		if e.IsTouched(webhook.ID) || theirs && (e.IsNew(webhook.ID) || e.IsTorn()) {
			continue
		}
		switch {
		case !theirs && !owned && !webhook.Archived && !e.isKnown(webhook) && !e.isPending(webhook) && !e.MayBeMistaken(webhook):
			e.add("nobody knows of the active webhook %s", webhook.ID)
		case theirs && owned:
			e.add("somebody else's webhook was adopted: %s", webhook.ID)
		case theirs && webhook.Archived && !e.WasArchived(webhook.ID):
			e.add("somebody else's webhook was archived: %s", webhook.ID)
		}
	}
}

// isKnown reports whether a person knows about an active webhook that is not in the state: from the plan after a kill,
// from a message about a lost create, or from one that says that there may be webhooks which no list showed.
func (e *ending) isKnown(webhook cakemailtest.Webhook) bool {
	if e.hasLeft && (e.isTold(webhook.ID) || e.isTold("cannot check for existing webhooks") || !webhook.Created.After(e.unseen)) {
		return true
	}
	if e.isTold("The webhook "+webhook.ID+" was not found") || e.hasStrayed && e.isTold("The webhook for https://example.com was not found") {
		return true
	}
	if e.weather.Has(AnswersTasks) && e.isTold("The webhook "+webhook.ID+" already exists") {
		// The number of a task was taken for a webhook's id while nothing could be read.
		return true
	}
	return e.isTold("A second webhook may exist") || slices.ContainsFunc(e.messages, func(message Message) bool {
		text := message.Summary + message.Detail
		return strings.Contains(text, webhook.ID) && slices.ContainsFunc(choices, func(words string) bool { return strings.Contains(text, words) })
	})
}

// choices are words of the messages that let a person decide which webhook is whose.
var choices = []string{"more than one new webhook", "It may have made this webhook", "A new webhook with another URL", "A second webhook", "New and similar"}

// lookForSecrets checks that no message and no log contains a secret.
func (e *ending) lookForSecrets() {
	for _, secret := range e.API.Issued() {
		for _, message := range e.messages {
			if strings.Contains(message.text(), secret) {
				e.add("a message holds a secret: %s", message)
			}
		}
		for _, address := range e.Addresses() {
			if kept, _ := e.at(address); bytes.Contains(kept.private, []byte(secret)) {
				e.add("the private state of %s holds a secret", address)
			}
		}
		if line := bytes.Index(e.logs.written.Bytes(), []byte(secret)); line >= 0 {
			e.add("the logs hold a secret: %.200s", e.logs.written.Bytes()[max(0, line-150):])
		}
	}
	if e.weather.Logged && len(e.API.Calls()) > 0 && e.logs.written.Len() == 0 {
		e.add("nothing was logged")
	}
}

package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

const (
	event      = "Contact.Added"
	otherEvent = "Email.Bounced"
	// actionsSince is the minor version of Terraform 1 that introduced actions; OpenTofu has none.
	actionsSince = 14
)

//go:embed delivery.tf
var deliveryConfiguration []byte

// demo is what the steps share.
type demo struct {
	out        io.Writer
	color      bool
	hasActions bool
	folder     string
	api        *cakemailtest.Server
	receiver   *receiver
	terraform  *terraform
	// webhook is what Terraform knew about the webhook after the first apply.
	webhook attributes
}

type step struct {
	title string
	play  func(context.Context) error
}

func (d *demo) steps() []step {
	return []step{
		{"The configuration: examples/demo/main.tf", d.configure},
		{"Plan: what would Terraform do?", d.planCreate},
		{"Apply, while the answer to the create is lost", d.applyCreate},
		{"Change the URL: the webhook stays, and so does its secret", d.changeURL},
		{"Change the event: the plan warns that the secret would change", d.planReplacement},
		{"Deliver a signed event, and one that was tampered with", d.deliver},
		{"Destroy: archive the webhook", d.destroy},
	}
}

// Codes of terminals.
const (
	bold  = "1"
	green = "32"
)

// paint colours the text on a terminal.
func (d *demo) paint(code, text string) string {
	if !d.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// say writes a line for the reader.
func (d *demo) say(format string, arguments ...any) {
	fmt.Fprintf(d.out, format+"\n", arguments...)
}

// held writes what a step has just checked.
func (d *demo) held(format string, arguments ...any) {
	d.say(d.paint(green, "ok")+": "+format, arguments...)
}

func (d *demo) close() {
	if d.receiver != nil {
		d.receiver.close()
		d.api.Close()
	}
}

// expect returns an error that names both sides, or nil if they are equal.
func expect[T comparable](what string, want, got T) error {
	if want == got {
		return nil
	}
	return fmt.Errorf("%s: expected %v, saw %v", what, want, got)
}

// firstFailure returns the first error that is not nil.
func firstFailure(failures ...error) error {
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return nil
}

// to sets the URL in the configuration to this path of the receiver.
func (d *demo) to(path string) string { return " -var url=" + d.receiver.url(path) }

func (d *demo) configure(ctx context.Context) error {
	if err := terraformcli.BuildProvider(ctx, d.folder); err != nil {
		return err
	}
	d.api = cakemailtest.Start()
	d.api.SetFaults(cakemailtest.LostCreate)
	d.receiver = startReceiver()
	module, err := terraformcli.ModuleFolder(ctx)
	if err != nil {
		return err
	}
	folder := filepath.Join(d.folder, "configuration")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(module, "examples", "demo"))); err != nil {
		return fmt.Errorf("copying examples/demo: %w", err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "main.tf"))
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	d.say("%s", content)
	// A user of the real API would export the same variables.
	workspace, err := terraformcli.New(ctx, folder, d.folder,
		"CAKEMAIL_API_BASE="+d.api.URL(), "CAKEMAIL_ACCESS_TOKEN="+cakemailtest.DefaultAccessToken)
	if err != nil {
		return err
	}
	workspace.Color = d.color
	d.terraform = &terraform{workspace: workspace, say: d.say}
	d.held("the provider is built, and the API listens on %s", d.api.URL())
	return nil
}

func (d *demo) planCreate(ctx context.Context) error {
	plan, err := d.terraform.plan(ctx, d.to("/v1"))
	if err := firstFailure(
		err,
		plan.expectActions("create"),
		expect("lists of what the account has", 1, d.api.Count(cakemailtest.List)),
		expect("calls that the API has got", 1, len(d.api.Calls())),
	); err != nil {
		return err
	}
	d.held("one webhook would be created; the account has none")
	return nil
}

func (d *demo) applyCreate(ctx context.Context) error {
	if err := d.terraform.apply(ctx, "1 added, 0 changed, 0 destroyed"); err != nil {
		return err
	}
	var answers []int
	for _, call := range d.api.Calls() {
		if call.Operation == cakemailtest.Create {
			answers = append(answers, call.Status)
		}
	}
	known, err := d.terraform.webhook(ctx)
	if err := firstFailure(
		err,
		expect("answers to creates, 0 for a lost one", "[0]", fmt.Sprint(answers)),
		d.expectInAPI(known, "/v1", false),
		expect("hash_function", "sha256", known.HashFunction),
	); err != nil {
		return err
	}
	d.webhook = known
	d.say("The API created it, the answer was lost, and the provider found it by a list.")
	d.held("after one create, the API has exactly one active webhook")
	d.held("Terraform has its id and its secret, which is sensitive and never shown\n")

	plan, err := d.terraform.plan(ctx, d.to("/v1"))
	if err := firstFailure(err, plan.expectNothing()); err != nil {
		return err
	}
	d.held("another plan has no changes")
	return nil
}

// expectInAPI checks that the API's only webhook, archived or not, is the one that Terraform knows.
func (d *demo) expectInAPI(known attributes, path string, archived bool) error {
	all := d.api.Webhooks()
	if len(all) != 1 {
		return fmt.Errorf("webhooks in the API, archived ones too: expected 1, saw %d", len(all))
	}
	return firstFailure(
		expect("id", all[0].ID, known.ID),
		expect("url of the webhook", d.receiver.url(path), all[0].URL),
		expect("the event of the webhook", event, strings.Join(all[0].Events, ", ")),
		expect("the secret is the webhook's", true, all[0].Secret == known.Secret),
		expect("the webhook is archived", archived, all[0].Archived),
	)
}

func (d *demo) changeURL(ctx context.Context) error {
	plan, err := d.terraform.plan(ctx, d.to("/v2"))
	if err := firstFailure(
		err, plan.expectActions("update"), plan.expectKept(map[string]string{"id": d.webhook.ID, "secret": d.webhook.Secret}),
	); err != nil {
		return err
	}
	d.held("the webhook would be changed in place, with its id and its secret\n")

	if err := d.terraform.apply(ctx, "0 added, 1 changed, 0 destroyed"); err != nil {
		return err
	}
	known, err := d.terraform.webhook(ctx)
	if err := firstFailure(
		err,
		d.expectInAPI(d.webhook, "/v2", false),
		expect("id after the change", d.webhook.ID, known.ID),
		expect("secret after the change is the same as before", true, d.webhook.Secret == known.Secret),
	); err != nil {
		return err
	}
	d.held("the same webhook, with the same secret, has the new URL")
	return nil
}

func (d *demo) planReplacement(ctx context.Context) error {
	plan, err := d.terraform.plan(ctx, d.to("/v2")+" -var event="+otherEvent)
	if err := firstFailure(
		err,
		plan.expectActions("delete", "create"),
		expect("the plan warns of another secret", true, strings.Contains(plan.printed, "Warning: The secret of the webhook "+d.webhook.ID)),
		d.expectInAPI(d.webhook, "/v2", false),
	); err != nil {
		return err
	}
	d.held("the warning names the webhook; the plan was not applied, nothing changed")
	return nil
}

// deliver delivers an event by the provider's action, or by the API if Terraform is too old for actions.
func (d *demo) deliver(ctx context.Context) error {
	d.receiver.trust(d.webhook.Secret)
	post := d.deliverByAPI
	if d.hasActions {
		post = d.deliverByAction
	}
	if err := post(ctx); err != nil {
		return err
	}
	genuine := d.receiver.lastAccepted()
	if err := expect("path that the event came to", "/v2", genuine.path); err != nil {
		return err
	}
	d.held("the receiver verified the signature with Terraform's secret, and accepted")

	status, err := d.receiver.post(ctx, genuine.path, append(bytes.Clone(genuine.body), ' '), genuine.signature)
	if err := firstFailure(err, expect("what the receiver answered", http.StatusUnauthorized, status)); err != nil {
		return err
	}
	d.held("the receiver refused the same event with one extra character: %d", status)
	return nil
}

func (d *demo) deliverByAction(ctx context.Context) error {
	if err := os.WriteFile(filepath.Join(d.terraform.workspace.Folder, "delivery.tf"), deliveryConfiguration, 0o600); err != nil {
		return fmt.Errorf("adding the action: %w", err)
	}
	return d.terraform.finish(ctx, "Actions: 1 invoked.",
		"apply -invoke=action.cakemail_webhook_test_delivery.demo", "-auto-approve", "-var=url="+d.receiver.url("/v2"))
}

func (d *demo) deliverByAPI(ctx context.Context) error {
	delivery, err := d.api.Deliver(ctx, d.webhook.ID, event)
	if err != nil {
		return fmt.Errorf("delivering the event: %w", err)
	}
	d.say("The API posts a signed %s to the URL of the webhook.", event)
	return expect("what the receiver answered", http.StatusNoContent, delivery.Status)
}

func (d *demo) destroy(ctx context.Context) error {
	if err := firstFailure(
		d.terraform.finish(ctx, "Destroy complete! Resources: 1 destroyed.", "destroy"+d.to("/v2"), "-auto-approve"),
		d.expectInAPI(d.webhook, "/v2", true),
		expect("Terraform has printed the secret", false, strings.Contains(d.terraform.printed.String(), d.webhook.Secret)),
	); err != nil {
		return err
	}
	d.held("the webhook is archived, since Cakemail cannot delete it; none is active")
	return nil
}

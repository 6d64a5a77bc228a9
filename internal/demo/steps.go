package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

const event = "Contact.Added"

// demo is what the steps hand on from one to the next.
type demo struct {
	out       io.Writer
	folder    string
	api       *cakemailtest.Server
	receiver  *receiver
	terraform *terraform
	// webhook is what Terraform's outputs said after the first apply.
	webhook outputs
}

type step struct {
	title string
	play  func(context.Context) error
}

func (d *demo) steps() []step {
	return []step{
		{"Build the provider from this repository", d.build},
		{"Start an in-memory Cakemail API, and a receiver for its events", d.start},
		{"Take examples/demo, and plan: what would Terraform do?", d.planCreate},
		{"Apply: create the webhook", d.applyCreate},
		{"Read Terraform's outputs", d.readOutputs},
		{"Plan again: is everything as it should be?", d.planNothing},
		{"Send the events to another url: plan", d.planChange},
		{"Send the events to another url: apply", d.applyChange},
		{"Deliver a signed event", d.deliver},
		{"Deliver the same event, tampered with on the way", d.deliverTampered},
		{"Destroy: archive the webhook", d.destroy},
		{"Look into the API: what is left?", d.lookForRest},
	}
}

// say writes a line for the reader.
func (d *demo) say(format string, arguments ...any) {
	fmt.Fprintf(d.out, format+"\n", arguments...)
}

// held writes what a step has just checked.
func (d *demo) held(format string, arguments ...any) {
	d.say("  ok: "+format, arguments...)
}

func (d *demo) close() {
	if d.receiver != nil {
		d.receiver.close()
	}
	if d.api != nil {
		d.api.Close()
	}
}

// expect returns an error that names both sides, or nil when they are equal.
func expect[T comparable](what string, want, got T) error {
	if want == got {
		return nil
	}
	return fmt.Errorf("%s: expected %v, saw %v", what, want, got)
}

// firstFailure returns the first of the errors that is one.
func firstFailure(failures ...error) error {
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return nil
}

func (d *demo) build(ctx context.Context) error {
	d.say("  $ go build")
	if err := terraformcli.BuildProvider(ctx, d.folder); err != nil {
		return err
	}
	d.held("the provider is built; a command line configuration with dev_overrides leads Terraform to it")
	return nil
}

func (d *demo) start(context.Context) error {
	d.api = cakemailtest.Start()
	d.receiver = startReceiver()
	d.held("the API answers on %s", d.api.URL())
	d.held("the receiver listens on %s and accepts only what is signed with the webhook's secret", d.receiver.url(""))
	return nil
}

func (d *demo) planCreate(ctx context.Context) error {
	workspace, err := d.copyExample(ctx)
	if err != nil {
		return err
	}
	d.terraform = &terraform{workspace: workspace, say: d.say}
	plan, err := d.terraform.plan(ctx, d.receiver.url("/first"), event)
	if err != nil {
		return err
	}
	if err := firstFailure(
		plan.expectAction("create"),
		expect("lists of what the account has", 1, d.api.Count(cakemailtest.List)),
		expect("calls that the API has got", 1, len(d.api.Calls())),
	); err != nil {
		return err
	}
	d.held("Terraform would create one webhook; to warn of an equal one, the plan has listed what the account has")
	return nil
}

// copyExample makes the workspace that Terraform runs in. The settings are the
// ones a user of the real API would export.
func (d *demo) copyExample(ctx context.Context) (*terraformcli.Workspace, error) {
	module, err := terraformcli.ModuleFolder(ctx)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(d.folder, "configuration")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(module, "examples", "demo"))); err != nil {
		return nil, fmt.Errorf("copying examples/demo: %w", err)
	}
	return terraformcli.New(ctx, folder, d.folder,
		"CAKEMAIL_API_BASE="+d.api.URL(), "CAKEMAIL_ACCESS_TOKEN="+cakemailtest.DefaultAccessToken)
}

func (d *demo) applyCreate(ctx context.Context) error {
	if err := d.terraform.apply(ctx, "1 added, 0 changed, 0 destroyed"); err != nil {
		return err
	}
	webhook, err := d.onlyWebhook()
	if err != nil {
		return err
	}
	if err := expect("the webhook is archived", false, webhook.Archived); err != nil {
		return err
	}
	d.held("the API has one active webhook, which sends %s to %s", event, webhook.URL)
	return nil
}

// onlyWebhook returns the webhook that the API has, archived or not, if it is the only one.
func (d *demo) onlyWebhook() (cakemailtest.Webhook, error) {
	all := d.api.Webhooks()
	if len(all) != 1 {
		return cakemailtest.Webhook{}, fmt.Errorf("webhooks in the API, archived ones too: expected 1, saw %d", len(all))
	}
	return all[0], nil
}

func (d *demo) readOutputs(ctx context.Context) error {
	read, err := d.terraform.outputs(ctx)
	if err != nil {
		return err
	}
	webhook, err := d.onlyWebhook()
	if err != nil {
		return err
	}
	if err := firstFailure(
		expect("output id", webhook.ID, read.id),
		expect("output hash_function", "sha256", read.hashFunction),
		expect("output secret is the webhook's", true, webhook.Secret == read.secret),
		expect("output secret is marked as sensitive", true, read.secretIsSensitive),
	); err != nil {
		return err
	}
	d.webhook = read
	d.held("id            = %s", read.id)
	d.held("hash_function = %s", read.hashFunction)
	d.held("secret        = (sensitive, %d characters; nothing here prints it)", len(read.secret))
	return nil
}

func (d *demo) planNothing(ctx context.Context) error {
	plan, err := d.terraform.plan(ctx, d.receiver.url("/first"), event)
	if err != nil {
		return err
	}
	if err := plan.expectNothing(); err != nil {
		return err
	}
	d.held("no changes")
	return nil
}

func (d *demo) planChange(ctx context.Context) error {
	plan, err := d.terraform.plan(ctx, d.receiver.url("/second"), event)
	if err != nil {
		return err
	}
	if err := plan.expectAction("update"); err != nil {
		return err
	}
	if err := plan.expectKept(map[string]string{"id": d.webhook.id, "secret": d.webhook.secret}); err != nil {
		return err
	}
	d.held("the webhook would be changed in place; its id and its secret would stay")
	return nil
}

func (d *demo) applyChange(ctx context.Context) error {
	if err := d.terraform.apply(ctx, "0 added, 1 changed, 0 destroyed"); err != nil {
		return err
	}
	read, err := d.terraform.outputs(ctx)
	if err != nil {
		return err
	}
	webhook, err := d.onlyWebhook()
	if err != nil {
		return err
	}
	if err := firstFailure(
		expect("url of the webhook", d.receiver.url("/second"), webhook.URL),
		expect("output id", d.webhook.id, read.id),
		expect("output secret is the same as before", true, d.webhook.secret == read.secret),
	); err != nil {
		return err
	}
	d.held("the same webhook, with the same secret, now sends to %s", d.receiver.url("/second"))
	return nil
}

func (d *demo) destroy(ctx context.Context) error {
	if err := d.terraform.destroy(ctx, d.receiver.url("/second"), event); err != nil {
		return err
	}
	d.held("Terraform manages nothing any more")
	return nil
}

func (d *demo) lookForRest(context.Context) error {
	webhook, err := d.onlyWebhook()
	if err != nil {
		return err
	}
	if err := expect("the webhook is archived", true, webhook.Archived); err != nil {
		return err
	}
	d.held("no active webhook; the one that was there is archived, because Cakemail cannot delete webhooks")
	return nil
}

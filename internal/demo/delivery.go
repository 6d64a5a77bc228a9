package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

//go:embed delivery.tf
var deliveryConfiguration []byte

// deliver has an event delivered by the provider's action, or by the API where
// Terraform is too old for actions.
func (d *demo) deliver(ctx context.Context) error {
	d.receiver.trust(d.webhook.secret)
	withAction, err := d.terraform.hasActions(ctx)
	if err != nil {
		return err
	}
	post := d.deliverByAPI
	if withAction {
		post = d.deliverByAction
	}
	if err := post(ctx); err != nil {
		return err
	}
	if err := expect("path that the event came to", "/second", d.receiver.lastAccepted().path); err != nil {
		return err
	}
	d.held("the receiver verified the signature with the secret from Terraform's output, and accepted")
	return nil
}

func (d *demo) deliverByAction(ctx context.Context) error {
	if err := os.WriteFile(filepath.Join(d.terraform.workspace.Folder, "delivery.tf"), deliveryConfiguration, 0o600); err != nil {
		return fmt.Errorf("adding the action: %w", err)
	}
	return d.terraform.invoke(ctx, "action.cakemail_webhook_test_delivery.demo", d.receiver.url("/second"), event)
}

func (d *demo) deliverByAPI(ctx context.Context) error {
	delivery, err := d.api.Deliver(ctx, d.webhook.id, event)
	if err != nil {
		return fmt.Errorf("delivering the event: %w", err)
	}
	d.say("  The API posts %s to the webhook's url, with the signature in a header.", event)
	return expect("what the receiver answered", http.StatusNoContent, delivery.Status)
}

func (d *demo) deliverTampered(ctx context.Context) error {
	genuine := d.receiver.lastAccepted()
	tampered := append(bytes.Clone(genuine.body), ' ')
	status, err := d.receiver.post(ctx, "/second", tampered, genuine.signature)
	if err != nil {
		return err
	}
	d.say("  The signature is the same, but the body is one character longer.")
	if err := expect("what the receiver answered", http.StatusUnauthorized, status); err != nil {
		return err
	}
	d.held("the receiver refused it")
	return nil
}

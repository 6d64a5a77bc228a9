package main

import (
	"embed"
	"io/fs"
)

//go:embed workloads
var workloads embed.FS

// subject is something to measure.
type subject struct {
	name string
	// workload is the configuration's file name in workloads.
	workload string
	// trivial is the kind of floor provider; "" means this repository's provider, if the workload needs one.
	trivial string
	// traced keeps the plugin SDK's trace log on, which Terraform drops.
	traced bool
	// floor names the subject to compare with, or "".
	floor string
}

// The names of the subjects in the table.
const (
	terraformAlone = "terraform_data, no provider"
	smallFloor     = "trivial provider, 3 attributes"
	floorQuiet     = "floor: trivial provider, same attributes"
	floorTraced    = "floor, with trace log"
	webhookQuiet   = "cakemail_webhook"
	webhookTraced  = "cakemail_webhook, with trace log"
)

// subjects are in the order of the table.
func subjects() []subject {
	return []subject{
		{name: terraformAlone, workload: "terraform_data.tf"},
		{name: smallFloor, workload: "webhook.tf", trivial: floorSmall},
		{name: floorQuiet, workload: "webhook.tf", trivial: floorFull},
		{name: webhookQuiet, workload: "webhook.tf", floor: floorQuiet},
		{name: floorTraced, workload: "webhook.tf", trivial: floorFull, traced: true},
		{name: webhookTraced, workload: "webhook.tf", traced: true, floor: floorTraced},
	}
}

// measurement is one subject at one number of webhooks.
type measurement struct {
	subject subject
	count   int
}

// measurements are in the order of the table: all subjects at the first number, then the provider and its floor at the
// others to show the growth.
func measurements(counts []int) []measurement {
	var all []measurement
	for number, count := range counts {
		for _, subject := range subjects() {
			if number == 0 || subject.name == webhookQuiet || subject.name == floorQuiet {
				all = append(all, measurement{subject: subject, count: count})
			}
		}
	}
	return all
}

// floor returns the measurement to compare with, if any.
func (m measurement) floor() (measurement, bool) {
	for _, subject := range subjects() {
		if subject.name == m.subject.floor {
			return measurement{subject: subject, count: m.count}, true
		}
	}
	return measurement{}, false
}

func (s subject) configuration() ([]byte, error) {
	return fs.ReadFile(workloads, "workloads/"+s.workload)
}

// phase is one Terraform command on all resources.
type phase struct {
	name      string
	arguments []string
	// callsPerWebhook is how many calls the phase needs per webhook in the reference form.
	callsPerWebhook int
	// callsOnce is how many more it needs, whatever the number of webhooks.
	callsOnce int
}

func (p phase) calls(webhooks int) int {
	return p.callsPerWebhook*webhooks + p.callsOnce
}

func phases() []phase {
	return []phase{
		// The plan and the apply of a create each list the existing webhooks.
		{name: "create", arguments: []string{"apply", "-auto-approve"}, callsPerWebhook: 2, callsOnce: 2},
		{name: "no-op plan", arguments: []string{"plan", "-detailed-exitcode"}, callsPerWebhook: 1},
		{name: "change", arguments: []string{"apply", "-auto-approve", "-var=revision=2"}, callsPerWebhook: 2},
		{name: "destroy", arguments: []string{"destroy", "-auto-approve", "-var=revision=2"}, callsPerWebhook: 2},
	}
}

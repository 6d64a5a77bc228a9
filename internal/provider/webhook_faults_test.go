package provider_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// envFaultTable prints the table, with the default patience.
const envFaultTable = "CAKEMAIL_FAULT_TABLE"

// suitePatience is enough for the faults here, and saves minutes.
var suitePatience = cakemail.Patience{LostCreate: 3 * time.Second, NewWebhook: 10 * time.Second}

// faultCase is one row of the fault table.
type faultCase struct {
	name   string
	faults func(api *cakemailtest.Server) []cakemailtest.Fault
	// everyTime means that the suite tries it; the histories try all faults, and more.
	everyTime bool
	// lasting faults make the first apply fail, and end before the second.
	lasting bool
	// variables are for testdata/many.tf.
	variables []string
}

func always(faults ...cakemailtest.Fault) func(*cakemailtest.Server) []cakemailtest.Fault {
	return func(*cakemailtest.Server) []cakemailtest.Fault { return faults }
}

var faultCases = []faultCase{
	{name: "none", faults: always()},
	{name: "503 to every 7th request", faults: always(cakemailtest.Fault{Every: 7, Status: 503})},
	{name: "429 above 20 requests a second", faults: always(cakemailtest.Fault{PerSecond: 20})},
	{name: "every 10th answer cut after processing", everyTime: true, faults: always(cakemailtest.Fault{Every: 10, Cut: true, Processed: true})},
	{name: "every 10th request cut before processing", faults: always(cakemailtest.Fault{Every: 10, Cut: true})},
	{
		name:   "502 to every 10th create, processed",
		faults: always(cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Status: 502, Processed: true}),
	},
	{name: "502 to every 10th create, not processed", faults: always(cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Status: 502})},
	{
		name:   "504 to every 10th create, processed",
		faults: always(cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Status: 504, Processed: true}),
	},
	{name: "504 to every 10th create, not processed", faults: always(cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Status: 504})},
	{name: "500 to every 10th read", faults: always(cakemailtest.Fault{Operation: cakemailtest.Show, Every: 10, Status: 500})},
	{name: "every read refused", faults: always(cakemailtest.Fault{Operation: cakemailtest.Show, Status: 403}), lasting: true},
	{
		name:      "every 10th create answered too late",
		faults:    always(cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Delay: 2 * time.Second}),
		variables: []string{"-var", "request_timeout=1"},
	},
	{
		name:      "every answer too late",
		faults:    always(cakemailtest.Fault{Delay: 2 * time.Second}),
		lasting:   true,
		variables: []string{"-var", "request_timeout=1", "-var", "max_retries=1"},
	},
	{name: "create answers lost, then no list either", everyTime: true, faults: createsLostWithoutList, lasting: true},
	{name: "tokens revoked at every 30th create", faults: tokensRevoked},
	{name: "503 to every 7th create, processed", faults: always(cakemailtest.Fault{Operation: cakemailtest.Create, Every: 7, Status: 503, Processed: true})},
	{name: "503 with Retry-After to every 7th create, processed", faults: always(cakemailtest.Fault{
		Operation: cakemailtest.Create, Every: 7, Status: 503, Processed: true, Header: map[string][]string{"Retry-After": {"1"}},
	})},
	{name: "show is 404 for 2 s after each create", faults: always(cakemailtest.Fault{Operation: cakemailtest.Show, Lag: replicaLag})},
	{name: "the list is 2 s behind", faults: always(listLags)},
	{name: "the list is 2 s behind, every 10th answer cut", faults: always(cakemailtest.Fault{Every: 10, Cut: true, Processed: true}, listLags)},
	{name: "the list is 2 s behind, 504 to every 10th create, processed", everyTime: true, faults: always(
		cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Status: 504, Processed: true}, listLags)},
}

// replicaLag is how far the replicas lag.
const replicaLag = 2 * time.Second

var listLags = cakemailtest.Fault{Operation: cakemailtest.List, Lag: replicaLag}

// createsLostWithoutList leaves the outcome of every 10th create unknown: the answer is lost after processing, and
// lists fail from then on.
func createsLostWithoutList(api *cakemailtest.Server) []cakemailtest.Fault {
	lost := cakemailtest.Fault{Operation: cakemailtest.Create, Every: 10, Cut: true, Processed: true}
	noList := cakemailtest.Fault{Operation: cakemailtest.List, Status: 403}
	var once sync.Once
	return []cakemailtest.Fault{{Operation: cakemailtest.Create, Rewrite: func(body []byte) []byte {
		once.Do(func() { api.SetFaults(lost, noList) })
		return body
	}}}
}

func tokensRevoked(api *cakemailtest.Server) []cakemailtest.Fault {
	return []cakemailtest.Fault{{Operation: cakemailtest.Create, Every: 30, Rewrite: func(body []byte) []byte {
		api.RevokeTokens()
		return body
	}}}
}

// faultResult is the result of one row of the fault table.
type faultResult struct {
	name                                                         string
	form                                                         cakemailtest.Form
	applies, creates, active, inState, orphans, doubles, missing int
}

func (r faultResult) String() string {
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %d |", r.name, r.form, r.applies, r.creates, r.active, r.inState, r.orphans, r.doubles)
}

const faultTableHead = "| Fault | API form | Applies | POSTs | Active | In state | Orphans | Duplicates |\n| --- | --- | --- | --- | --- | --- | --- | --- |"

// It applies 40 webhooks with real Terraform under some faults, or 100 under each for the table. API and state must
// agree after one apply, or after two if a fault lasts through the first.
func TestWebhookResource_Faults(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var lines []string
	t.Run("matrix", func(t *testing.T) {
		for index, test := range faultCases {
			if !test.everyTime && os.Getenv(envFaultTable) == "" {
				continue
			}
			for _, form := range []cakemailtest.Form{cakemailtest.Reference, cakemailtest.Guide} {
				t.Run(test.name+"/"+string(form), func(t *testing.T) {
					t.Parallel()
					result := test.run(t, form)
					mu.Lock()
					defer mu.Unlock()
					lines = append(lines, fmt.Sprintf("%02d%s%s", index, form, result))
				})
			}
		}
	})
	if os.Getenv(envFaultTable) == "" {
		return
	}
	slices.Sort(lines)
	fmt.Println(faultTableHead)
	for _, line := range lines {
		fmt.Println(line[strings.Index(line, "|"):])
	}
}

func (test faultCase) run(t *testing.T, form cakemailtest.Form) faultResult {
	t.Helper()
	w, number := acctest.NewWorld(t, cakemailtest.WithForm(form)).WithPassword(), 100
	if os.Getenv(envFaultTable) == "" {
		w, number = w.WithPatience(suitePatience), 40
	}
	workspace := w.Workspace(t, "many.tf")
	variables := append([]string{"-var", fmt.Sprintf("number=%d", number)}, test.variables...)

	result := faultResult{name: test.name, form: form, applies: 1}
	w.API.SetFaults(test.faults(w.API)...)
	output, err := workspace.Run(t.Context(), append([]string{"apply", "-auto-approve"}, variables...)...)
	if test.lasting && err != nil {
		w.API.SetFaults()
		result.applies++
		output, err = workspace.Run(t.Context(), append([]string{"apply", "-auto-approve"}, variables...)...)
	}
	if err != nil {
		t.Errorf("apply: %v", err)
	}
	result.compare(t, w, workspace)
	result.creates = w.API.Count(cakemailtest.Create)
	if result.active != number || result.inState != number || result.orphans+result.doubles+result.missing > 0 {
		t.Errorf("%+v, want %d active and in state, nothing else\n%s", result, number, output)
	}
	w.API.SetFaults()
	acctest.Terraform(t, workspace, append([]string{"plan", "-detailed-exitcode"}, variables...)...)
	if !test.lasting {
		w.API.SetFaults(test.faults(w.API)...)
	}
	acctest.Terraform(t, workspace, append([]string{"destroy", "-auto-approve"}, variables...)...)
	if active := w.API.Active(); len(active) > 0 {
		t.Errorf("%d webhooks are active after destroy", len(active))
	}
	return result
}

// compare counts the differences between the API and the state.
func (r *faultResult) compare(t *testing.T, w *acctest.World, workspace *terraformcli.Workspace) {
	t.Helper()
	inState := map[string]bool{}
	for _, webhook := range acctest.StateOf(t, workspace) {
		inState[webhook.ID] = true
	}
	urls := map[string]bool{}
	for _, webhook := range w.API.Active() {
		r.active++
		if !inState[webhook.ID] {
			r.orphans++
		}
		delete(inState, webhook.ID)
		if urls[webhook.URL] {
			r.doubles++
		}
		urls[webhook.URL] = true
	}
	r.missing = len(inState)
	r.inState = len(acctest.StateOf(t, workspace))
}

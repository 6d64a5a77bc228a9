package provider_test

import (
	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"

	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// query runs a query of testdata, after a step that brings the provider block.
func runQuery(t *testing.T, w *acctest.World, file string, step resource.TestStep) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	step.Query, step.Config = true, string(content)
	w.Run(t, resource.TestStep{ConfigFile: config.StaticFile("testdata/query.tf")}, step)
}

func identityOf(id string, account knownvalue.Check) map[string]knownvalue.Check {
	return map[string]knownvalue.Check{"id": knownvalue.StringExact(id), "account_id": account}
}

func TestQueryInTerraform1_14(t *testing.T) {
	t.Parallel()
	queries.orSkip(t)
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		w := acctest.NewWorld(t, cakemailtest.WithForm(form))
		addCrowd(w)
		addShop(w)
		null, inAccount := knownvalue.Null(), knownvalue.Int64Exact(42)
		shop := queryfilter.ByResourceIdentity(identityOf("shop-1", null))
		runQuery(t, w, "filtered.tfquery.hcl", resource.TestStep{QueryResultChecks: []querycheck.QueryResultCheck{
			querycheck.ExpectLength("cakemail_webhook.everything", 100),
			querycheck.ExpectLength("cakemail_webhook.with_archived", 119),
			querycheck.ExpectIdentity("cakemail_webhook.with_archived", identityOf("shop-archived", null)),
			querycheck.ExpectLength("cakemail_webhook.url", 2),
			querycheck.ExpectIdentity("cakemail_webhook.url", identityOf("shop-1", null)),
			querycheck.ExpectIdentity("cakemail_webhook.url", identityOf("shop-2", null)),
			querycheck.ExpectResourceDisplayName("cakemail_webhook.url", shop, knownvalue.StringExact("https://example.com/shop (Email.Bounced)")),
			querycheck.ExpectResourceKnownValues("cakemail_webhook.url", shop, []querycheck.KnownValueCheck{
				{Path: attribute("url"), KnownValue: knownvalue.StringExact("https://example.com/shop")},
				{Path: attribute("events"), KnownValue: knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Email.Bounced")})},
				{Path: attribute("archived"), KnownValue: knownvalue.Bool(false)},
				{Path: attribute("secret"), KnownValue: knownvalue.Null()},
			}),
			querycheck.ExpectLength("cakemail_webhook.event", 2),
			querycheck.ExpectLength("cakemail_webhook.account", 1),
			querycheck.ExpectIdentity("cakemail_webhook.account", identityOf("elsewhere", inAccount)),
			querycheck.ExpectLength("cakemail_webhook.none", 0),
		}})
		if reads := w.Api.Count(cakemailtest.Show); reads > 0 {
			t.Errorf("%d webhooks were read one by one, want none", reads)
		}
	})
}

func TestQueryStopsAtItsLimitInTerraform1_14(t *testing.T) {
	t.Parallel()
	queries.orSkip(t)
	w := acctest.NewWorld(t)
	addCrowd(w)
	runQuery(t, w, "limited.tfquery.hcl", resource.TestStep{QueryResultChecks: []querycheck.QueryResultCheck{
		querycheck.ExpectLength("cakemail_webhook.limited", 50),
	}})
	if pages := w.Api.Count(cakemailtest.List); pages != 1 {
		t.Errorf("%d pages were asked for, want 1", pages)
	}
}

func TestQueryIsNeverSilentlyShorterInTerraform1_14(t *testing.T) {
	t.Parallel()
	queries.orSkip(t)
	w := acctest.NewWorld(t)
	addCrowd(w)
	w.Api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.List, Every: 3, Status: 403})
	runQuery(t, w, "all.tfquery.hcl", resource.TestStep{ExpectError: regexp.MustCompile("The credentials do not permit this call|Cannot list the webhooks")})
}

// queryWorkspace is a workspace that queries, beside a configuration without resources.
func queryWorkspace(t *testing.T, w *acctest.World, file string) *terraformcli.Workspace {
	t.Helper()
	workspace := w.Workspace(t, "query.tf")
	content, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(workspace.Folder, file), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return workspace
}

func TestQueryGeneratesConfigurationInTerraform1_14(t *testing.T) {
	t.Parallel()
	queries.orSkip(t)
	for name, account := range map[string]string{"in the account of the credentials": "", "in the provider's account": "42"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				w := acctest.NewWorld(t, cakemailtest.WithForm(form))
				w.Environment["CAKEMAIL_ACCOUNT_ID"] = account
				existing := addVariety(w, form, account)
				workspace := queryWorkspace(t, w, "all.tfquery.hcl")

				acctest.Terraform(t, workspace, "query", "-generate-config-out=generated.tf")
				acctest.Terraform(t, workspace, "plan", "-out="+acctest.PlanFile)
				expectImportsAlone(t, acctest.Terraform(t, workspace, "show", "-json", acctest.PlanFile), existing)
				w.Api.ResetCalls()
				acctest.Terraform(t, workspace, "apply", acctest.PlanFile)
				acctest.Terraform(t, workspace, "plan", "-detailed-exitcode")

				if calls := w.Api.Counts(); len(calls) != 1 || calls[cakemailtest.Show] == 0 {
					t.Errorf("got the calls %v, want reads alone", calls)
				}
				if state := acctest.StateOf(t, workspace); len(state) != existing {
					t.Errorf("the state holds %d webhooks, want %d", len(state), existing)
				}
			})
		})
	}
}

// addVariety adds webhooks whose configuration is not easy to write, and returns
// how many there are.
func addVariety(w *acctest.World, form cakemailtest.Form, account string) int {
	webhooks := []cakemailtest.Webhook{
		{URL: "https://example.com/plain", Events: []string{"Contact.Added"}},
		{URL: "https://example.com/archived", Events: []string{"Contact.Added"}, Archived: true},
		{URL: "https://example.com/?quoted=%22&dollar=$%7Bx%7D&template=${path}&directive=%{if}", Events: []string{"Email.Bounced"}},
		{URL: "https://example.com", Events: []string{"Future.Event"}, RateLimit: 7, RateLimitPeriod: "minute"},
	}
	if form == cakemailtest.Guide {
		webhooks = append(webhooks, cakemailtest.Webhook{URL: "https://example.com/many", Events: []string{"Email.Opened", "Contact.Added"}, RateLimitPeriod: "day"})
	}
	for _, webhook := range webhooks {
		if account != "" {
			webhook.AccountID = 42
		}
		w.Api.Add(webhook)
	}
	return len(webhooks)
}

// expectImportsAlone fails where a plan does more than to import so many resources.
func expectImportsAlone(t *testing.T, plan string, number int) {
	t.Helper()
	var read struct {
		Changes []struct {
			Address string
			Change  struct {
				Actions   []string
				Importing *struct{}
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(plan), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Changes) != number {
		t.Errorf("the plan has %d resources, want %d", len(read.Changes), number)
	}
	for _, change := range read.Changes {
		if actions := strings.Join(change.Change.Actions, " "); actions != "no-op" || change.Change.Importing == nil {
			t.Errorf("the plan for %s is %s (imported: %t), want an import alone", change.Address, actions, change.Change.Importing != nil)
		}
	}
}

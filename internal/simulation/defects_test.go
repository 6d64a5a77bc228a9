package simulation_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var plant = flag.Bool("defects", false, "plant each defect, and fail where the histories do not find it")

// defect is a piece of the code, and the same piece with a mistake.
type defect struct {
	name string
	// histories, or a test of the client, have to find it.
	histories  string
	file       string
	right, bad string
}

const (
	clientHistories   = "TestClientHistories"
	protocolHistories = "TestProtocolHistories"
	// Histories have no HTTP/2 connections.
	endOfConnection = "TestCreate_AtTheEndOfAnHTTP2Connection"
)

var defects = []defect{
	{"a lost create is looked for during 2 s", clientHistories, "cakemail/patience.go",
		`DefaultLostCreate = 12 * time.Second`, `DefaultLostCreate = 2 * time.Second`},
	{"what was there before is not left out", clientHistories, "cakemail/account.go",
		`slices.Contains(known, webhook.ID), !seen.first.After(started):`, `slices.Contains(known, webhook.ID):`},
	{"a webhook of this process is nobody's", clientHistories, "cakemail/account.go",
		`	a.claims[id] = now
}`, `	_ = now
}`},
	{"equal creates do not wait for each other", clientHistories, "cakemail/account.go",
		`	case place.taken <- struct{}{}:`, `	case make(chan struct{}, 1) <- struct{}{}:
		alone := &slot{taken: make(chan struct{}, 1)}
		alone.taken <- struct{}{}
		return alone, nil`},
	{"a create that got a 503 is sent again", clientHistories, "cakemail/retry.go",
		`if !e.call.repeatable && (err == nil || e.sent) {`, `if !e.call.repeatable && (err == nil && response.StatusCode != 503 || err != nil && e.sent) {`},
	{"a create that was cut is sent again", clientHistories, "cakemail/retry.go",
		`if !e.call.repeatable && (err == nil || e.sent) {`, `if !e.call.repeatable && err == nil {`},
	{"a 5xx to a create means that it did not happen", clientHistories, "cakemail/errors.go",
		`return status < 400 || status >= 500`, `return status < 400`},
	{"an unreadable answer to a create means that it did not happen", clientHistories, "cakemail/webhook.go",
		`Host: c.host(), MayHaveHappened: true, Cause: cause}`, `Host: c.host(), Cause: cause}`},
	{"what earlier attempts made stays", clientHistories, "cakemail/create.go",
		`for _, webhook := range surplus {`, `for _, webhook := range surplus[:0] {`},
	{"the looks end when one webhook is there", clientHistories, "cakemail/create.go",
		`isExplained := len(m.found) == m.lost`, `isExplained := len(m.found) > 0`},
	{"what is ambiguous is taken", clientHistories, "cakemail/create.go",
		`		case len(m.found) > m.lost:
			return`, `		case false:
			return`},
	{"a create of unknown outcome knows nothing", clientHistories, "cakemail/create.go",
		`failure.Known = m.account.known(m.key, m.started)`, `failure.Known = []string{}`},
	{"a create of unknown outcome is not looked for while it is new", clientHistories, "cakemail/create.go",
		`return err != nil || len(found) > 0`, `return true`},
	{"a token is not renewed", clientHistories, "cakemail/auth.go",
		`func (g *passwordGrant) renewable() bool { return true }`, `func (g *passwordGrant) renewable() bool { return false }`},
	{"a list ends with a short page, although nothing counts", clientHistories, "cakemail/list.go",
		`return p.count != nil && len(p.webhooks) < cmp.Or(p.size, perPage) && int64(seen) >= *p.count`,
		`return len(p.webhooks) < cmp.Or(p.size, perPage) && (p.count == nil || int64(seen) >= *p.count)`},
	{"a list that shifts is not read again", clientHistories, "cakemail/list.go",
		`for number := range maxReadings {`, `for number := range 1 {`},
	{"an interrupt ends a create in flight", protocolHistories, "cakemail/transport.go",
		`if e.call.finishes || e.call.method != http.MethodGet && !e.call.isLogin {`, `if false {`},
	{"a 404 is believed at once", protocolHistories, "cakemail/webhook.go",
		`interrupted := c.whileNew(ctx, ref.Created, call.action, func() bool {`, `interrupted := c.whileNew(ctx, time.Time{}, call.action, func() bool {`},
	{"a 404 is believed whatever the list says", protocolHistories, "cakemail/active.go",
		`	case listed.ids[ref.ID]:`, `	case false:`},
	{"a webhook whose secret cannot be read is not in the state", protocolHistories, "provider/webhook_resource.go",
		`		setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
		resp.Diagnostics.Append(rememberForm`, `		if !resp.Diagnostics.HasError() {
			setState(ctx, &resp.State, resp.Identity, state, &resp.Diagnostics)
		}
		resp.Diagnostics.Append(rememberForm`},
	{"a create of unknown outcome is not in the state", protocolHistories, "provider/webhook_resource.go",
		`failure.Outcome == cakemail.OutcomeUnknown {`, `false && failure.Outcome == cakemail.OutcomeUnknown {`},
	{"a destroy of such a create finds nothing, on Terraform 1.11", protocolHistories, "provider/webhook_plan.go",
		`|| !state.ID.IsNull() {`, `|| true {`},
	{"a change sends everything", protocolHistories, "provider/webhook_settings.go",
		`if setting.change == inPlace && setting.differs(m, state) {`, `if setting.change == inPlace {`},
	{"a change of the events is made in place", protocolHistories, "provider/webhook_settings.go",
		`(setting.change == byReplacement || form`, `(form`},
	{"a webhook that was archived elsewhere stays archived", protocolHistories, "provider/webhook_model.go",
		`state.Archived = types.BoolValue(*answer.Archived)`, `_ = state.Archived`},
	{"a webhook that is to be archived is not", protocolHistories, "provider/webhook_update.go",
		`if u.plan.Archived.Equal(`, `if u.plan.Archived.ValueBool() || u.plan.Archived.Equal(`},
	{"a destroy that fails is done", protocolHistories, "provider/webhook_resource.go",
		`	case err != nil:
		r.connection.report`, `	case false:
		r.connection.report`},
	{"a refresh that fails drops the webhook", protocolHistories, "provider/webhook_resource.go",
		`	if cakemail.IsKind(err, cakemail.Gone) {
		add(`, `	if err != nil {
		add(`},
	{"a plan does not name what a killed create left active", protocolHistories, "provider/existing_webhooks.go",
		`return !doubles(plan, webhook) || r.connection.api.IsClaimed(webhook.ID)`, `return true`},
	{"nor what it was to archive", protocolHistories, "provider/existing_webhooks.go",
		`		return cakemail.SameEvents(events, webhook.Events)`, `		return false`},
	{"nor what the API writes otherwise", protocolHistories, "cakemail/url.go",
		`strings.TrimRight(parsed.Pathname(), "/")`, `parsed.Pathname()`},
	{"a plan takes no note of what the state has", protocolHistories, "provider/existing_webhooks.go",
		`|| r.connection.api.IsClaimed(webhook.ID)`, `|| false`},
	{"a plan does not say that the state has an equal webhook", protocolHistories, "provider/existing_webhooks.go",
		`if !isReplacement {`, `if false {`},
	{"a plan does not say that a webhook is at two addresses", protocolHistories, "provider/webhook_resource.go",
		`isTwice {`, `isTwice && false {`},
	{"a refresh drops a webhook without a word", protocolHistories, "provider/webhook_resource.go",
		`add(&resp.Diagnostics, message.Dropped(state.savedSubject()))`, ``},
	{"a destroy that finds nothing says nothing", protocolHistories, "provider/webhook_resource.go",
		`add(&resp.Diagnostics, message.NotArchived(state.savedSubject()))`, ``},
	{"a pending create of other credentials is looked for as ever", protocolHistories, "provider/webhook_pending.go",
		`		known = nil`, `		_ = known`},
	{"a value that the API makes otherwise is an error", protocolHistories, "provider/messages.go",
		`add(diags, message.SavedOtherwise(`, `add(diags, message.NotSaved(`},
	{"an old value in the answer to a change is believed", protocolHistories, "cakemail/webhook.go",
		`if err != nil || changes.AreIn(webhook.Settings) {`, `if true {`},
	{"a number as text cannot be read", protocolHistories, "cakemail/json.go",
		`if n.err != nil && err == nil && number`, `if n.err != nil && err == nil && false && number`},
	{"stars are a secret", protocolHistories, "cakemail/wire.go",
		`if isMasked.MatchString(webhook.Secret) {`, `if false {`},
	{"an archived webhook is not unarchived to be changed", protocolHistories, "provider/webhook_update.go",
		`if isRefused(err) && `, `if false && isRefused(err) && `},
	{"the number of a task is a webhook's id", protocolHistories, "cakemail/create.go",
		`if webhook.ID != "" && !webhook.IsWhole() && webhook.Secret == "" {`, `if false {`},
	{"no webhooks are no list", protocolHistories, "cakemail/wire.go",
		`	*l = wireList{}
`, `	*l = nil
`},
	{"events in small letters are others", protocolHistories, "cakemail/webhook.go",
		`strings.ToLower(strings.Join(events, "\n"))`, `strings.Join(events, "\n")`},
	{"no answer shows how the API writes a URL", clientHistories, "cakemail/create.go",
		`m.account.keyOf(m.id, m.key)`, `m.key`},
	{"net/http sends a create again by itself", endOfConnection, "cakemail/transport.go",
		`		sent.GetBody = nil
`, ``},
	{"secrets are not masked", protocolHistories, "cakemail/errors.go",
		`Message: c.secrets.Clean(refusal.Message)})`, `Message: refusal.Message})`},
	{"the API is quoted about a webhook whose secret is hidden", protocolHistories, "cakemail/client.go",
		`return c.accounts.isConcealed(call.id)`, `return true`},
	{"a secret that is stored no more stays", protocolHistories, "provider/webhook_update.go",
		`state.StoreSecret, state.Secret = u.plan.StoreSecret, types.StringNull()`,
		`state.StoreSecret, state.Secret = u.plan.StoreSecret, types.StringValue(state.Secret.ValueString())`},
}

// planted returns the file with the defect in it.
func (d defect) planted(t *testing.T) (path, content string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", d.file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if count := strings.Count(string(source), d.right); count != 1 {
		t.Fatalf("%s has the place of the defect %d times, want once:\n%s", d.file, count, d.right)
	}
	return path, strings.Replace(string(source), d.right, d.bad, 1)
}

var firstFailure = regexp.MustCompile(`history (\d+) is the first that fails`)

// It proves that the histories can fail: they do with each defect planted. That takes minutes, so without -defects it
// only checks that each defect can be planted.
func TestDefects(t *testing.T) {
	t.Parallel()
	limit := make(chan struct{}, max(1, runtime.NumCPU()))
	for _, defect := range defects {
		t.Run(defect.name, func(t *testing.T) {
			t.Parallel()
			path, content := defect.planted(t)
			if !*plant {
				return
			}
			limit <- struct{}{}
			defer func() { <-limit }()
			folder := t.TempDir()
			replaced, overlay, program := filepath.Join(folder, "planted.go"), filepath.Join(folder, "overlay.json"), filepath.Join(folder, "histories")
			encoded, _ := json.Marshal(map[string]any{"Replace": map[string]string{path: replaced}})
			for name, written := range map[string]string{replaced: content, overlay: string(encoded)} {
				if err := os.WriteFile(name, []byte(written), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			number, tested := map[string]int{clientHistories: 100_000, protocolHistories: 10_000}[defect.histories], "."
			if number == 0 {
				tested = "../cakemail"
			}
			if output, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", overlay, "-o", program, tested).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			if number == 0 {
				if output, err := exec.CommandContext(t.Context(), program, "-test.run", "^"+defect.histories+"$").CombinedOutput(); err == nil {
					t.Fatalf("the test does not find it\n%s", output)
				}
				fmt.Printf("| %s | %s | |\n", defect.name, defect.histories)
				return
			}
			output, err := exec.CommandContext(
				t.Context(),
				program,
				"-test.run",
				"^"+defect.histories+"$",
				"-rapid.seed",
				fmt.Sprint(fixedSeed),
				"-rapid.checks",
				fmt.Sprint(number),
				"-rapid.shrinktime",
				"0s",
			).CombinedOutput()
			found := firstFailure.FindSubmatch(output)
			if err == nil || found == nil {
				t.Fatalf("%d histories do not find it (%v)\n%.2000s", number, err, output)
			}
			fmt.Printf("| %s | %s | %s |\n", defect.name, strings.TrimPrefix(defect.histories, "Test"), found[1])
		})
	}
}

package message_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

// facts are the facts in a test's messages.
type facts struct {
	id, url, host, said, event string
	events                     []string
	account                    int64
	isWithoutSecret            bool
}

const secret = "s3cret"

var (
	usual = facts{
		id: "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9", account: 42,
		url:  "https://jane:" + secret + "@example.com/" + secret + "?key=" + secret + "#" + secret,
		host: "api.cakemail.dev", said: "Not offered to this account.", event: "Contact.Aded", events: []string{"Contact.Added"},
	}
	long = facts{
		id: strings.Repeat("9", 45), url: "https://" + strings.Repeat("a", 50) + ".example.com:8443/" + secret,
		host: strings.Repeat("b", 40) + ".example.com",
		said: strings.Repeat("Not offered to this account, ", 20), event: strings.Repeat("Contact", 40),
		events: []string{"Campaign.Unscheduled", "Email.GlobalUnsubscribed", "SuppressedEmailsExport.Created"}, account: 12345,
	}
)

func (f facts) subject() message.Subject {
	return message.Subject{ID: f.id, URL: f.url, Events: f.events, Account: f.account, WithoutSecret: f.isWithoutSecret}
}

func (f facts) webhook() cakemail.Webhook {
	webhook := cakemail.Webhook{ID: f.id, Secret: secret}
	webhook.URL, webhook.Events = &f.url, f.events
	return webhook
}

func (f facts) provider() message.Provider {
	return message.Provider{
		Address: "https://" + f.host + "/v1", AddressFrom: message.InEnvironment("CAKEMAIL_API_BASE"),
		Credentials: message.Login(message.InEnvironment("CAKEMAIL_EMAIL"), message.InEnvironment("CAKEMAIL_PASSWORD")),
	}
}

func (f facts) delivery() cakemail.Delivery {
	return cakemail.Delivery{Webhook: f.webhook(), Event: f.event, Timeout: 10 * time.Second}
}

// failures are errors of each kind, with and without an answer.
func (f facts) failures() []error {
	cause := errors.New("dial tcp 127.0.0.1:1: " + f.said)
	refusals := []cakemail.FieldError{{Message: f.said}, {Field: "url", Message: f.said}, {Field: "events", Message: f.said}}
	failures := []error{errors.New(f.said)}
	for kind := cakemail.Unexpected; kind <= cakemail.Stopped; kind++ {
		for _, failure := range []cakemail.Error{
			{Status: "503 Service Unavailable", Message: f.said, RequestID: f.id, Location: "https://" + f.host, Fields: refusals},
			{Cause: cause}, {Cause: io.EOF, LoginFailed: true}, {Cause: cakemail.ErrStillListed, Status: "404 Not Found"},
		} {
			if kind == cakemail.RateLimited || kind == cakemail.Unavailable {
				failure.Status = "503 Service Unavailable"
			}
			failure.Kind, failure.Action, failure.Host = kind, "read the webhook", f.host
			failure.Attempts, failure.Elapsed = 5, time.Minute
			failures = append(failures, &failure)
		}
	}
	return failures
}

// samples calls every constructor, by name.
func (f facts) samples() map[string][]message.Message {
	about, webhook, provider := f.subject(), f.webhook(), f.provider()
	three := []cakemail.Webhook{webhook, webhook, webhook}
	moved := message.Moved{Type: "restapi_object", Path: "/lists?key=" + secret}
	pending, several := about, about
	pending.IsPending, several.Events = true, []string{"Contact.Added", "Contact.Removed"}
	lost := pending
	lost.ID = ""
	cause := errors.New(f.said)
	one := func(messages ...message.Message) []message.Message { return messages }
	samples := map[string][]message.Message{
		"Call": nil, "NotListed": nil, "Delivery": nil,
		"Archived":     one(message.Archived(f.id)),
		"ChangedSince": one(message.ChangedSince(about, "url", f.url, f.url+"x"), message.ChangedSince(about, "rate_limit", "7", "5")),
		"Empty":        one(message.Empty("password", "CAKEMAIL_PASSWORD")),
		"Event":        one(message.Event(f.event, "Contact.Added", false), message.Event(f.event, "", true)),
		"Exists": one(
			message.Exists(message.Existing{Webhook: webhook, HasOtherEvents: true, HasOtherURL: true, About: message.Subject{WithoutSecret: true}}),
			message.Exists(message.Existing{Webhook: webhook, About: about}),
			message.Exists(message.Existing{Webhook: webhook, About: about, IsReplacement: true}),
			message.Exists(message.Existing{Webhook: webhook, About: about, IsPaused: true}),
		),
		"HalfALogin": one(
			message.HalfALogin("email", "CAKEMAIL_EMAIL", message.InEnvironment("CAKEMAIL_PASSWORD")),
			message.HalfALogin("password", "CAKEMAIL_PASSWORD", message.InBlock("email")),
		),
		"Invalid": one(
			message.Invalid("access_token", message.TokenHasSpace("access_token")), message.Invalid("access_token", message.TokenHasBearer),
			message.Invalid(message.InEnvironment("CAKEMAIL_ACCESS_TOKEN"), message.TokenHasBracket),
			message.Invalid(message.InEnvironment("CAKEMAIL_ACCOUNT_ID"), message.IsNoAccount),
			message.Invalid("account_id", message.IsNoAccount), message.Invalid("access_token", message.TokenIsEmpty),
			message.Invalid("email", message.IsNoEmailAddress+message.OrFrom("CAKEMAIL_EMAIL")),
			message.Invalid(message.InEnvironment("CAKEMAIL_ACCESS_TOKEN"), message.TokenHasSpace(message.InEnvironment("CAKEMAIL_ACCESS_TOKEN"))),
			message.Invalid("password", message.HasLineBreak("password")),
		),
		"InvalidImport": one(
			message.InvalidImport(message.IsAURL, ""), message.InvalidImport(message.HasWrongEnd, f.id),
			message.InvalidImport(message.HasWrongNumber, f.id), message.InvalidImport(message.NamesNothing(errors.New("the id is empty")), ""),
		),
		"LeavesAccount": one(message.LeavesAccount(f.account)),
		"MovedGone":     one(message.MovedGone(about)),
		"NoCredentials": one(message.NoCredentials()),
		"NoEvents":      one(message.NoEvents()),
		"NoSecret":      one(message.NoSecret(f.id)),
		"NotAPeriod": one(
			message.NotAPeriod("rate_limit_period", "minutes", "minute", nil),
			message.NotAPeriod("rate_limit_period", f.said, "", []string{"second", "minute"}),
		),
		"NotInAccount": one(message.NotInAccount(about)),
		"NotKnownYet":  one(message.NotKnownYet([]string{"access_token", "account_id"})),
		"NotRefreshed": one(message.NotRefreshed(about, []string{"access_token"})),
		"NotSaved": one(
			message.NotSaved(about, "url", f.url, f.url+"x"),
			message.NotSaved(about, "events", strings.Join(f.events, ", "), "Email.Bounced"),
		),
		"SavedOtherwise": one(message.SavedOtherwise(about, "url", f.url, f.url+"x"), message.SavedOtherwise(about, "rate_limit", "7", "5")),
		"NotYet":         nil,
		"NotImported":    one(message.NotImported(about)),
		"NotArchived":    one(message.NotArchived(about), message.NotArchived(lost)),
		"Dropped":        one(message.Dropped(about), message.Dropped(lost)),
		"Renamed":        one(message.Renamed(f.id)),
		"OtherHost":      one(message.OtherHost(about, f.url)),
		"Unreplaced": one(
			message.Unreplaced(about, []cakemail.Ref{{ID: f.id}}),
			message.Unreplaced(about, []cakemail.Ref{{Account: f.account, ID: f.id}, {ID: f.id}}),
		),
		"AccountNotNamed":   one(message.AccountNotNamed(f.id, f.account)),
		"AtTwoAddresses":    one(message.AtTwoAddresses(f.id)),
		"SecretNotShown":    one(message.SecretNotShown(about, true), message.SecretNotShown(about, false)),
		"Unread":            one(message.Unread(about, cause)),
		"UnknownStatus":     one(message.UnknownStatus(about, f.said)),
		"OtherHashFunction": one(message.OtherHashFunction(cakemail.Webhook{ID: f.id, HashFunction: f.said}, true)),
		"NotWhole":          one(message.NotWhole("rate_limit", "1.5")),
		"OldEvents":         one(message.OldEvents([]string{"Email.Opened"}), message.OldEvents(f.events)),
		"OneEvent":          one(message.OneEvent(several)),
		"OtherDefault":      one(message.OtherDefault(about, f.account, 0)),
		"OtherEvent":        one(message.OtherEvent(f.delivery())),
		"OtherObject":       one(message.OtherObject(moved)),
		"OutOfRange": one(
			message.OutOfRange("max_retries", 0, 20), message.OutOfRange("request_timeout", 1, 3600), message.OutOfRange("rate_limit", 1, 0),
		),
		"Period": one(message.Period("hour")),
		"Replaced": one(
			message.Replaced(about, []string{"events"}, 0),
			message.Replaced(about, []string{"events", "url", "rate_limit", "rate_limit_period"}, f.account),
		),
		"Proxy":          one(message.Proxy("HTTPS_PROXY"), message.Proxy("HTTP_PROXY")),
		"Retried":        message.Retried(about, cakemail.Created{Surplus: three[:1], Duplicates: three[:1], Unchecked: cause}),
		"Tainted":        one(message.Tainted(about)),
		"TwoCredentials": one(message.TwoCredentials()),
		"URL": one(
			message.URL("base_url", message.HasMoreThanPath, cakemail.DefaultBaseURL),
			message.URL("url", message.HasMoreThanPath, "https://example.com/cakemail"),
		),
		"Unencrypted":   one(message.Unencrypted("base_url", f.host)),
		"UnknownSource": one(message.UnknownSource("null_resource")),
		"Untold":        one(message.Untold(moved), message.Untold(message.Moved{Type: "restapi_object"})),
		"WebhookID":     one(message.WebhookID("webhook_id", errors.New("the id is empty"))),
	}
	samples["Call"] = message.Call(&cakemail.Error{Kind: cakemail.Gone, Action: "read the webhook"}, lost, provider)
	for _, failure := range f.failures() {
		samples["Call"] = append(samples["Call"], message.Call(failure, about, provider)...)
		samples["NotYet"] = append(samples["NotYet"], message.NotYet(failure, about, provider, true)...)
		samples["NotListed"] = append(samples["NotListed"], message.NotListed(failure, about, provider)...)
		samples["Delivery"] = append(samples["Delivery"], message.Delivery(failure, f.delivery()))
	}
	for outcome := cakemail.NotNew; outcome <= cakemail.OutcomeUnknown; outcome++ {
		for count := 1; count <= 3; count += 2 {
			failure := &cakemail.CreateError{Outcome: outcome, Candidates: three[:count], Attempts: 5, Elapsed: time.Minute, Cause: cause}
			if outcome == cakemail.Ambiguous || count == 1 {
				samples["Call"] = append(samples["Call"], slices.Concat(message.Call(failure, about, provider), message.Call(failure, pending, provider))...)
			}
		}
	}
	return samples
}

// It checks each message with usual and with long facts. The log has the title and line count of each usual message.
func TestEveryMessage(t *testing.T) {
	t.Parallel()
	rows := guideRows(t)
	var titles []string
	for name, f := range map[string]facts{"usual": usual, "long": long} {
		samples, lengths := f.samples(), map[string]bool{}
		for _, constructor := range constructors(t) {
			if len(samples[constructor]) == 0 {
				t.Errorf("%s has no sample", constructor)
			}
			for _, told := range samples[constructor] {
				lengths[fmt.Sprintf("%2d  %s", len(printed(told)), told.Title)] = true
				titles = append(titles, told.Title)
				if problems := problemsOf(told, rows); len(problems) > 0 {
					t.Errorf("%s, with %s facts: %s\n%s\n%s\n", constructor, name, strings.Join(problems, ", "), told.Title, told.Text)
				}
			}
		}
		if name == "usual" {
			t.Logf("lines on a screen of 80 columns, and title:\n%s", strings.Join(slices.Sorted(maps.Keys(lengths)), "\n"))
		}
	}
	for _, row := range rows {
		if !slices.ContainsFunc(titles, row.MatchString) && !notOurs.MatchString(row.String()) {
			t.Errorf("the guide has %s, which is not a title", row)
		}
	}
}

// notOurs are the titles in the guide that Terraform gives, or that are named after a call.
var notOurs = regexp.MustCompile(`Provider produced inconsistent|Invalid provider configuration|when invoking action|Required plugins|` +
	`Failed to (install|query)|Partially applied|Cannot (list|create|change|archive|unarchive|find)`)

// What is imported as a message says must not put a secret into the state.
func TestImportsKeepTheSecretOut(t *testing.T) {
	t.Parallel()
	hidden := usual
	hidden.isWithoutSecret = true
	imports := 0
	for name, messages := range hidden.samples() {
		for _, said := range messages {
			for line := range strings.Lines(said.Text) {
				isImport := strings.Contains(line, "terraform import ") || strings.Contains(line, "  id = ")
				if isImport && !strings.Contains(line, message.WithoutSecret) {
					t.Errorf("%s: %s", name, line)
				}
				if isImport {
					imports++
				}
			}
		}
	}
	if imports < 10 {
		t.Errorf("only %d imports were found", imports)
	}
}

// The reader must be able to follow the advice.
func TestAdviceFits(t *testing.T) {
	t.Parallel()
	saved, typed := usual.subject(), usual.subject()
	typed.IDArgument = "id"
	for name, test := range map[string]struct {
		kind        cakemail.Kind
		about       message.Subject
		title       string
		says, never string
	}{
		"a webhook that vanished": {cakemail.Gone, saved, "There is no webhook " + usual.id, "Plan again", "Check its id"},
		"an id that was typed":    {cakemail.Gone, typed, "There is no webhook " + usual.id, "account_id = ", "Plan again"},
		"a create that made none": {
			cakemail.Gone, message.Subject{URL: usual.url, IsPending: true}, "The unanswered create made no webhook", "Plan again", "id and",
		},
		"a certificate": {cakemail.Untrusted, saved, "The certificate of " + usual.host + " is not trusted", "SSL_CERT_FILE", "Try again"},
		"the network":   {cakemail.Network, saved, "No answer from " + usual.host, "HTTPS_PROXY", "SSL_CERT_FILE"},
	} {
		told := message.Call(&cakemail.Error{Kind: test.kind, Action: "read the webhook", Host: usual.host}, test.about, usual.provider())[0]
		if told.Title != test.title || !strings.Contains(told.Text, test.says) || strings.Contains(told.Text, test.never) ||
			told.Attribute != test.about.IDArgument {
			t.Errorf("%s: got %s\n%s", name, told.Title, told.Text)
		}
	}
}

// columns are what Terraform leaves of 80 for the text. mostLines are the lines that a message may have in all.
const columns, mostLines = 77, 12

// printed is the message as Terraform prints it for a block.
func printed(told message.Message) []string {
	severity := "Error: "
	if told.IsWarning {
		severity = "Warning: "
	}
	lines := append(wrapped(severity+told.Title), "", "  with cakemail_webhook.contacts,",
		`  on main.tf line 12, in resource "cakemail_webhook" "contacts":`, `  12: resource "cakemail_webhook" "contacts" {`, "")
	for line := range strings.SplitSeq(told.Text, "\n") {
		if strings.HasPrefix(line, "  ") {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, wrapped(line)...)
	}
	var shown []string
	for _, line := range lines {
		// The terminal breaks what Terraform does not.
		for ; len([]rune(line)) > columns+1; line = string([]rune(line)[columns+1:]) {
			shown = append(shown, string([]rune(line)[:columns+1]))
		}
		shown = append(shown, line)
	}
	return shown
}

func problemsOf(told message.Message, rows []*regexp.Regexp) []string {
	var problems []string
	add := func(isProblem bool, problem string) {
		if isProblem {
			problems = append(problems, problem)
		}
	}
	blocks := 0
	isCode := false
	for line := range strings.SplitSeq(told.Text, "\n") {
		code := strings.HasPrefix(line, "  ")
		add(line == "" && told.Text != "", "an empty line")
		if code && !isCode {
			blocks++
		}
		isCode = code
		add(strings.Contains(line, "https://github.com/") && !isLink.MatchString(line), "a link within a sentence")
		if _, page, isPage := strings.Cut(line, "/blob/main/"); isPage {
			_, err := os.Stat("../../../" + page)
			add(err != nil, "a link to a page that is not there")
		}
	}
	lines := len(printed(told))
	add(blocks > 1, "more than one block")
	add(lines > mostLines, fmt.Sprintf("%d lines", lines))
	add(strings.Contains(told.Title+told.Text, secret), "a secret")
	add(strings.HasSuffix(told.Title, ".") || told.Title == "" || strings.Contains(told.Title, "\n"), "no title")
	add(!slices.ContainsFunc(rows, func(row *regexp.Regexp) bool { return row.MatchString(told.Title) }), "not in the guide")
	add(strings.Contains(told.Text, "..") || strings.Contains(told.Text, "%!"), "a sentence that ends twice")
	return problems
}

var isLink = regexp.MustCompile(`^https://github\.com/[^ ]+[^ .]$`)

// wrapped breaks a paragraph as Terraform does.
func wrapped(paragraph string) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(paragraph) {
		last := len(lines) - 1
		if lines[last] != "" && len([]rune(lines[last]+" "+word)) > columns {
			lines = append(lines, word)
			continue
		}
		lines[last] = strings.TrimPrefix(lines[last]+" "+word, " ")
	}
	return lines
}

// constructors returns the exported functions that make messages.
func constructors(t *testing.T) []string {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Recv != nil || !function.Name.IsExported() || function.Type.Results == nil {
				continue
			}
			result := function.Type.Results.List[0].Type
			if list, isList := result.(*ast.ArrayType); isList {
				result = list.Elt
			}
			if name, ok := result.(*ast.Ident); ok && name.Name == "Message" {
				names = append(names, function.Name.Name)
			}
		}
	}
	return names
}

var firstCell = regexp.MustCompile(`(?m)^\| ([^|-][^|]*) \|`)

// guideRows are the titles that the guide explains; dots stand for parts that vary.
func guideRows(t *testing.T) []*regexp.Regexp {
	t.Helper()
	guide, err := os.ReadFile("../../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var rows []*regexp.Regexp
	for _, cell := range firstCell.FindAllStringSubmatch(string(guide), -1) {
		for title := range strings.SplitSeq(cell[1], "<br>") {
			if title == "Message" {
				continue
			}
			rows = append(rows, regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(title), `\.\.\.`, ".+")+"$"))
		}
	}
	return rows
}

// What is pasted stays one argument, whatever ids the API uses.
func TestImportsCanBePasted(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		usual.id:               "  terraform import ADDRESS 42/" + usual.id,
		"a/../b":               "  terraform import ADDRESS 42/a/../b",
		"in nocent&del *":      `  terraform import ADDRESS "42/in nocent&del *"`,
		"вебхук":               `  terraform import ADDRESS "42/вебхук"`,
		"a'; touch b ${c}%{d}": "  import {\n    to = ADDRESS\n    id = \"42/a'; touch b $${c}%%{d}\"\n  }",
		"`id`":                 "  import {\n    to = ADDRESS\n    id = \"42/`id`\"\n  }",
		`"\`:                   "  import {\n    to = ADDRESS\n    id = \"42/\\\"\\\\\"\n  }",
		"%PATH%":               "  import {\n    to = ADDRESS\n    id = \"42/%PATH%\"\n  }",
	} {
		failure := &cakemail.CreateError{Outcome: cakemail.NotNew, Candidates: []cakemail.Webhook{{ID: id}}}
		told := message.Call(failure, message.Subject{Account: 42}, message.Provider{})
		if !strings.HasSuffix(told[0].Text, "\n"+want) {
			t.Errorf("got %s\nwant %s", told[0].Text, want)
		}
	}
}

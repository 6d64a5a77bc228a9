package provider_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// message is a diagnostic as a person reads it.
type message struct {
	severity string
	// attribute is where it points to; "" is the whole block.
	attribute string
	summary   string
	// detail is the text, or what is wanted in it.
	detail string
}

func (m message) String() string {
	return m.severity + " " + m.attribute + ": " + m.summary + "\n" + m.detail
}

func errorsIn(messages []message) []message {
	return slices.DeleteFunc(slices.Clone(messages), func(m message) bool { return m.severity != "error" })
}

// messagesOf reads the diagnostics of the plugin protocol.
func messagesOf(diagnostics []*tfprotov6.Diagnostic) []message {
	var messages []message
	for _, diagnostic := range diagnostics {
		read := message{severity: strings.ToLower(diagnostic.Severity.String()), summary: diagnostic.Summary, detail: diagnostic.Detail}
		if diagnostic.Attribute != nil && len(diagnostic.Attribute.Steps()) > 0 {
			name, _ := diagnostic.Attribute.Steps()[0].(tftypes.AttributeName)
			read.attribute = string(name)
		}
		messages = append(messages, read)
	}
	return messages
}

var firstWord = regexp.MustCompile(`^\s*(\w+)\s*=`)

// tell runs Terraform and returns what it tells, in full: its machine-readable
// output is neither wrapped nor framed.
func tell(t *testing.T, workspace *terraformcli.Workspace, arguments ...string) []message {
	t.Helper()
	// What it ends with is for the caller to see in the messages.
	output, _ := workspace.Run(t.Context(), slices.Insert(slices.Clone(arguments), 1, "-json")...)
	var messages []message
	for line := range strings.Lines(output) {
		var event struct {
			Diagnostic *struct {
				Severity, Summary, Detail string
				Snippet                   struct{ Code string }
			}
		}
		if json.Unmarshal([]byte(line), &event) != nil {
			t.Fatalf("Terraform printed more than JSON:\n%s", output)
		}
		if told := event.Diagnostic; told != nil && told.Summary != "Provider development overrides are in effect" {
			read := message{severity: told.Severity, summary: told.Summary, detail: told.Detail}
			if match := firstWord.FindStringSubmatch(told.Snippet.Code); match != nil {
				read.attribute = match[1]
			}
			messages = append(messages, read)
		}
	}
	return messages
}

var (
	anyRequest  = regexp.MustCompile(`request-\d{6}`)
	anyDuration = regexp.MustCompile(`in \d+(\.\d+)?m?s\b`)
	anyNumber   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b10\d\d\b`)
)

// plain replaces what differs from run to run.
func (w *world) plain(text string) string {
	if address, err := url.Parse(w.api.URL()); err == nil {
		text = strings.ReplaceAll(text, address.Host, "HOST")
	}
	text = anyNumber.ReplaceAllString(text, "ID")
	text = anyRequest.ReplaceAllString(text, "REQUEST")
	return anyDuration.ReplaceAllString(text, "in TIME")
}

// expectMessages wants these messages and no others, each with this title, and with this fact
// in its text. None may hold a secret.
func (w *world) expectMessages(t *testing.T, got []message, want ...message) {
	t.Helper()
	for index := range got {
		w.expectNoSecret(t, "a message", got[index].String())
		got[index].summary, got[index].detail = w.plain(got[index].summary), w.plain(got[index].detail)
	}
	if !slices.EqualFunc(got, want, message.has) {
		t.Errorf("got:\n%s\nwant:\n%s", indented(got), indented(want))
	}
}

func (m message) has(want message) bool {
	return m.severity == want.severity && m.attribute == want.attribute && m.summary == want.summary && strings.Contains(m.detail, want.detail)
}

func indented(messages []message) string {
	var lines strings.Builder
	for _, message := range messages {
		lines.WriteString("  " + strings.ReplaceAll(message.String(), "\n", "\n    ") + "\n\n")
	}
	return lines.String()
}

// replacing returns a change of a body: old and new texts in turn.
func replacing(pairs ...string) func([]byte) []byte {
	replacer := strings.NewReplacer(pairs...)
	return func(body []byte) []byte { return []byte(replacer.Replace(string(body))) }
}

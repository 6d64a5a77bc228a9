package acctest

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

// Message is a diagnostic as users read it.
type Message struct {
	Severity string
	// Attribute is the argument that it is on; "" means the whole block.
	Attribute string
	Summary   string
	// Detail is the text, or a part that is wanted in it.
	Detail string
}

// Error is an error on an attribute; "" means none.
func Error(attribute, summary, detail string) Message {
	return Message{"error", attribute, summary, detail}
}

// Warning is a warning on an attribute; "" means none.
func Warning(attribute, summary, detail string) Message {
	return Message{"warning", attribute, summary, detail}
}

func (m Message) String() string {
	return m.Severity + " " + m.Attribute + ": " + m.Summary + "\n" + m.Detail
}

// ErrorsIn returns the errors among the messages.
func ErrorsIn(messages []Message) []Message {
	return slices.DeleteFunc(slices.Clone(messages), func(m Message) bool { return m.Severity != "error" })
}

// MessagesOf converts the diagnostics of the plugin protocol.
func MessagesOf(diagnostics []*tfprotov6.Diagnostic) []Message {
	var messages []Message
	for _, diagnostic := range diagnostics {
		read := Message{Severity: strings.ToLower(diagnostic.Severity.String()), Summary: diagnostic.Summary, Detail: diagnostic.Detail}
		if diagnostic.Attribute != nil && len(diagnostic.Attribute.Steps()) > 0 {
			name, _ := diagnostic.Attribute.Steps()[0].(tftypes.AttributeName)
			read.Attribute = string(name)
		}
		messages = append(messages, read)
	}
	return messages
}

var firstWord = regexp.MustCompile(`^\s*(\w+)\s*=`)

// Tell runs Terraform and returns its messages in full: machine-readable output is neither wrapped nor framed.
func Tell(t *testing.T, workspace *terraformcli.Workspace, arguments ...string) []Message {
	t.Helper()
	// The caller sees in the messages whether it failed.
	output, _ := workspace.Run(t.Context(), slices.Insert(slices.Clone(arguments), 1, "-json")...)
	var messages []Message
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
			read := Message{Severity: told.Severity, Summary: told.Summary, Detail: told.Detail}
			if match := firstWord.FindStringSubmatch(told.Snippet.Code); match != nil {
				read.Attribute = match[1]
			}
			messages = append(messages, read)
		}
	}
	return messages
}

var (
	anyRequest  = regexp.MustCompile(`request-\d{6}`)
	anyDuration = regexp.MustCompile(`in \d+(\.\d+)?m?s\b`)
	// AnyNumber matches an id of the in-memory API.
	AnyNumber = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b10\d\d\b`)
)

// Plain replaces what differs between runs.
func (w *World) Plain(text string) string {
	if address, err := url.Parse(w.API.URL()); err == nil {
		text = strings.ReplaceAll(text, address.Host, "HOST")
	}
	text = AnyNumber.ReplaceAllString(text, "ID")
	text = anyRequest.ReplaceAllString(text, "REQUEST")
	return anyDuration.ReplaceAllString(text, "in TIME")
}

// ExpectMessages wants exactly these messages, each with this title and with this fact in its text. None may contain a
// secret.
func (w *World) ExpectMessages(t *testing.T, got []Message, want ...Message) {
	t.Helper()
	for index := range got {
		w.ExpectNoSecret(t, "a message", got[index].String())
		got[index].Summary, got[index].Detail = w.Plain(got[index].Summary), w.Plain(got[index].Detail)
	}
	if !slices.EqualFunc(got, want, Message.Has) {
		t.Errorf("got:\n%s\nwant:\n%s", Indented(got), Indented(want))
	}
}

// Has reports whether the message is the wanted one, with the fact in its text.
func (m Message) Has(want Message) bool {
	return m.Severity == want.Severity && m.Attribute == want.Attribute && m.Summary == want.Summary && strings.Contains(m.Detail, want.Detail)
}

// Indented formats the messages for a failing test.
func Indented(messages []Message) string {
	var lines strings.Builder
	for _, message := range messages {
		lines.WriteString("  " + strings.ReplaceAll(message.String(), "\n", "\n    ") + "\n\n")
	}
	return lines.String()
}

// Replacing returns a function that replaces texts in a body. The pairs are old, new.
func Replacing(pairs ...string) func([]byte) []byte {
	replacer := strings.NewReplacer(pairs...)
	return func(body []byte) []byte { return []byte(replacer.Replace(string(body))) }
}

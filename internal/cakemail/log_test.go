package cakemail

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// lockedBuffer collects a log.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// wantHidden fails the test if the text holds the secret in any spelling.
func wantHidden(t testing.TB, text, secret string) {
	t.Helper()
	quoted, _ := json.Marshal(secret)
	for _, disguise := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)), strings.Trim(string(quoted), `"`),
	} {
		if index := strings.Index(text, disguise); index >= 0 {
			t.Errorf("a text holds %q: ...%s...", disguise, text[max(0, index-100):min(len(text), index+100)])
		}
	}
}

const (
	urlWithSecret = "https://jane:hunter22@example.com/hook?key=hunter22"
	issued        = "issued-access-token"
)

// An API repeats every secret it knows wherever it can: neither the log nor an error may show one.
func TestLog_TellsNoSecret(t *testing.T) {
	known := strings.Join([]string{testToken, byPassword.Password, issued, "issued-refresh-token"}, ", ")
	echo := func(status int, body string) []answer {
		body = strings.ReplaceAll(body, "ECHO", quote(known))
		return []answer{{Status: status, Body: body, Header: map[string]string{"X-Request-Id": url.QueryEscape(byPassword.Password) + "-" + testToken}}}
	}
	byTokenAndPassword := Credentials{AccessToken: testToken, Password: byPassword.Password}
	for credentials, secrets := range map[Credentials][]string{byTokenAndPassword: {testToken}, byPassword: {issued, "issued-refresh-token"}} {
		story(t, "with the token "+credentials.AccessToken, func(t bubble) {
			client := newStub(script{
				"login":   echo(200, `{"access_token":"`+issued+`","refresh_token":"issued-refresh-token","token_type":"bearer","expires_in":1000}`),
				"create":  echo(201, strings.Replace(guideCreate, "s3cret", webhookSecret, 1)),
				"archive": echo(422, `{"detail":[{"loc":["body","url"],"msg":ECHO,"input":ECHO}]}`),
				"change":  echo(500, `<html>ECHO</html>`),
				"list":    echo(200, `[]`),
				"read":    echo(200, shown),
			}.api()).client(func(options *Options) { options.Credentials = credentials })
			output := &lockedBuffer{}
			ctx := tflogtest.RootLogger(t.Context(), output)

			_, err := client.Create(ctx, 0, Settings{URL: new(urlWithSecret), Events: []string{"Contact.Added"}})
			wantNoError(t, err)
			_, err = client.Get(ctx, Ref{ID: webhookID})
			wantNoError(t, err)
			_, archiveErr := client.Archive(ctx, Ref{ID: webhookID})
			_, updateErr := client.Update(ctx, Ref{ID: webhookID}, Settings{URL: new("https://example.com/hook?key=hunter22")})

			told := fmt.Sprintf("%v\n%+v\n%v\n%+v\n%s", archiveErr, archiveErr, updateErr, updateErr, output)
			for _, secret := range append(secrets, byPassword.Password, webhookSecret, "hunter22") {
				wantHidden(t, told, secret)
			}
		})
	}
	story(t, "once it is known", func(t bubble) {
		const other, inList = "another-secret-from-a-state", "a-secret-in-a-list"
		client := newStub(script{
			"read": {{Body: shown}, {Status: 422, Body: `{"detail":"not with ` + webhookSecret + `, ` + other + ` or ` + inList + `"}`}},
			"list": {{Body: `{"data":[{"id":"w1","url":"https://example.com/?key=` + inList + `"}]}`}},
		}.api()).client()
		_, err := client.Get(t.Context(), Ref{ID: webhookID})
		wantNoError(t, err)
		_, err = collect(client.List(t.Context(), ListOptions{}))
		wantNoError(t, err)
		client.Conceal(Webhook{Secret: other})
		_, err = client.Get(t.Context(), Ref{ID: webhookID})
		if got := wantKind(t, err, Invalid).Message; got != "not with ***, *** or ***" {
			t.Errorf("got %q", got)
		}
	})
}

// logged returns the log entries with this message.
func logged(t testing.TB, output *lockedBuffer, message string) []map[string]any {
	t.Helper()
	entries, err := tflogtest.MultilineJSONDecode(strings.NewReader(output.String()))
	wantNoError(t, err)
	return slices.DeleteFunc(entries, func(entry map[string]any) bool { return entry["@message"] != message || entry["@level"] != "debug" })
}

func TestLog_Says(t *testing.T) {
	story(t, "what was called", func(t bubble) {
		api := newStub(inTurn(
			answer{Cut: true},
			answer{Status: 503, Header: map[string]string{"X-Request-Id": "r-2"}},
			answer{Header: map[string]string{"X-Request-Id": "r-3 " + testToken}, Body: shown},
		))
		output := &lockedBuffer{}

		_, err := api.client().Get(tflogtest.RootLogger(t.Context(), output), Ref{Account: 42, ID: webhookID})

		wantNoError(t, err)
		attempts := append(logged(t, output, "Cakemail API call failed"), logged(t, output, "Cakemail API call")...)
		if len(attempts) != 3 {
			t.Fatalf("got %d attempts in\n%s", len(attempts), output)
		}
		for index, want := range []map[string]any{
			{"attempt": 1.0, "error": "unexpected EOF"},
			{"attempt": 2.0, "status": 503.0, "request_id": "r-2", "bytes": 0.0},
			{"attempt": 3.0, "status": 200.0, "request_id": "r-3 ***", "bytes": float64(len(shown))},
		} {
			want["method"], want["path"], want["duration_ms"] = http.MethodGet, "/webhooks/"+webhookID, 0.0
			for key, value := range want {
				if got := attempts[index][key]; got != value {
					t.Errorf("attempt %d: %s is %v, want %v", index+1, key, got, value)
				}
			}
		}
		if ids := logged(t, output, "Webhooks in the answer"); len(ids) != 1 || fmt.Sprint(ids[0]["ids"]) != "["+webhookID+"]" {
			t.Errorf("the answer names %v", ids)
		}
		for _, absent := range []string{"Authorization", "account_id=42", webhookURL, "refusals"} {
			wantHidden(t, output.String(), absent)
		}
	})
	story(t, "why the API refuses, and no word of another answer", func(t bubble) {
		entry := `{"loc":["body","events",0,null],"msg":"` + testToken + `\u001b is wrong","type":"value_error","input":"another text"}`
		client := newStub(script{
			"read": {{Status: 422, Body: `{"detail":[` + strings.Repeat(entry+",", 30) + entry + `]}`}},
			"list": {{Body: `{"webhooks":[{"id":"w1"},{"id":2}],"detail":"another text"}`}},
		}.api()).client()
		output := &lockedBuffer{}
		ctx := tflogtest.RootLogger(t.Context(), output)
		client.Conceal(Webhook{ID: webhookID, Secret: webhookSecret})

		_, err := client.Get(ctx, Ref{ID: webhookID})
		wantKind(t, err, Invalid)
		_, err = collect(client.List(ctx, ListOptions{}))
		wantNoError(t, err)

		refusals, _ := logged(t, output, "Cakemail API call")[0]["refusals"].([]any)
		if len(refusals) != 20 || fmt.Sprint(refusals[0]) != "map[loc:body.events.0 msg:***  is wrong type:value_error]" {
			t.Errorf("got %v", refusals)
		}
		if ids := logged(t, output, "Webhooks in the answer"); len(ids) == 0 || fmt.Sprint(ids[0]["ids"]) != "[w1 2]" {
			t.Errorf("the list names %v", ids)
		}
		wantHidden(t, output.String(), "another text")
	})
}

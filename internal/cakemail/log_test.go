package cakemail_test

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

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
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

// echoing is an API that tells every secret it knows, wherever it can.
func echoing(t *testing.T) *stub {
	t.Helper()
	secrets := []string{testToken, testPassword, "issued-access-token", "issued-refresh-token"}
	return newStub(t, func(w http.ResponseWriter, r *http.Request) {
		echo, _ := json.Marshal(strings.Join(secrets, ", "))
		id := strings.Join([]string{url.QueryEscape(testPassword), testToken}, "-")
		header := map[string]string{"X-Request-Id": id}
		switch {
		case r.URL.Path == "/token":
			answer{Header: header, Body: `{"access_token":"issued-access-token","refresh_token":"issued-refresh-token","token_type":"bearer","expires_in":1000}`}.write(w)
		case strings.HasSuffix(r.URL.Path, "/archive"):
			answer{Status: 422, Header: header, Body: fmt.Sprintf(`{"detail":[{"loc":["body","url"],"msg":%s,"input":%s}]}`, echo, echo)}.write(w)
		case r.Method == http.MethodPatch:
			answer{Status: 500, Header: header, Body: fmt.Sprintf(`<html>%s</html>`, echo)}.write(w)
		case r.Method == http.MethodPost:
			answer{Status: 201, Header: header, Body: `{"webhook_id":7,"events":["A.A"],"secret":"` + webhookSecret + `","rate_limit":50,"rate_limit_period":"second","url":"https://jane:hunter22@example.com/hook?key=hunter22"}`}.write(w)
		case r.URL.Path == "/webhooks":
			answer{Header: header, Body: `[]`}.write(w)
		default:
			answer{Header: header, Body: shown}.write(w)
		}
	})
}

func TestNoSecretIsLoggedOrTold(t *testing.T) {
	t.Parallel()
	for name, credentials := range map[string]cakemail.Credentials{
		"access token": {AccessToken: testToken, Password: testPassword},
		"password":     {Email: testEmail, Password: testPassword},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := echoing(t)
			client := api.client(func(options *cakemail.Options) { options.Credentials = credentials })
			output := &lockedBuffer{}
			ctx := tflogtest.RootLogger(t.Context(), output)

			_, createErr := client.Create(ctx, 0, cakemail.Settings{URL: new("https://jane:hunter22@example.com/hook?key=hunter22"), Events: []string{"A.A"}})
			_, getErr := client.Get(ctx, cakemail.Ref{ID: webhookID})
			_, archiveErr := client.Archive(ctx, cakemail.Ref{ID: webhookID})
			_, updateErr := client.Update(ctx, cakemail.Ref{ID: webhookID}, cakemail.Settings{URL: new("https://example.com/hook?key=hunter22")})

			wantNoError(t, createErr)
			wantNoError(t, getErr)
			told := fmt.Sprintf("%v\n%+v\n%v\n%+v\n", archiveErr, archiveErr, updateErr, updateErr)
			secrets := []string{testPassword, webhookSecret, "hunter22"}
			if credentials.AccessToken != "" {
				secrets = append(secrets, testToken)
			} else {
				secrets = append(secrets, "issued-access-token", "issued-refresh-token")
			}
			for _, secret := range secrets {
				wantHidden(t, "the log", output.String(), secret)
				wantHidden(t, "an error", told, secret)
			}
		})
	}
}

func TestASecretIsHiddenOnceItIsKnown(t *testing.T) {
	t.Parallel()
	const other = "another-secret-from-a-state"
	api := newStub(t, inTurn(answer{Body: shown}, answer{Status: 422, Body: `{"detail":"not with ` + webhookSecret + ` or ` + other + `"}`}))
	client := api.client()
	output := &lockedBuffer{}
	ctx := tflogtest.RootLogger(t.Context(), output)

	_, err := client.Get(ctx, cakemail.Ref{ID: webhookID})
	wantNoError(t, err)
	client.Conceal(cakemail.Settings{}, other)
	_, err = client.Get(ctx, cakemail.Ref{ID: webhookID})

	if got := wantKind(t, err, cakemail.Invalid).Message; got != "not with *** or ***" {
		t.Errorf("got %q", got)
	}
	for _, secret := range []string{webhookSecret, other} {
		wantHidden(t, "the log", output.String(), secret)
	}
}

// wantHidden fails the test when the text holds the secret in any disguise.
func wantHidden(t *testing.T, where, text, secret string) {
	t.Helper()
	quoted, _ := json.Marshal(secret)
	for _, disguise := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)), strings.Trim(string(quoted), `"`),
	} {
		if index := strings.Index(text, disguise); index >= 0 {
			t.Errorf("%s holds %q: ...%s...", where, disguise, text[max(0, index-100):min(len(text), index+100)])
		}
	}
}

// logged returns the entries of a log with this message.
func logged(t *testing.T, output *lockedBuffer, message string) []map[string]any {
	t.Helper()
	entries, err := tflogtest.MultilineJSONDecode(strings.NewReader(output.String()))
	wantNoError(t, err)
	return slices.DeleteFunc(entries, func(entry map[string]any) bool { return entry["@message"] != message || entry["@level"] != "debug" })
}

func TestTheLogSaysWhatWasCalled(t *testing.T) {
	t.Parallel()
	api := newStub(t, inTurn(
		answer{Cut: true},
		answer{Status: 503, Header: map[string]string{"X-Request-Id": "r-2"}},
		answer{Header: map[string]string{"X-Request-Id": "r-3 " + testToken}, Body: shown},
	))
	output := &lockedBuffer{}

	_, err := api.client().Get(tflogtest.RootLogger(t.Context(), output), cakemail.Ref{Account: 42, ID: webhookID})

	wantNoError(t, err)
	attempts := append(logged(t, output, "Cakemail API call failed"), logged(t, output, "Cakemail API call")...)
	if len(attempts) != 3 {
		t.Fatalf("got %d attempts in\n%s", len(attempts), output.String())
	}
	for index, want := range []map[string]any{
		{"attempt": 1.0},
		{"status": 503.0, "request_id": "r-2", "attempt": 2.0, "bytes": 0.0},
		{"status": 200.0, "request_id": "r-3 ***", "attempt": 3.0, "bytes": float64(len(shown))},
	} {
		want["method"], want["path"] = http.MethodGet, "/webhooks/"+webhookID
		for key, value := range want {
			if got := attempts[index][key]; got != value {
				t.Errorf("attempt %d: %s is %v, want %v", index+1, key, got, value)
			}
		}
		if took, ok := attempts[index]["duration_ms"].(float64); !ok || took < 0 {
			t.Errorf("attempt %d took %v", index+1, attempts[index]["duration_ms"])
		}
	}
	if cause, _ := attempts[0]["error"].(string); !strings.Contains(cause, "EOF") {
		t.Errorf("the cut attempt has the error %q", cause)
	}
	if ids := logged(t, output, "Webhooks of an answer"); len(ids) != 1 || fmt.Sprint(ids[0]["ids"]) != "["+webhookID+"]" {
		t.Errorf("the answer names %v", ids)
	}
	for _, absent := range []string{"Authorization", "account_id=42", webhookURL, "refusals"} {
		wantHidden(t, "the log", output.String(), absent)
	}
}

func TestTheLogSaysWhyTheAPIRefuses(t *testing.T) {
	t.Parallel()
	entry := `{"loc":["body","events",0,null],"msg":"` + testToken + `\u001b is wrong","type":"value_error","input":"another text"}`
	api := newStub(t, inTurn(
		answer{Status: 422, Body: `{"detail":[` + strings.Repeat(entry+",", 30) + entry + `]}`},
		answer{Body: `{"webhooks":[{"id":"w1"},{"id":2}],"detail":"another text"}`},
	))
	output := &lockedBuffer{}
	ctx := tflogtest.RootLogger(t.Context(), output)

	_, err := api.client().Get(ctx, cakemail.Ref{ID: webhookID})
	wantKind(t, err, cakemail.Invalid)
	for _, err := range api.client().List(ctx, cakemail.ListOptions{}) {
		wantNoError(t, err)
	}

	refusals, _ := logged(t, output, "Cakemail API call")[0]["refusals"].([]any)
	if len(refusals) != 20 || fmt.Sprint(refusals[0]) != "map[loc:body.events.0 msg:***  is wrong type:value_error]" {
		t.Errorf("got %v", refusals)
	}
	if ids := logged(t, output, "Webhooks of an answer"); len(ids) == 0 || fmt.Sprint(ids[0]["ids"]) != "[w1 2]" {
		t.Errorf("the list names %v", ids)
	}
	wantHidden(t, "the log", output.String(), "another text")
}

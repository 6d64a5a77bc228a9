package cakemail

import (
	"strings"
	"sync"
	"testing"
)

func TestRedactBody(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for name, test := range map[string]struct{ contentType, body, want string }{
		"nothing":                          {"", "", ""},
		"the answer to a show call":        {"application/json", `{"id":"w1","signature":{"key":"s3cret","hash_function":"sha256"}}`, `{"id":"w1","signature":{"hash_function":"sha256","key":"***"}}`},
		"the answer to a login":            {"", `{"access_token":"s3cret","refresh_token":"s3cret","expires_in":432000}`, `{"access_token":"***","expires_in":432000,"refresh_token":"***"}`},
		"keys in any case":                 {"", `{"Secret":"s3cret","SECRET_KEY":"s3cret","Password":"s3cret"}`, `{"Password":"***","SECRET_KEY":"***","Secret":"***"}`},
		"keys in a foreign case":           {"", `{"ſecret":"s3cret","Key":"s3cret"}`, `{"Key":"***","ſecret":"***"}`},
		"at any depth":                     {"", `[{"a":[[{"b":{"token":"s3cret"}}]]}]`, `[{"a":[[{"b":{"token":"***"}}]]}]`},
		"of any type":                      {"", `{"key":["s3cret"],"secret":{"a":"s3cret"},"token":12345,"challenge":null}`, `{"challenge":"***","key":"***","secret":"***","token":"***"}`},
		"a key named twice":                {"", `{"secret":"s3cret","secret":"s3cret"}`, `{"secret":"***"}`},
		"an escaped key":                   {"", `{"s\u0065cret":"s3cret"}`, `{"secret":"***"}`},
		"a url loses what people hide":     {"", `{"url":"https://jane:s3cret@a.example/hook?key=s3cret#s3cret"}`, `{"url":"https://a.example/hook?***"}`},
		"a url in another case":            {"", `{"URL":"https://a.example/hook?s3cret"}`, `{"URL":"https://a.example/hook?***"}`},
		"numbers stay as they are":         {"", `{"id":123456789012345678901234567890,"rate":1.50}`, `{"id":123456789012345678901234567890,"rate":1.50}`},
		"only the first of several values": {"", `{"a":1}{"secret":"s3cret"}`, `{"a":1}`},
		"a form":                           {form, "grant_type=password&username=jane%40example.com&password=s3cret&PassWord=s3cret", "PassWord=%2A%2A%2A&grant_type=password&password=%2A%2A%2A&username=jane%40example.com"},
		"a field of a form that repeats":   {form + "; charset=utf-8", "password=s3cret&password=s3cret", "password=%2A%2A%2A"},
		"a form that is none":              {form, "password=%zz", "(12 bytes that are not JSON)"},
		"an HTML page":                     {"text/html", "<html>s3cret</html>", "(19 bytes that are not JSON)"},
		"truncated JSON":                   {"application/json", `{"secret":"s3cret`, "(17 bytes that are not JSON)"},
		"nesting without end":              {"", strings.Repeat("[", 1<<20), "(1048576 bytes that are not JSON)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := redactBody(test.contentType, []byte(test.body)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestDisplayURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com/hook":                  "https://example.com/hook",
		"https://example.com":                       "https://example.com",
		"https://jane:s3cret@example.com/hook":      "https://example.com/hook?***",
		"https://s3cret@example.com/hook":           "https://example.com/hook?***",
		"https://example.com/hook?key=s3cret":       "https://example.com/hook?***",
		"https://example.com/hook#s3cret":           "https://example.com/hook?***",
		"https://example.com/hook?":                 "https://example.com/hook",
		"https://jane:s3cret@example.com:8443/?a#b": "https://example.com:8443/?***",
		"//jane:s3cret@example.com/hook":            "//example.com/hook?***",
		"https:jane:s3cret@example.com":             "***",
		"jane:s3cret@example.com/hook":              "***",
		"https://exa mple.com/s3cret":               "***",
		"https://example.com/%zz?s3cret":            "***",
		"":                                          "",
	} {
		if got := DisplayURL(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	client := New(Options{Credentials: Credentials{AccessToken: "abcd", Password: "abcdefgh"}})
	client.secrets.add("abcdef", "", "x", "xyz", "abcd")
	for text, want := range map[string]string{
		"":                            "",
		"nothing to hide":             "nothing to hide",
		"abcd":                        "***",
		"abcdefgh":                    "***",
		"abcdef, abcdefgh and abcdzz": "***, *** and ***zz",
		"YWJjZA==":                    "***==",
		"x and xyz stay":              "x and xyz stay",
	} {
		if got := client.secrets.redact(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestEmptyCredentialsHideNothing(t *testing.T) {
	t.Parallel()
	if got := New(Options{}).secrets.redact("any text"); got != "any text" {
		t.Errorf("got %q", got)
	}
}

func TestMasksAreSortedAndDistinct(t *testing.T) {
	t.Parallel()
	known := &secrets{}
	known.add("abcd", "abcd/efgh", "abcd")
	masks := known.masks()
	seen := map[string]bool{}
	for index, mask := range masks {
		if len(mask) < shortestMask || seen[mask] {
			t.Errorf("%q is too short or there twice", mask)
		}
		seen[mask] = true
		if index > 0 && len(mask) > len(masks[index-1]) {
			t.Errorf("%q comes after the shorter %q", mask, masks[index-1])
		}
	}
}

func TestSecretsAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	known := &secrets{}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for round := range 50 {
				secret := strings.Repeat("s", 5+worker) + strings.Repeat("x", round)
				known.add(secret)
				if strings.Contains(known.redact("<"+secret+">"), secret) {
					t.Errorf("%q is not hidden", secret)
				}
				known.masks()
			}
		})
	}
	group.Wait()
}

package cakemail

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"testing"
)

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
		"YWJjZA==":                    "(8 characters that hold a secret)",
		"abc%64":                      "(6 characters that hold a secret)",
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

// Nobody reads a text that long, and searching it would hold up every other call.
func TestOfAVeryLongTextOnlyTheLengthIsTold(t *testing.T) {
	t.Parallel()
	if got := New(Options{}).secrets.redact(strings.Repeat("&amp;", 1<<18)); got != "(1310720 bytes)" {
		t.Errorf("got %.100q", got)
	}
}

// A secret shows in whatever words an API may repeat it.
func TestASecretIsFoundInOtherWords(t *testing.T) {
	t.Parallel()
	const password = "Corr\"ect&h/orse é+\\ ba%ttery"
	known := &secrets{}
	known.add(password, "invalid \xff bytes", "pa🎂ss", "пароль")
	for name, text := range map[string]string{
		"in JSON within a text":        `bad request: {\"password\": \"Corr\\\"ect\u0026h/orse é+\\\\ ba%ttery\"}`,
		"JSON with escaped slashes":    `Corr\"ect&h\/orse é+\\ ba%ttery`,
		"HTML entities":                `Corr&quot;ect&amp;h/orse &eacute;+\ ba%ttery`,
		"numbered HTML entities":       `Corr&#34;ect&#x26;h/orse &#233;+\ ba%ttery`,
		"lower-case percent-encoding":  `Corr%22ect%26h%2forse%20%c3%a9%2b%5c%20ba%25ttery`,
		"doubled percent-encoding":     `Corr%2522ect%2526h%252Forse%2520%25C3%25A9%252B%255C%2520ba%2525ttery`,
		"a partial encodeURI":          `Corr%22ect&h/orse%20%C3%A9+%5C%20ba%25ttery`,
		"a form":                       `Corr%22ect%26h%2Forse+%C3%A9%2B%5C+ba%25ttery`,
		"small letters in escapes":     `Corr\u0022ect\u0026h\u002forse \u00e9+\u005c ba\u0025ttery`,
		"JavaScript":                   `Corr\x22ect\u{26}h/orse \u{e9}+\\ ba%ttery`,
		"doubled backslashes":          `Corr\\"ect&h/orse é+\\\\ ba%ttery`,
		"Go":                           strconv.QuoteToASCII(password),
		"octal numbers":                `Corr\042ect\046h/orse \303\251+\\ ba%ttery`,
		"capitals":                     strings.ToUpper(password),
		"hex":                          hex.EncodeToString([]byte("<" + password)),
		"hex in capitals, with colons": strings.ToUpper(strings.Join(strings.Split(hex.EncodeToString([]byte(password)), ""), ":")),
		"base64 of more":               base64.StdEncoding.EncodeToString([]byte("jane:" + password + "!")),
		"base64 for URLs":              base64.URLEncoding.EncodeToString([]byte("{" + password)),
		"invisible characters between": "Corr\u200b\"ect&h/orse é+\\ ba%tt\u00adery",
		"invalid bytes replaced":       "invalid \ufffd bytes",
		"invalid bytes in Go":          `invalid \xff bytes`,
		"deeper than anybody writes":   `Corr%` + strings.Repeat("25", 30_000) + `22ect`,
		"a pair of surrogates":         `pa\ud83c\udf82ss`,
		"another script in JSON":       `\u043f\u0430\u0440\u043e\u043b\u044c`,
		"another script in a URL":      `%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := known.redact("<" + text + "> is wrong"); !strings.HasSuffix(got, "characters that hold a secret)") && got != "<\"***\"> is wrong" {
				t.Errorf("%s\nbecame %s", text, got)
			}
		})
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
			}
		})
	}
	group.Wait()
}

// While nothing is logged or refused, a secret costs no more than its place in a set.
func TestNothingIsMadeOfASecretBeforeItIsNeeded(t *testing.T) {
	known := &secrets{seen: map[string]bool{}, fresh: make([]string, 0, 100_000)}
	number := 0
	cost := testing.AllocsPerRun(1000, func() {
		number++
		known.add(strconv.Itoa(1_000_000 + number))
		known.addURL("https://a.example/hook")
	})
	if cost > 2 || known.exact.values != nil || known.bare.values != nil {
		t.Errorf("a secret costs %v allocations, and the indexes hold %d", cost, len(known.exact.values))
	}
}

// Whatever part of a URL's credentials the API picks out, it is masked.
func TestThePartsOfAURLAreMasked(t *testing.T) {
	t.Parallel()
	for raw, parts := range map[string][]string{
		"https://jane:hunter22@a.example/":                 {"jane", "hunter22", "jane:hunter22"},
		"https://a.example/?key=s3cret-Key&b=2":            {"s3cret-Key", "key=s3cret-Key&b=2"},
		"https://a.example/?key=pazz%zzSecret":             {"pazz%zzSecret"},
		"https://a.example/?key=s3cret%2DKey":              {"s3cret-Key", "s3cret%2DKey"},
		"https://a.example/?a=1;key=s3cretKey":             {"s3cretKey"},
		"https://a.example/#access_token=s3cretKey":        {"s3cretKey"},
		"https://a.example/#!/x?key=s3cretKey":             {"s3cretKey"},
		"https://a.example/?list=s3cretOne|s3cretTwo":      {"s3cretOne", "s3cretTwo"},
		"https://a.example/?to=https%3A%2F%2Fu:s3cretKey@": {"s3cretKey"},
	} {
		known := &secrets{}
		known.addURL(raw)
		for _, part := range parts {
			if got := known.redact("no " + part + " there"); strings.Contains(got, part) {
				t.Errorf("%s: got %q", raw, got)
			}
		}
	}
	known := &secrets{}
	known.addURL("https://a.example/?next=https://b.example/path&on=true&account_id=12")
	if got := known.redact("no b.example, true, account_id"); got != "no b.example, true, account_id" {
		t.Errorf("got %q", got)
	}
}

package mask

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEverySpellingIsMasked(t *testing.T) {
	t.Parallel()
	known := &Secrets{}
	known.Add(`p@ss "w&rd'+/=é🎂${a}%\`)
	for name, spelled := range map[string]string{
		"plain":                     `p@ss "w&rd'+/=é🎂${a}%\`,
		"JSON":                      `p@ss \"w&rd'+/=é🎂${a}%\\`,
		"JSON for HTML":             `p@ss \"w\u0026rd'+/=é🎂${a}%\\`,
		"JSON with escaped slashes": `p@ss \"w&rd'+\/=é🎂${a}%\\`,
		"JSON in ASCII":             `p@ss \"w&rd'+/=\u00e9\ud83c\udf82${a}%\\`,
		"JSON with all of these":    `p@ss \"w\u0026rd'+\/=\u00e9\ud83c\udf82${a}%\\`,
		"a query":                   `p%40ss+%22w%26rd%27%2B%2F%3D%C3%A9%F0%9F%8E%82%24%7Ba%7D%25%5C`,
		"a query in small letters":  `p%40ss+%22w%26rd%27%2b%2f%3d%c3%a9%f0%9f%8e%82%24%7ba%7d%25%5c`,
		"a query without +":         `p%40ss%20%22w%26rd%27%2B%2F%3D%C3%A9%F0%9F%8E%82%24%7Ba%7D%25%5C`,
		"a path":                    `p@ss%20%22w&rd%27+%2F=%C3%A9%F0%9F%8E%82$%7Ba%7D%25%5C`,
		"a path in small letters":   `p@ss%20%22w&rd%27+%2f=%c3%a9%f0%9f%8e%82$%7ba%7d%25%5c`,
		"HTML":                      `p@ss &#34;w&amp;rd&#39;+/=é🎂${a}%\`,
		"HTML with names":           `p@ss &quot;w&amp;rd&#x27;+/=é🎂${a}%\`,
		"a path in Python":          `p%40ss%20%22w%26rd%27%2B/%3D%C3%A9%F0%9F%8E%82%24%7Ba%7D%25%5C`,
		"a component in JavaScript": `p%40ss%20%22w%26rd'%2B%2F%3D%C3%A9%F0%9F%8E%82%24%7Ba%7D%25%5C`,
		"HTML in numbers":           `p&#64;ss &#x22;w&#38;rd&#39;&#43;&#x2F;&#61;&#xE9;&#x1F382;${a}%\`,
		"base64 in JSON":            `cEBzcyAidyZyZCcrLz3DqfCfjoIke2F9JVw\u003d`,
		"base64":                    `cEBzcyAidyZyZCcrLz3DqfCfjoIke2F9JVw=`,
		"base64 without padding":    `cEBzcyAidyZyZCcrLz3DqfCfjoIke2F9JVw`,
	} {
		if got := known.Mask("<" + spelled + "> is wrong"); got != "<***> is wrong" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	known.Add("a\x01b\n?c", "??>>~~")
	for _, spelled := range []string{`a\u0001b\n?c`, "Pz8+Pn5+", "Pz8-Pn5-"} {
		if got := known.Mask(spelled); got != "***" {
			t.Errorf("%s: got %q", spelled, got)
		}
	}
}

func TestTheLongestSecretIsMaskedFirst(t *testing.T) {
	t.Parallel()
	known := &Secrets{}
	known.Add("abcd", "abcdefgh", "", "xyz")
	known.Add("abcdef", "abcd")
	for text, want := range map[string]string{
		"":                            "",
		"nothing to hide":             "nothing to hide",
		"abcd":                        "***",
		"abcdef, abcdefgh and abcdzz": "***, *** and ***zz",
		"abcdabcd, aabcd, abc":        "******, a***, abc",
		"x and xyz stay":              "x and xyz stay",
	} {
		if got := known.Mask(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCleanTextsAreFitForAMessage(t *testing.T) {
	t.Parallel()
	known := &Secrets{}
	known.Add("4bdf3a9c1e77")
	for text, want := range map[string]string{
		"\x1b[31mred\u202e 4bdf3a9c1e77\x00\r\n":        "[31mred  ***",
		strings.Repeat("é", 300):                        strings.Repeat("é", 300),
		strings.Repeat("é", 301):                        strings.Repeat("é", 300) + "…",
		strings.Repeat("x", 295) + "4bdf3a9c1e77 is it": strings.Repeat("x", 295) + "*** i…",
	} {
		if got := known.Clean(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Nobody reads such a long text, and the search would delay every other call.
func TestOfAVeryLongTextOnlyTheLengthIsTold(t *testing.T) {
	t.Parallel()
	known := &Secrets{}
	known.Add("abcd")
	for text, want := range map[string]string{
		strings.Repeat("abcd", 16<<10):       strings.Repeat("***", 16<<10),
		strings.Repeat("abcd", 16<<10) + "a": "(65537 bytes)",
	} {
		if got := known.Mask(text); got != want {
			t.Errorf("got %.100q, want %.100q", got, want)
		}
	}
}

func TestSecretsAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	known := &Secrets{}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for round := range 50 {
				secret := strings.Repeat("s", 5+worker) + strings.Repeat("x", round)
				known.Add(secret)
				known.AddURL("https://" + secret + "@example.com/")
				if got := known.Mask("<" + secret + ">"); got != "<***>" {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	group.Wait()
}

func TestNothingIsSpelledBeforeItIsNeeded(t *testing.T) {
	t.Parallel()
	known := &Secrets{}
	known.Add("abcd")
	if len(known.spellings) > 0 {
		t.Errorf("got %v", known.spellings)
	}
}

// written is the secret as writers of these formats escape it.
func written(secret string) []string {
	quoted, _ := json.Marshal(secret)
	query := url.QueryEscape(secret)
	return append(spellings(secret), string(quoted[1:len(quoted)-1]), query, strings.ReplaceAll(query, "+", "%20"),
		url.PathEscape(secret), html.EscapeString(secret))
}

// The masked text contains no spelling of a secret.
func FuzzMask(f *testing.F) {
	f.Add("hunter22", "the value ", " is wrong")
	f.Add(`p@ss "w&rd'+/=é🎂${a}%\`, "<", ">")
	f.Add("abab", "ab", "ab")
	f.Add("&amp;%41", "&", ";")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		isHidden := func(r rune) bool { return !unicode.IsPrint(r) }
		// A mask next to asterisks can form such a secret again.
		if len(secret) < shortest || !utf8.ValidString(secret) || strings.ContainsFunc(secret, isHidden) || strings.Contains(secret, "*") {
			t.Skip("no secret")
		}
		known := &Secrets{}
		known.Add(secret)
		for _, spelled := range written(secret) {
			text := before + spelled + after
			masked := known.Mask(text)
			if len(text) <= longest && !strings.Contains(masked, hidden) {
				t.Errorf("%q became %q", text, masked)
			}
			for _, spelling := range written(secret) {
				if strings.Contains(masked, spelling) {
					t.Errorf("%q became %q, which holds %q", text, masked, spelling)
				}
			}
		}
	})
}

// The cost of a text must not grow with the number of secrets, however similar they are.
func BenchmarkMask(b *testing.B) {
	text := strings.Repeat("the key whsec_00000000 of the webhook is wrong; ", 20)
	for _, count := range []int{300, 3000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			known := &Secrets{}
			for number := range count {
				known.Add(fmt.Sprintf("whsec_%032d", number))
			}
			for b.Loop() {
				known.Mask(text)
			}
		})
	}
}

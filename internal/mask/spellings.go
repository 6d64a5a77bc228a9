package mask

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// spellings returns every spelling of the value to search for, which can include duplicates.
func spellings(value string) []string {
	spelled := []string{value}
	spelled = append(spelled, inJSON(value)...)
	spelled = append(spelled, inURLs(value)...)
	spelled = append(spelled, inHTML(value)...)
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		spelled = append(spelled, encoding.EncodeToString([]byte(value)))
	}
	return spelled
}

// inJSON covers the encoders' choices: escapes for HTML, for slashes, and for everything but ASCII.
func inJSON(value string) []string {
	var spelled []string
	for _, escapeHTML := range []bool{false, true} {
		var quoted strings.Builder
		encoder := json.NewEncoder(&quoted)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(value) != nil {
			continue
		}
		text := strings.TrimSpace(quoted.String())
		text = text[1 : len(text)-1]
		for _, text := range []string{text, strings.ReplaceAll(text, "/", `\/`)} {
			spelled = append(spelled, text, inASCII(text))
		}
	}
	return spelled
}

func inASCII(text string) string {
	var ascii strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			ascii.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&ascii, `\u%04x`, unit)
		}
	}
	return ascii.String()
}

var percentEscape = regexp.MustCompile("%[0-9A-F]{2}")

// inURLs has "+" and "%20" for a space in a query.
func inURLs(value string) []string {
	query := url.QueryEscape(value)
	var spelled []string
	for _, text := range []string{query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(value)} {
		spelled = append(spelled, text, percentEscape.ReplaceAllStringFunc(text, strings.ToLower))
	}
	return spelled
}

// inHTML has quotes as numbers, as Go writes them, and as most others do.
func inHTML(value string) []string {
	text := html.EscapeString(value)
	return []string{text, strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;").Replace(text)}
}

package mask

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// spellings returns the value, also in base64, as texts can show it once their escapes are undone.
func spellings(value string) []string {
	spelled := []string{value}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		spelled = append(spelled, encoding.EncodeToString([]byte(value)))
	}
	return spelled
}

// view is a way to read a text: with the escapes of one format undone, whichever characters its writer has escaped.
type view struct {
	// escapes matches an escape at the start of a text.
	escapes *regexp.Regexp
	// sign is in every text that the view shows in its own way.
	sign string
	undo func(escape string) (string, error)
}

var views = []view{
	{},
	{regexp.MustCompile(`^%[0-9A-Fa-f]{2}`), "%", url.PathUnescape},
	{regexp.MustCompile(`^(%[0-9A-Fa-f]{2}|\+)`), "+", url.QueryUnescape},
	{regexp.MustCompile(`^\\(u[dD][89abAB][0-9A-Fa-f]{2}\\u[0-9A-Fa-f]{4}|u[0-9A-Fa-f]{4}|.)`), `\`, unquote},
	{regexp.MustCompile(`^&#?[0-9A-Za-z]{1,31};`), "&", func(escape string) (string, error) { return html.UnescapeString(escape), nil }},
}

func unquote(escape string) (text string, err error) {
	err = json.Unmarshal([]byte(`"`+escape+`"`), &text)
	return text, err
}

// read reads the start of a text, until it has this many bytes. It also returns where each byte ends in the text.
func (v view) read(text string, size int) (string, []int) {
	read, ends := make([]byte, 0, size), make([]int, 0, size)
	for end := 0; len(read) < size && end < len(text); {
		part := text[end : end+1]
		length := 1
		if v.escapes != nil && strings.Contains(`%+\&`, part) {
			if escape := v.escapes.FindString(text[end:]); escape != "" {
				if undone, err := v.undo(escape); err == nil {
					part, length = undone, len(escape)
				}
			}
		}
		end += length
		for index := range len(part) {
			read, ends = append(read, part[index]), append(ends, end)
		}
	}
	return string(read), ends
}

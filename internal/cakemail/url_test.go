package cakemail

import "testing"

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

package cakemail

import "testing"

func TestSameURL(t *testing.T) {
	for _, pair := range [][2]string{
		{"https://a.example", "https://a.example/"},
		{"HTTPS://A.Example/x", "https://a.example/x"},
		{"https://a.example?x=1", "https://a.example/?x=1"},
		{"%zz", "%zz"},
		{"https://a.example:443/", "https://a.example/"},
		{"http://a.example:80", "http://a.example/"},
		{"https://BÜCHER.example/", "https://xn--bcher-kva.example/"},
		{"https://a.example/?q=é", "https://a.example/?q=%C3%A9"},
		{"https://a.example/é x", "https://a.example/%c3%a9%20x"},
		{"https://a.example/#é", "https://a.example/#%c3%a9"},
		{"https://a.example/b/%2e%2E/c/.", "https://a.example/c/"},
		{"https://a.example/../..", "https://a.example/"},
		{"https://a.example/%7Ejane/%41", "https://a.example/~jane/A"},
		{"https://a.example/b%2fc", "https://a.example/b%2Fc"},
		{"https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"},
		{"https://a.example/?q='y'", "https://a.example/?q=%27y%27"},
		{"https://a.example/{b}|c?x[]=1|{2}", "https://a.example/%7Bb%7D%7Cc?x%5B%5D=1%7C%7b2%7d"},
		{"https://[2001:0db8:0:0:0:0:0:1]/", "https://[2001:db8::1]/"},
		{"https://[2001:DB8::A]/", "https://[2001:db8::a]/"},
		{"https://[::ffff:1.2.3.4]/", "https://[::ffff:102:304]/"},
		{"https://a.example:0443/", "https://a.example/"},
		{"https://a.example:08443/", "https://a.example:8443/"},
		{"https://a.example:/x", "https://a.example/x"},
		{"https://bob:@a.example/", "https://bob@a.example/"},
		{`https://a.example\x\y`, "https://a.example/x/y"},
		{"https://%61.example/", "https://a.example/"},
		{"https://127.1/", "https://127.0.0.1/"},
		{"https://0x7f.1/", "https://127.0.0.1/"},
		{"https://2130706433/", "https://127.0.0.1/"},
		{"https:a.example/", "https://a.example/"},
		{"https:///a.example/", "https://a.example/"},
		{" https://a.example/ ", "https://a.example/"},
		{"https://a.example/x\ty", "https://a.example/xy"},
		{"https://a.example/?", "https://a.example/?"},
		{"https://ＧＯ.example/", "https://go.example/"},
		{"https://a_b.example/x", "HTTPS://A_b.example/x"},
	} {
		if !SameURL(pair[0], pair[1]) || !SameURL(pair[1], pair[0]) {
			t.Errorf("%s and %s are not the same", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{
		{"https://a.example/b%2Fc", "https://a.example/b/c"},
		{"https://a.example/b%252Fc", "https://a.example/b%2Fc"},
		{"https://a.example/b//c", "https://a.example/b/c"},
		{"https://a.example/?q=a%26b", "https://a.example/?q=a&b"},
		{"https://a.example/#%C3%A9", "https://a.example/#e"},
		{"https://a.example:80/", "https://a.example/"},
		{"https://a.example:8443/", "https://a.example/"},
		{"https://a.example/x", "https://a.example/X"},
		{"https://a.example/x", "https://a.example/x/"},
		{"https://a.example/?a", "https://a.example/?b"},
		{"http://a.example/", "https://a.example/"},
		{"https://jane@a.example/", "https://a.example/"},
		{"https://jane:a@a.example/", "https://jane:b@a.example/"},
		{"https://127.0.0.2/", "https://127.1/"},
		{"https://a.example/?x=1&y=2", "https://a.example/?y=2&x=1"},
		{"%zz", "%yy"},
	} {
		if SameURL(pair[0], pair[1]) || SameURL(pair[1], pair[0]) {
			t.Errorf("%s and %s are the same", pair[0], pair[1])
		}
	}
}

func TestDisplayURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://example.com/hook":                  "https://example.com/hook",
		"https://jane:s3cret@example.com/hook":      "https://example.com/hook?***",
		"https://example.com/hook?key=s3cret":       "https://example.com/hook?***",
		"https://example.com/hook#s3cret":           "https://example.com/hook?***",
		"https://example.com/hook?":                 "https://example.com/hook",
		"https://jane:s3cret@example.com:8443/?a#b": "https://example.com:8443/?***",
		"//jane:s3cret@example.com/hook":            "//example.com/hook?***",
		"https:jane:s3cret@example.com":             "***",
		"https://exa mple.com/s3cret":               "***",
		"https://example.com/%zz?s3cret":            "***",
		"":                                          "",
	} {
		if got := DisplayURL(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

package cakemail

import "testing"

// Computed with another implementation: printf '%s' BODY | openssl dgst -sha256 -hmac SECRET -binary | base64.
func TestSign(t *testing.T) {
	for _, test := range []struct{ body, secret, want string }{
		{
			`{"event":"Contact.Added","timestamp":"2026-04-01T12:00:00Z","data":{"email":"jane@example.com"}}`, "whsec_3v1d3nce",
			"f08EsmYEpUc2mvjiVdX78TFG2oEQi/iBDfRyFmqmzHA=",
		},
		{"", "whsec_3v1d3nce", "zKOkEtd76u/ZU08NsNQpYTHIPsCXj8aC21b03phFx+o="},
		{"h\xc3\xa9 \x00\xff\n", "clé", "ma6ZhIhvQQ3hpHwkQ4qp5o8qpYrTtT5/JqGTePh5ipQ="},
		{"what do ya want for nothing?", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="}, // RFC 4231, the second case
		{"x", "Jefe\n", "rw2j/1GhKd21tWbbwRJ1Oxp4ad0gAaEQxkPmr57y63w="},
	} {
		if got := Sign([]byte(test.body), test.secret); got != test.want || !Verify([]byte(test.body), test.want, test.secret) {
			t.Errorf("%q: got %q, want %q", test.body, got, test.want)
		}
	}
}

func TestVerify_RefusesWhatWasTamperedWith(t *testing.T) {
	const body, secret, signature = "what do ya want for nothing?", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
	for name, test := range map[string]struct{ body, signature, secret string }{
		"another body":               {body + " ", signature, secret},
		"another secret":             {body, signature, "jefe"},
		"no secret":                  {body, signature, ""},
		"no signature":               {body, "", secret},
		"a signature without an end": {body, signature[:len(signature)-1], secret},
		"one bit":                    {body, "X" + signature[1:], secret},
		"a signature in hexadecimal": {body, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", secret},
		"a prefix as GitHub's":       {body, "sha256=" + signature, secret},
	} {
		if Verify([]byte(test.body), test.signature, test.secret) {
			t.Errorf("%s is accepted", name)
		}
	}
}

package cakemail_test

import (
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// The signatures were computed with another implementation:
// printf '%s' BODY | openssl dgst -sha256 -hmac SECRET -binary | base64.
func TestSign(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, secret, want string }{
		"a delivery": {
			`{"event":"Contact.Added","timestamp":"2026-04-01T12:00:00Z","data":{"email":"jane@example.com"}}`, "whsec_3v1d3nce",
			"f08EsmYEpUc2mvjiVdX78TFG2oEQi/iBDfRyFmqmzHA=",
		},
		"an empty body":             {"", "whsec_3v1d3nce", "zKOkEtd76u/ZU08NsNQpYTHIPsCXj8aC21b03phFx+o="},
		"bytes that are not UTF-8":  {"h\xc3\xa9 \x00\xff\n", "clé", "ma6ZhIhvQQ3hpHwkQ4qp5o8qpYrTtT5/JqGTePh5ipQ="},
		"RFC 4231, the second case": {"what do ya want for nothing?", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
		"a secret with a line end":  {"x", "Jefe\n", "rw2j/1GhKd21tWbbwRJ1Oxp4ad0gAaEQxkPmr57y63w="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := cakemail.Sign([]byte(test.body), test.secret); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if !cakemail.Verify([]byte(test.body), test.want, test.secret) {
				t.Error("its own signature is refused")
			}
		})
	}
}

func TestVerifyRefusesWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	const body, secret, signature = "what do ya want for nothing?", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
	for name, test := range map[string]struct{ body, signature, secret string }{
		"another body":               {body + " ", signature, secret},
		"an empty body":              {"", signature, secret},
		"another secret":             {body, signature, "jefe"},
		"no secret":                  {body, signature, ""},
		"no signature":               {body, "", secret},
		"a shortened signature":      {body, signature[:20], secret},
		"a signature without an end": {body, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM", secret},
		"one bit":                    {body, "X" + signature[1:], secret},
		"a signature in hexadecimal": {body, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", secret},
		"space around the signature": {body, " " + signature, secret},
		"another case":               {body, "w9ZbrR9GDu5qbcqMcjv1X1OapWIDjZMdNEXyUwtSoem=", secret},
		"a prefix as GitHub's":       {body, "sha256=" + signature, secret},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if cakemail.Verify([]byte(test.body), test.signature, test.secret) {
				t.Error("accepted")
			}
		})
	}
}

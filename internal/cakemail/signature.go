package cakemail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// Sign returns the signature that Cakemail sends with this body: base64(HMAC-SHA256(secret, body)). The header
// is X-Cakemail-Signature in the developer guide, X-Signature in the reference.
func Sign(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify reports whether the signature belongs to this body, in a time that does not depend on where they
// differ.
func Verify(body []byte, signature, secret string) bool {
	return hmac.Equal([]byte(Sign(body, secret)), []byte(signature))
}

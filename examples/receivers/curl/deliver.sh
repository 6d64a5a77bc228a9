#!/bin/sh
# Posts a sample event to the URL of a receiver, signed with the secret in
# CAKEMAIL_WEBHOOK_SECRET, and shows the answer.
set -eu

: "${CAKEMAIL_WEBHOOK_SECRET:?is empty}"
url=$1
body='{"event":"Contact.Added","timestamp":"2026-11-24T09:30:00Z","data":{"id":1,"email":"test@example.com"}}'
signature=$(printf '%s' "$body" | openssl dgst -sha256 -hmac "$CAKEMAIL_WEBHOOK_SECRET" -binary | openssl base64 -A)

curl --silent --show-error --include --max-time 10 \
  --header 'Content-Type: application/json' \
  --header "X-Cakemail-Signature: $signature" \
  --header "X-Signature: $signature" \
  --data-binary "$body" \
  "$url"

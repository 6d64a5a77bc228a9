package cakemail

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ReadKept reads a webhook that another program kept: an answer of the API, or the body of a call. The id can
// be missing.
func ReadKept(document []byte) (Webhook, error) {
	webhook, kept, err := readWebhook(document)
	if err != nil {
		return Webhook{}, err
	}
	if kept.contradictsID(webhook.ID) {
		return Webhook{}, errors.New("the document is about two webhooks")
	}
	return webhook, nil
}

// IsWebhookPath reports whether another program's path leads to webhooks or to one webhook. It may begin
// with anything, such as a gateway's prefix.
func IsWebhookPath(path string) bool {
	segments := pathSegments(path)
	return slices.Contains(segments[max(0, len(segments)-2):], "webhooks")
}

// IDInPath returns the id of the webhook in the path, or "".
func IDInPath(path string) string {
	segments := pathSegments(path)
	if len(segments) < 2 || segments[len(segments)-2] != "webhooks" {
		return ""
	}
	id, err := url.PathUnescape(segments[len(segments)-1])
	if err != nil {
		return ""
	}
	return id
}

func pathSegments(path string) []string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Split(strings.Trim(path, "/"), "/")
}

// AccountInQuery returns the account in a path or query string of another program, or 0.
func AccountInQuery(path string) int64 {
	if _, query, found := strings.Cut(path, "?"); found {
		path = query
	}
	query, _ := url.ParseQuery(path)
	account, err := strconv.ParseInt(query.Get("account_id"), 10, 64)
	if err != nil || account < 1 {
		return 0
	}
	return account
}

package message

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// WithoutSecret at the end of an import id keeps the secret out of the state.
const WithoutSecret = "?store_secret=false"

// ImportID is what Terraform imports a webhook of this account by.
func ImportID(account int64, id string) string {
	if account > 0 {
		return fmt.Sprintf("%d/%s", account, id)
	}
	return id
}

var (
	// isPlain needs no quotes in any shell.
	isPlain = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)
	// isQuotable stays what it is between double quotes, in every shell.
	isQuotable = regexp.MustCompile(`^[\pL\pN _./:;,=+@#~()\[\]{}?*&|<>^'-]+$`)
)

// importing are the lines that import each webhook.
func importing(account int64, webhooks ...cakemail.Webhook) []string {
	var lines []string
	for _, webhook := range webhooks {
		lines = append(lines, importLines(ImportID(account, webhook.ID))...)
	}
	return lines
}

// importLines are a command, or an import block where no quotes suit every shell.
func importLines(id string) []string {
	switch {
	case isPlain.MatchString(id):
		return []string{"terraform import ADDRESS " + id}
	case isQuotable.MatchString(id):
		return []string{`terraform import ADDRESS "` + id + `"`}
	default:
		return importBlock(id)
	}
}

func importBlock(id string) []string {
	return []string{"import {", "  to = ADDRESS", "  id = " + inHCL(id), "}"}
}

// inHCL quotes a text for a configuration.
func inHCL(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(text))
}

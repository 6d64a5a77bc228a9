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

// importing has a command for each webhook, or an import block where no quotes suit every shell.
func importing(account int64, webhooks ...cakemail.Webhook) []string {
	var lines []string
	for _, webhook := range webhooks {
		switch id := ImportID(account, webhook.ID); {
		case isPlain.MatchString(id):
			lines = append(lines, "terraform import ADDRESS "+id)
		case isQuotable.MatchString(id):
			lines = append(lines, `terraform import ADDRESS "`+id+`"`)
		default:
			lines = append(lines, importBlock(id)...)
		}
	}
	return lines
}

func importBlock(id string) []string {
	quoted := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(id))
	return []string{"import {", "  to = ADDRESS", "  id = " + quoted, "}"}
}

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

const (
	noAccount = " is not the number of an account. Use the webhook's id, or ACCOUNT_ID/ID for a webhook of another account than the provider's, for example 42/0b1c2d3e."
	noQuery   = " is not known. Use the webhook's id, or ACCOUNT_ID/ID"
)

func TestParseImportID(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		raw     string
		id      string
		account types.Int64
		// says is the error; the rest counts only without one.
		says         string
		secretIsKept bool
	}{
		"an id":                         {raw: "0b1c2d3e", id: "0b1c2d3e", secretIsKept: true},
		"a number":                      {raw: "1001", id: "1001", secretIsKept: true},
		"account and id":                {raw: "42/0b1c2d3e", id: "0b1c2d3e", account: types.Int64Value(42), secretIsKept: true},
		"without the secret":            {raw: "0b1c2d3e?store_secret=false", id: "0b1c2d3e"},
		"account, without the secret":   {raw: "42/0b1c2d3e?store_secret=false", id: "0b1c2d3e", account: types.Int64Value(42)},
		"spaces around":                 {raw: " 42/0b1c2d3e\n", id: "0b1c2d3e", account: types.Int64Value(42), secretIsKept: true},
		"the largest account":           {raw: "9223372036854775807/a", id: "a", account: types.Int64Value(1<<63 - 1), secretIsKept: true},
		"slashes in the id":             {raw: "42/a/../b", id: "a/../b", account: types.Int64Value(42), secretIsKept: true},
		"a percent":                     {raw: "a%2Fb", id: "a%2Fb", secretIsKept: true},
		"another script":                {raw: "42/вебхук", id: "вебхук", account: types.Int64Value(42), secretIsKept: true},
		"a space within":                {raw: "a b", id: "a b", secretIsKept: true},
		"empty":                         {raw: "", id: "", secretIsKept: true},
		"only an account":               {raw: "42/", id: "", account: types.Int64Value(42), secretIsKept: true},
		"only the suffix":               {raw: "?store_secret=false", id: ""},
		"slashes without an account":    {raw: "a/b", says: `What stands before the slash in "a/b"` + noAccount},
		"only a slash":                  {raw: "/", says: `What stands before the slash in "/"` + noAccount},
		"nothing before the slash":      {raw: "/0b1c2d3e", says: `"/0b1c2d3e"` + noAccount},
		"account 0":                     {raw: "0/0b1c2d3e", says: `"0/0b1c2d3e"` + noAccount},
		"a negative account":            {raw: "-42/0b1c2d3e", says: `"-42/0b1c2d3e"` + noAccount},
		"a huge account":                {raw: "9223372036854775808/a", says: `"9223372036854775808/a"` + noAccount},
		"an account with a fraction":    {raw: "4.2/a", says: `"4.2/a"` + noAccount},
		"an account in other digits":    {raw: "٤٢/a", says: `"٤٢/a"` + noAccount},
		"a space after the account":     {raw: "42 /a", says: `"42 /a"` + noAccount},
		"a control character":           {raw: "4\x1b2/a", says: `"4\x1b2/a"` + noAccount},
		"an address":                    {raw: "https://api.cakemail.dev/webhooks/1", says: "cannot be imported by its URL. Use the webhook's id, or ACCOUNT_ID/ID"},
		"enormous":                      {raw: strings.Repeat("9", 100_000) + "/a", says: `999…" (100002 characters)` + noAccount},
		"the secret asked for":          {raw: "a?store_secret=true", says: `What stands after the question mark in "a?store_secret=true"` + noQuery},
		"an unknown suffix":             {raw: "42/a?archived=true", says: `"42/a?archived=true"` + noQuery},
		"the suffix twice":              {raw: "a?store_secret=false?store_secret=false", says: noQuery},
		"a suffix in another spelling":  {raw: "a?store_secret=False", says: noQuery},
		"the suffix and something else": {raw: "a?store_secret=false&b", says: noQuery},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			identity, secretIsKept := parseImportID(test.raw, &diags)
			if test.says != "" {
				if len(diags) != 1 || !strings.Contains(diags[0].Detail(), test.says) || len(diags[0].Detail()) > 600 {
					t.Errorf("got %v, want an error that says %s", diags, test.says)
				}
				return
			}
			if want := (webhookIdentityModel{ID: types.StringValue(test.id), AccountID: test.account}); len(diags) > 0 || identity != want || secretIsKept != test.secretIsKept {
				t.Errorf("got %v, %t and %v, want %v, %t", identity, secretIsKept, diags, want, test.secretIsKept)
			}
		})
	}
}

// TestImportIDIsReadBack sees that the import commands that messages show work.
func TestImportIDIsReadBack(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]webhookIdentityModel{
		"an id":             {ID: types.StringValue("0b1c2d3e"), AccountID: types.Int64Null()},
		"in an account":     {ID: types.StringValue("1001"), AccountID: types.Int64Value(42)},
		"slashes":           {ID: types.StringValue("a/../b"), AccountID: types.Int64Value(42)},
		"no other than one": {ID: types.StringValue("42"), AccountID: types.Int64Null()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got, _ := parseImportID(importID(want.AccountID.ValueInt64(), want.ID.ValueString()), &diags)
			if len(diags) > 0 || got != want {
				t.Errorf("got %v and %v, want %v", got, diags, want)
			}
		})
	}
}

func FuzzParseImportID(f *testing.F) {
	for _, seed := range []string{"", "1001", "42/0b1c2d3e", "42/0b1c2d3e?store_secret=false", "0/a", "-1/a", "a/b", "/", "42/..", "42/a/../b", "%2e%2e", "٤٢/вебхук", "9223372036854775808/a", " 42/a\n", "a?b", "\xff/\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var diags diag.Diagnostics
		identity, secretIsKept := parseImportID(raw, &diags)
		if diags.HasError() {
			if detail := diags[0].Detail(); len(detail) > 2000 || strings.ContainsFunc(detail, func(r rune) bool { return r < ' ' }) {
				t.Errorf("the message is unfit to be shown: %q", detail)
			}
			return
		}
		id, account := identity.ID.ValueString(), identity.AccountID
		if !account.IsNull() && account.ValueInt64() < 1 || strings.Contains(id, "?") || secretIsKept == strings.HasSuffix(strings.TrimSpace(raw), withoutSecret) {
			t.Fatalf("%q was read as %v, secret kept: %t", raw, identity, secretIsKept)
		}
		if account.IsNull() && strings.Contains(id, "/") {
			t.Fatalf("%q was read as %v although its account is missing", raw, identity)
		}
		if cakemail.CheckID(id) != nil || id != strings.TrimSpace(id) {
			return
		}
		again, _ := parseImportID(importID(account.ValueInt64(), id), &diags)
		if diags.HasError() || again != identity {
			t.Errorf("%q was read as %v, and that as %v", raw, identity, again)
		}
	})
}

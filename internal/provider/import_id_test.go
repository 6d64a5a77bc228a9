package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

const (
	noAccount = "The part before the slash must be an account number.\nThe import id is "
	noQuery   = "The part after the question mark is unknown.\nThe import id is "
)

func TestParseImportID(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		raw     string
		id      string
		account types.Int64
		// says is the error. If there is one, the other fields do not count.
		says         string
		secretIsKept bool
	}{
		"an id":                       {raw: "0b1c2d3e", id: "0b1c2d3e", secretIsKept: true},
		"account and id":              {raw: "42/0b1c2d3e", id: "0b1c2d3e", account: types.Int64Value(42), secretIsKept: true},
		"without the secret":          {raw: "0b1c2d3e?store_secret=false", id: "0b1c2d3e"},
		"account, without the secret": {raw: "42/0b1c2d3e?store_secret=false", id: "0b1c2d3e", account: types.Int64Value(42)},
		"spaces around":               {raw: " 42/0b1c2d3e\n", id: "0b1c2d3e", account: types.Int64Value(42), secretIsKept: true},
		"the largest account":         {raw: "9223372036854775807/a", id: "a", account: types.Int64Value(1<<63 - 1), secretIsKept: true},
		"slashes in the id":           {raw: "42/a/../b", id: "a/../b", account: types.Int64Value(42), secretIsKept: true},
		"empty":                       {raw: "", id: "", secretIsKept: true},
		"only the suffix":             {raw: "?store_secret=false", id: ""},
		"slashes without an account":  {raw: "a/b", says: noAccount + `"a/b"`},
		"nothing before the slash":    {raw: "/0b1c2d3e", says: noAccount + `"/0b1c2d3e"`},
		"account 0":                   {raw: "0/0b1c2d3e", says: noAccount + `"0/0b1c2d3e"`},
		"a negative account":          {raw: "-42/0b1c2d3e", says: noAccount + `"-42/0b1c2d3e"`},
		"a huge account":              {raw: "9223372036854775808/a", says: noAccount + `"9223372036854775808/a"`},
		"an account in other digits":  {raw: "٤٢/a", says: noAccount + `"٤٢/a"`},
		"a control character":         {raw: "4\x1b2/a", says: noAccount + `"4\x1b2/a"`},
		"an address": {raw: "https://api.cakemail.dev/webhooks/1",
			says: "A webhook cannot be imported by its URL.\nUse the webhook's id, or ACCOUNT_ID/ID"},
		"enormous":                      {raw: strings.Repeat("9", 100_000) + "/a", says: `999…" (100002 characters)`},
		"the secret asked for":          {raw: "a?store_secret=true", says: noQuery + `"a?store_secret=true"`},
		"an unknown suffix":             {raw: "42/a?archived=true", says: noQuery + `"42/a?archived=true"`},
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
			if want := (webhookIdentityModel{ID: types.StringValue(test.id), AccountID: test.account}); len(diags) > 0 || identity != want ||
				secretIsKept != test.secretIsKept {
				t.Errorf("got %v, %t and %v, want %v, %t", identity, secretIsKept, diags, want, test.secretIsKept)
			}
		})
	}
}

func FuzzParseImportID(f *testing.F) {
	for _, seed := range []string{"", "1001", "42/0b1c2d3e", "42/0b1c2d3e?store_secret=false", "0/a", "-1/a", "a/b", "/", "42/..", "42/a/../b",
		"%2e%2e", "٤٢/вебхук", "9223372036854775808/a", " 42/a\n", "a?b", "\xff/\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var diags diag.Diagnostics
		identity, secretIsKept := parseImportID(raw, &diags)
		if diags.HasError() {
			if detail := diags[0].Detail(); len(detail) > 2000 || strings.ContainsFunc(detail, func(r rune) bool { return r < ' ' && r != '\n' }) {
				t.Errorf("the message is unfit to be shown: %q", detail)
			}
			return
		}
		id, account := identity.ID.ValueString(), identity.AccountID
		if !account.IsNull() && account.ValueInt64() < 1 || strings.Contains(id, "?") ||
			secretIsKept == strings.HasSuffix(strings.TrimSpace(raw), message.WithoutSecret) {
			t.Fatalf("%q was read as %v, secret kept: %t", raw, identity, secretIsKept)
		}
		if account.IsNull() && strings.Contains(id, "/") {
			t.Fatalf("%q was read as %v although its account is missing", raw, identity)
		}
		if cakemail.CheckID(id) != nil || id != strings.TrimSpace(id) {
			return
		}
		again, _ := parseImportID(message.Subject{Account: account.ValueInt64()}.ImportID(id), &diags)
		if diags.HasError() || again != identity {
			t.Errorf("%q was read as %v, and that as %v", raw, identity, again)
		}
	})
}

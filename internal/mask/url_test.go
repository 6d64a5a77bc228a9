package mask

import (
	"strings"
	"testing"
)

// The URL's credentials are masked, whatever part of it the API quotes.
func TestThePartsOfAURLAreMasked(t *testing.T) {
	t.Parallel()
	const value = "s3cret-Key/of=16"
	for raw, parts := range map[string][]string{
		"https://jane:hunter22@a.example/":                                             {"hunter22", "jane:hunter22"},
		"https://hunter22@a.example/":                                                  {"hunter22"},
		"https://hunter22:@a.example/":                                                 {"hunter22"},
		"https://s3cret-Key-of-16:x@a.example/":                                        {"s3cret-Key-of-16"},
		"https://jane:hunter%2D22@a.example/":                                          {"hunter-22", "hunter%2D22", "jane:hunter-22"},
		"https://a@b:hunter22@a.example/":                                              {"hunter22"},
		"https://a.example/?key=hunter22&b=2":                                          {"key=hunter22&b=2", "hunter22"},
		"https://a.example/?b=2&Access_Token=hunter22":                                 {"hunter22"},
		"https://a.example/#password=hunter22":                                         {"hunter22"},
		"https://hooks.slack.com/services/T0123456/B01234567/AbcdefghijklmnopQrstuvwx": {"AbcdefghijklmnopQrstuvwx"},
		"https://a.example/?key=s3cret-Key%2Fof%3D16&b":                                {value, "s3cret-Key%2Fof%3D16"},
		"https://a.example/?a=1;key=" + value:                                          {value},
		"https://a.example/?c2VjcmV0LUtleQ==&b":                                        {"c2VjcmV0LUtleQ=="},
		"https://a.example/?key=pazz%zzSecret-of-it&b":                                 {"pazz%zzSecret-of-it"},
		"https://a.example/?a=1&key=AbcdefghijklmnopQrst":                              {"AbcdefghijklmnopQrst"},
		"https://a.example/?a=1&key=Abcdefghij.Klmnopq1":                               {"Abcdefghij.Klmnopq1"},
		"https://a.example/#part-of-it":                                                {"part-of-it"},
		"https://a.example/#part%2Dof%2Dit":                                            {"part-of-it", "part%2Dof%2Dit"},
		"https://a.example/#access_token=s3cret-Key%2Fof%3D16":                         {value},
		"https://a.example/#!/x?key=s3cret-Key-of=16":                                  {"s3cret-Key-of=16"},
		"https://a.example/hooks/s3cret-Key%2Fof%3D16/x":                               {value, "s3cret-Key%2Fof%3D16"},
		"https://exa mple.com/?hunter22":                                               {"https://exa mple.com/?hunter22"},
	} {
		known := &Secrets{}
		known.AddURL(raw)
		for _, part := range append(parts, raw) {
			if got := known.Mask("no " + part + " there"); strings.Contains(got, part) {
				t.Errorf("%s: got %q", raw, got)
			}
		}
	}
}

func TestTheWordsOfAURLAreNotMasked(t *testing.T) {
	t.Parallel()
	for raw, text := range map[string]string{
		"https://a.example/cakemail/hook?source=cakemail&event=Contact.Added": "cakemail, Contact.Added, https://a.example/cakemail/hook",
		"https://a.example/?subscription_identifier=12":                       "subscription_identifier: 12",
		"https://a.example/?name=%C3%A9%C3%A9%C3%A9":                          "ééé, %C3%A9%C3%A9%C3%A9",
		"https://a.example/?event=Contact.Unsubscribed&v=2":                   "Contact.Unsubscribed is one",
		"https://a.example/?Contact.Unsubscribed":                             "Contact.Unsubscribed is one",
		"https://a.example/?v=2.1":                                            "it has v=2.1",
		"https://a.example/#/page/two":                                        "page, two",
		"https://a.example/?cakemail":                                         "lookup api.cakemail.dev: no such host",
		"https://a.example/#cakemail":                                         "lookup api.cakemail.dev: no such host",
		"https://a.example/#hook":                                             "the webhook",
		"https://cakemail:s3cret@a.example/":                                  "lookup api.cakemail.dev: no such host",
		"https://a.example/?token_type=bearer_token&author=cakemail":          "the bearer_token of cakemail",
		"": "",
	} {
		known := &Secrets{}
		known.AddURL(raw)
		if got := known.Mask(text); got != text {
			t.Errorf("%s: got %q", raw, got)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com":                             "https://example.com",
		"https://jane:s3cret@example.com:8443/hook?a=b#c": "https://example.com:8443",
		"http://[::1]:8080/s3cret":                        "http://[::1]:8080",
		"//example.com/s3cret":                            "***",
		"https://:8443/s3cret":                            "***",
		"https:jane:s3cret@example.com":                   "***",
		"jane:s3cret@example.com/hook":                    "***",
		"https://exa mple.com/s3cret":                     "***",
		"https://example.com/%zz?s3cret":                  "***",
		"":                                                "***",
	} {
		if got := Origin(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

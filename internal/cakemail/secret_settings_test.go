package cakemail

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"
)

// settingsOfTomorrow have every type that a secret setting can have.
type settingsOfTomorrow struct {
	URL     *string           `json:"url,omitempty"`
	Token   *string           `json:"token,omitempty" secret:"true"`
	Keys    []string          `json:"keys,omitempty" secret:"true"`
	Headers map[string]string `json:"headers,omitzero" secret:"true"`
	Labels  map[string]string `json:"labels,omitzero"`
}

func TestASecretSettingOfAnyShape(t *testing.T) {
	t.Parallel()
	secret := secretNames(reflect.TypeFor[settingsOfTomorrow]())
	full := settingsOfTomorrow{
		URL: new("https://a.example"), Token: new("token"), Keys: []string{"key"},
		Headers: map[string]string{"Authorization": "header"}, Labels: map[string]string{"a": "label"},
	}
	got := secretsIn(full, secret)
	slices.Sort(got)
	if want := []string{"header", "key", "token"}; !slices.Equal(got, want) {
		t.Errorf("the secrets are %q, want %q", got, want)
	}
	if got := secretsIn(settingsOfTomorrow{}, secret); len(got) > 0 {
		t.Errorf("nothing has the secrets %q", got)
	}
	public, want := withoutSecrets(full, secret), settingsOfTomorrow{URL: full.URL, Labels: full.Labels}
	if !reflect.DeepEqual(public, want) || full.Token == nil {
		t.Errorf("%+v is public of %+v, want %+v", public, full, want)
	}
}

// It makes a setting secret, so it runs before the parallel tests.
func TestEveryWayOfASecretSettingMasksIt(t *testing.T) {
	before := secretSettings
	defer func() { secretSettings = before }()
	secretSettings = map[string]bool{"rate_limit_period": true}
	const secret = "hidden-period"
	settings := Settings{RateLimitPeriod: new(secret)}
	if !IsSecret("rate_limit_period") || IsSecret("url") || !reflect.DeepEqual(settings.Public(), Settings{}) {
		t.Errorf("%v are secret, and public is %+v", secretSettings, settings.Public())
	}
	one := `{"id":"w1","event":"A.A","url":"https://a.example/","rate_limit_period":"` + secret + `"}`
	for name, learn := range map[string]func(*Client) error{
		"encode":  func(c *Client) error { c.encode(settings); return nil },
		"Conceal": func(c *Client) error { c.Conceal(Webhook{Settings: settings}); return nil },
		"decode":  func(c *Client) error { _, err := c.decode(t.Context(), []byte(one), ""); return err },
		"list":    func(c *Client) error { _, err := c.listPage(t.Context(), ListOptions{}, 1); return err },
	} {
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/webhooks" {
				_, _ = w.Write([]byte("[" + one + "]"))
				return
			}
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"detail":"not ` + secret + `"}`))
		}))
		client := New(Options{BaseURL: api.URL, Credentials: Credentials{AccessToken: "the-access-token"}})
		if err := learn(client); err != nil {
			t.Fatal(err)
		}
		client.Conceal(Webhook{ID: "w1", Secret: "known"})
		_, err := client.Get(t.Context(), Ref{ID: "w1"})
		api.Close()
		if failure, ok := errors.AsType[*Error](err); !ok || failure.Message != "not ***" {
			t.Errorf("after %s an error says %v", name, err)
		}
	}
}

// Only nil means unset.
func TestAnEmptySettingIsSent(t *testing.T) {
	t.Parallel()
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		empty := reflect.New(reflect.TypeFor[Settings]()).Elem()
		switch value := empty.FieldByIndex(field.Index); value.Kind() {
		case reflect.Pointer:
			value.Set(reflect.New(value.Type().Elem()))
		case reflect.Map:
			value.Set(reflect.MakeMap(value.Type()))
		default:
			continue
		}
		encoded, err := json.Marshal(empty.Interface())
		if err != nil || string(encoded) == "{}" {
			t.Errorf("an empty %s is encoded as %s (%v); its tag needs omitzero", field.Name, encoded, err)
		}
	}
}

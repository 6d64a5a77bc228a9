package cakemail

import (
	"reflect"
	"strings"
)

// secretSettings are the JSON names of the [Settings] that can hold a secret.
var secretSettings = secretNames(reflect.TypeFor[Settings]())

// IsSecret reports whether the setting of this JSON name can hold a secret.
func IsSecret(name string) bool { return secretSettings[name] }

// Secrets returns all values of the secret settings.
func (s Settings) Secrets() []string { return secretsIn(s, secretSettings) }

// Public returns a copy without the secret settings.
func (s Settings) Public() Settings { return withoutSecrets(s, secretSettings) }

// secretNames returns the names of the fields with the tag secret:"true".
func secretNames(settings reflect.Type) map[string]bool {
	names := map[string]bool{}
	for _, field := range reflect.VisibleFields(settings) {
		if field.Tag.Get("secret") == "true" {
			names[jsonName(field)] = true
		}
	}
	return names
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

func secretsIn[S any](settings S, secret map[string]bool) []string {
	var found []string
	value := reflect.ValueOf(settings)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if secret[jsonName(field)] {
			found = append(found, textsIn(value.FieldByIndex(field.Index))...)
		}
	}
	return found
}

// textsIn returns the strings in a value, without the keys of maps.
func textsIn(value reflect.Value) []string {
	var texts []string
	switch value.Kind() {
	case reflect.String:
		return []string{value.String()}
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() {
			return textsIn(value.Elem())
		}
	case reflect.Slice:
		for index := range value.Len() {
			texts = append(texts, textsIn(value.Index(index))...)
		}
	case reflect.Map:
		for _, name := range value.MapKeys() {
			texts = append(texts, textsIn(value.MapIndex(name))...)
		}
	}
	return texts
}

func withoutSecrets[S any](settings S, secret map[string]bool) S {
	value := reflect.ValueOf(&settings).Elem()
	for _, field := range reflect.VisibleFields(value.Type()) {
		if secret[jsonName(field)] {
			value.FieldByIndex(field.Index).SetZero()
		}
	}
	return settings
}

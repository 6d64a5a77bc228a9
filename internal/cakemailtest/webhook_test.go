package cakemailtest

import (
	"reflect"
	"testing"
)

func TestACopySharesNothing(t *testing.T) {
	t.Parallel()
	text := func(value string) *string { return &value }
	made := func() map[string][]*string { return map[string][]*string{"a": {text("b"), nil}, "none": nil} }
	original := made()
	copied, _ := reflect.TypeAssert[map[string][]*string](deepCopy(reflect.ValueOf(original)))
	if !reflect.DeepEqual(copied, original) {
		t.Fatalf("the copy is %v", copied)
	}
	*copied["a"][0] = "changed"
	copied["a"][1] = text("new")
	copied["more"] = nil
	if !reflect.DeepEqual(original, made()) {
		t.Errorf("a change of the copy changed the original to %v", original)
	}
	webhook := Webhook{Events: []string{"A.A"}}
	webhook.clone().Events[0] = "B.B"
	if webhook.Events[0] != "A.A" {
		t.Error("a change of the copy changed the webhook")
	}
}

package provider_test

import (
	"testing"
	"fmt"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

func TestScratch(t *testing.T) {
			w := newWorld(t)
			c := w.newCore(t, nil)
			c.mustApply(hook(nil))
			fmt.Println(c.state)
			w.api.SetFaults(cakemailtest.Fault{Operation: cakemailtest.Update, Status: 403})
			w.api.ResetCalls()
			fmt.Println(c.apply(hook(arguments{"url": "https://example.com/new"})))
			fmt.Println(c.state)
			fmt.Println(w.api.Counts())
}

package simulation

import (
	"fmt"
	"strings"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// needless returns the calls that a run did not need.
func needless(calls []cakemailtest.Call, changes []change, managed int) []string {
	counts, changed := map[string]int{}, map[action]int{}
	for _, call := range calls {
		name := string(call.Operation)
		if call.Operation == cakemailtest.List && !strings.Contains(call.RawQuery, "page=1&") {
			continue
		}
		counts[name]++
	}
	for _, change := range changes {
		changed[change.action]++
	}
	creates, ends := changed[create]+changed[replace], changed[destroy]+changed[replace]
	most := map[string]int{
		"create": creates, "update": changed[update], "token": 2,
		"show":    managed + creates + 2*(ends+changed[update]),
		"archive": ends + changed[update] + creates, "unarchive": changed[update],
	}
	if creates > 0 {
		// One list per process and account, and another if an archive shifts it.
		most["list"] = 6 + 2*ends
	}
	var broken []string
	for name, count := range counts {
		if count > most[name] {
			broken = append(broken, fmt.Sprintf("%d calls to %s, where %d are needed for %v", count, name, most[name], changed))
		}
	}
	return broken
}

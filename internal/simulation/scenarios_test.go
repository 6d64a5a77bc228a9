package simulation_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/simulation"
)

// createAtOnce creates so many different webhooks at the same time, and returns how long that took.
func createAtOnce(t *testing.T, world *simulation.World, number int) time.Duration {
	t.Helper()
	client := cakemail.New(world.NewProcess().Options())
	began := time.Now()
	var creates sync.WaitGroup
	for index := range number {
		creates.Go(func() {
			settings := cakemail.Settings{URL: new(fmt.Sprintf("https://example.com/%d", index)), Events: []string{"Contact.Added"}}
			if _, err := client.Create(t.Context(), 0, settings); err != nil {
				t.Error(err)
			}
		})
	}
	creates.Wait()
	if active := len(world.API.Active()); active != number {
		t.Errorf("%d webhooks are active, want %d", active, number)
	}
	return time.Since(began)
}

func TestCreate_DifferentWebhooks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		weather simulation.Weather
		// longest is the time limit, and lists the limit of lists.
		longest time.Duration
		lists   int
	}{
		"do not wait for each other": {
			// A list, a create and a read of the secret.
			simulation.Weather{Latency: 5 * time.Second}, 16 * time.Second, 1,
		},
		"look for what was lost at the same time": {
			simulation.Weather{Blows: []simulation.Blow{{Operation: cakemailtest.Create, Times: 20, Fault: simulation.CutBefore}}}, 30 * time.Second, 15,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				world := simulation.NewWorld(test.weather)
				defer world.Close()
				if took := createAtOnce(t, world, 20); took > test.longest {
					t.Errorf("it took %s, want at most %s", took, test.longest)
				}
				if lists := world.API.Count(cakemailtest.List); lists > test.lists {
					t.Errorf("%d lists, want at most %d", lists, test.lists)
				}
			})
		})
	}
}

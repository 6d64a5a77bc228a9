package cakemail_test

import (
	"strings"
	"testing"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
)

// lateBy is when a first attempt is carried out of which no look had seen
// anything: with the list after the snapshot, the looks, and so many more.
func lateBy(looks int) postFault { return postFault{Late: 7 + looks, Answer: cut} }

func TestWhatEarlierAttemptsMadeIsArchived(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults     []postFault
		others     int
		surplus    string
		duplicates string
		lists      int
	}{
		"at once":                           {faults: []postFault{lateBy(1)}, surplus: "w2", lists: 9},
		"with the last look":                {faults: []postFault{lateBy(7)}, surplus: "w2", lists: 15},
		"of two attempts":                   {faults: []postFault{lateBy(8), lateBy(2)}, surplus: "w2 w3", lists: 17},
		"when the second got lost too":      {faults: []postFault{lateBy(3), {Processed: true, Answer: cut}}, surplus: "w2", lists: 11},
		"when both are listed late":         {faults: []postFault{lateBy(5), lateBy(1)}, surplus: "w2", lists: 16},
		"only as many as there can be":      {faults: []postFault{lateBy(2)}, others: 1, duplicates: "w2 w3", lists: 16},
		"nothing, where nothing is to find": {faults: []postFault{{Answer: cut}}, lists: 15},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newMemory(t, test.faults...)
			for range test.others {
				api.late = append(api.late, lateWebhook{stored{URL: webhookURL, Events: []string{"A.A"}}, 10})
			}

			created, err := api.client().Create(t.Context(), 0, spec("A.A"))

			wantNoError(t, err)
			if created.Webhook.ID != "w1" || idsOf(created.Surplus) != test.surplus || idsOf(created.Duplicates) != test.duplicates {
				t.Errorf("got %+v, want w1, the surplus %q and the duplicates %q", created, test.surplus, test.duplicates)
			}
			for _, webhook := range created.Surplus {
				if strings.Contains(api.active(), webhook.ID) {
					t.Errorf("%s is not archived", webhook.ID)
				}
			}
			api.wantCalls(t, -1, test.lists)
		})
	}
}

func TestASurplusThatCannotBeArchivedIsReported(t *testing.T) {
	t.Parallel()
	api := newMemory(t, lateBy(1))
	api.refusesArchive = true

	created, err := api.client().Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	if created.Surplus != nil || idsOf(created.Duplicates) != "w2" {
		t.Errorf("got %+v", created)
	}
}

func TestLooksThatFailDoNotFailTheCreate(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Answer: cut})
	api.failListsFrom(9)

	created, err := api.client().Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	if created.Webhook.ID != "w1" || created.Duplicates != nil {
		t.Errorf("got %+v", created)
	}
	wantKind(t, created.Unchecked, cakemail.Forbidden)
}

// What was seen before the looks failed is named all the same.
func TestAFailingLookForgetsNothing(t *testing.T) {
	t.Parallel()
	api := newMemory(t, postFault{Answer: cut}, postFault{Late: 8, Answer: cut})
	api.failListsFrom(17)

	created, err := api.client().Create(t.Context(), 0, spec("A.A"))

	wantNoError(t, err)
	wantKind(t, created.Unchecked, cakemail.Forbidden)
	if idsOf(created.Duplicates) != "w2" || created.Surplus != nil {
		t.Errorf("got %+v, and active are %s", created, api.active())
	}
}

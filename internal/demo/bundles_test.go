package demo

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/bundle"
	"gongyi/internal/platform/db"
)

// sold checks that bundles were bought, used and given back in the communities where shops
// sell them, and that one waits for a shop to agree.
func (d *Demo) sold(t *testing.T) {
	t.Helper()
	for _, ref := range shared {
		var all []*bundle.Bundle
		var tallies map[id.ID]*bundle.Tally
		if err := d.DB.View(t.Context(), d.places[ref], func(r db.Reader) (err error) {
			if all, err = d.Flows.Bundles.All(t.Context(), r, d.places[ref]); err != nil {
				return err
			}
			tallies, err = d.Flows.Bundles.Tallies(t.Context(), r, d.places[ref])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var sum bundle.Tally
		waiting := 0
		for _, b := range all {
			waiting += min(1, len(b.Missing()))
			if n := tallies[b.ID]; n != nil {
				sum.Sold, sum.Uses, sum.Back = sum.Sold+n.Sold, sum.Uses+n.Uses, sum.Back+n.Back
			}
		}
		if len(all) != 4 || waiting != 1 || sum.Sold < 5 || sum.Uses < 5 || sum.Back == 0 {
			t.Errorf("%s: %d bundles, %d wait, %+v", ref, len(all), waiting, sum)
		}
	}
}

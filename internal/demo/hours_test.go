package demo

import (
	"testing"

	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
)

// gave checks that hours were bought, donated, given and granted, and that in the first
// community a grant and an order wait for the desk.
func (d *Demo) gave(t *testing.T) {
	t.Helper()
	for ref, at := range d.places {
		b, err := d.Flows.HoursBooksOf(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if b.Backing < 300_00 || b.Pool == 0 || b.Pot == 0 {
			t.Errorf("%s: backing %v, pool %v, pot %v", ref, b.Backing, b.Pool, b.Pot)
		}
		if ref != hoursHome {
			continue
		}
		ends, states, gifts := make(map[coin.GrantWhat]int), make(map[coin.OrderWhat]int), 0
		if err := d.DB.View(t.Context(), at, func(r db.Reader) error {
			grants, err := d.Flows.Coins.Grants(t.Context(), r, at)
			if err != nil {
				return err
			}
			for _, g := range grants {
				if g.End == nil {
					ends[""]++
				} else {
					ends[g.End.What]++
				}
			}
			orders, err := d.Flows.Coins.Orders(t.Context(), r, at)
			if err != nil {
				return err
			}
			for _, o := range orders {
				states[o.State()]++
			}
			all, err := d.Flows.Coins.Gifts(t.Context(), r, at)
			for _, g := range all {
				if !g.To.IsZero() {
					gifts++
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if ends[""] == 0 || ends[coin.Given] == 0 || states[coin.Asked] == 0 || states[coin.Bought] < 3 || gifts < 3 {
			t.Errorf("%s: grants %v, orders %v, %d gifts", ref, ends, states, gifts)
		}
	}
}

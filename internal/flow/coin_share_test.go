package flow_test

import (
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// TestHandsAreShort: F6. The pool pays half of 20.00; half of what is not used goes back
// to it.
func TestHandsAreShort(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 50_00, false)
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		for range 2 {
			if m := w.gap(request(1), 20_00); m.Pool != 10_00 || m.Coins != 10_00 {
				t.Errorf("the pool joins: %+v", m)
			}
		}
		w.holds("coin/backing CNY 50.00, coin/issue COIN -70.00, gateway/clearing CNY -50.00, hold/escrow COIN 20.00, member:anna/coins COIN 10.00, pool/coins COIN 40.00")
		s := w.served(request(1), assignment(1), "ben", 60)
		s.Server = charter.Server{Shop: w.shop("bakery").ID}
		_, err = w.pay(s)
		w.must(err)
		if m := w.letGo(request(1)); m.Coins != 5_00 || m.Pool != 5_00 {
			t.Errorf("let go %+v", m)
		}
		if m, err := w.reverse(assignment(1), 4_00); err != nil || m.Coins != 2_00 || m.Pool != 2_00 {
			t.Errorf("a dispute over 4.00: %+v %v", m, err)
		}
		w.holds("coin/backing CNY 50.00, coin/issue COIN -70.00, gateway/clearing CNY -50.00, member:anna/coins COIN 17.00, merchant:bakery/coins COIN 6.00, pool/coins COIN 47.00")
		w.whole()
	})
}

// TestTheShareGoesBack: F6. The staff does not come: the pool has its share again and the
// month its room, the asker has set aside the whole price, though she gave away what had
// come back; a neighbour is paid by her alone, and the pool may join anew.
func TestTheShareGoesBack(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 50_00, false)
		w.rules(func(p *policy.Params) { p.SubsidyBudget = 10_00 })
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		giveBack := func() (m flow.HoursMoved) {
			w.must(w.in(func(tx *db.Tx) (err error) { m, err = w.ReturnGap(ctx, tx, request(1)); return err }))
			return m
		}
		for range 2 { // the month's budget reaches for one share at a time
			if m := w.gap(request(1), 20_00); m.Pool != 10_00 || m.Coins != 10_00 {
				t.Errorf("the pool joins: %+v", m)
			}
			if m := giveBack(); m.Pool != 10_00 || m.Coins != 10_00 || m.Replayed {
				t.Errorf("it has its share again: %+v", m)
			}
		}
		if m := giveBack(); !m.Replayed {
			t.Errorf("twice: %+v", m)
		}
		w.gap(request(1), 20_00)
		w.give(1, "anna", "leader", 10_00)
		giveBack()
		w.holds("coin/backing CNY 50.00, coin/issue COIN -70.00, gateway/clearing CNY -50.00, hold/escrow COIN 20.00, member:anna/owed COIN -10.00, member:leader/coins COIN 10.00, pool/coins COIN 50.00")
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 120))
		w.must(err)
		w.letGo(request(1))
		w.holds("coin/backing CNY 50.00, coin/issue COIN -70.00, gateway/clearing CNY -50.00, member:anna/owed COIN -10.00, member:ben/coins COIN 20.00, member:leader/coins COIN 10.00, pool/coins COIN 50.00")
		w.whole()
	})
}
